"""Instrumented programs do what they did: same output, results, exceptions and line numbers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.instrument import Recorder, bind, instrument

PROGRAMS = {
    "order of evaluation": """
        def say(value):
            print("say", value)
            return value
        def main():
            say(1) < say(2)
            say(1) < say(2) < say(3)
            say(3) < say(2) < say(3)
            say(3) in [say(3)]
            say({"a": 1})[say("a")]
            say("abc").startswith(say("a"))
            say({"a": 1}).get(say("b"), say("c"))
            return 0 <= say(5) < 10, 0 <= say(50) < 10, 0 <= say(5) < 10 < 20
        result = main()
    """,
    "method is looked up before its arguments": """
        def argument():
            print("argument")
        def main(x):
            try:
                x.startswith(argument())
            except AttributeError as error:
                print(error)
        main(3)
    """,
    "comparisons that do not give a bool": """
        class Field:
            def __eq__(self, other): return ("eq", other)
            def __lt__(self, other): return []
            def __contains__(self, item): return 5
            __hash__ = None
        def main():
            f = Field()
            return f == 3, f < 4, f < 4 < 5, 3 in f, 3 not in f, f is f, f != 3 and 1, not (f == 2)
        result = main()
    """,
    "reflected and failing comparisons": """
        class Fussy:
            def __lt__(self, other): return NotImplemented
            def __gt__(self, other):
                raise ValueError("no", other)
        def main():
            for run in (lambda: Fussy() < 3, lambda: 3 < Fussy(), lambda: 3 in 4, lambda: [][0], lambda: {}["k"]):
                try:
                    run()
                except Exception as error:
                    print(type(error), error.args)
            raise KeyError({}["missing"])
        main()
    """,
    "a user's __repr__, __hash__, __class__ and metaclass are left alone": """
        class Meta(type):
            def __hash__(cls):
                print("metaclass hash")
                return 1
            def __eq__(cls, other):
                print("metaclass eq")
                return False
        class Loud(metaclass=Meta):
            @property
            def __class__(self):
                print("class asked")
                return int
            def __repr__(self):
                print("repr")
                return ""
            def __hash__(self):
                print("hash")
                return 1
            def __eq__(self, other):
                print("eq")
                return True
            def __len__(self):
                print("len")
                return 3
            def __getattr__(self, name):
                print("getattr", name)
                raise AttributeError(name)
        def main():
            x = Loud()
            x == 3
            x in [3]
            3 in [x]
            x in {3: 4}
            {1: 2}.get(x)
            len(x) == 3
            isinstance(x, Loud), isinstance(x, int), isinstance(x, (str, (bytes, Loud)))
            hasattr(x, "name"), getattr(x, "name", 3)
            {x: 1}[x]
            match x:
                case 1: pass
                case Loud(): print("matched")
            return isinstance(3, Loud)
        result = main()
    """,
    "scopes, closures, nonlocal, walrus": """
        def outer(n):
            total = 0
            def add(x):
                nonlocal total
                if 0 <= x < 10 and (y := x * 2) > 3:
                    total += y
                elif x > 100:
                    total -= 1
                return total
            steps = [add(i) for i in range(n) if i % 2 == 1]
            last = [(z := i) for i in range(n) if i != 2]
            return steps, total, z, sorted(locals()), {k: v for k, v in zip("ab", [1, 2]) if v > 1}
        result = outer(7)
    """,
    "locals, vars and dir": """
        def main(a, b):
            if a < b:
                c = a in (1, 2)
            return sorted(locals()), sorted(vars()), sorted(dir())
        class C:
            if 1 < 2:
                x = 1
            else:
                y = 2
            for i in range(2):
                pass
            names = sorted(locals())
        result = main(1, 2), C.names, sorted(vars(C))
    """,
    "namespaces that answer for any name": """
        class Filling(dict):
            def __missing__(self, key):
                if key.startswith("__"):
                    raise KeyError(key)
                self[key] = key
                return key
        class Meta(type):
            @classmethod
            def __prepare__(mcs, name, bases): return Filling()
            def __new__(mcs, name, bases, namespace): return type.__new__(mcs, name, bases, dict(namespace))
        class Auto(metaclass=Meta):
            "doc"
            red
            if red == "red":
                blue
            try:
                green
            finally:
                pass
        def inside(n):
            class Local(metaclass=Meta):
                if n > 2:
                    big
            return sorted(k for k in vars(Local) if not k.startswith("__"))
        result = sorted(k for k in vars(Auto) if not k.startswith("__")), Auto.__doc__, inside(1), inside(3)
    """,
    "enum, dataclass, namedtuple": """
        import enum, dataclasses, typing
        class Color(enum.Enum):
            "colors"
            RED = 1
            if RED:
                BLUE = 2
            @property
            def warm(self) -> bool:
                return self is Color.RED or self == Color.RED
        @dataclasses.dataclass(order=True)
        class Point:
            x: int
            y: int = 3
            tags: list = dataclasses.field(default_factory=lambda: [1 if 1 > 2 else 2])
            def __post_init__(self):
                if self.x < 0:
                    raise ValueError(self.x)
        class Pair(typing.NamedTuple):
            a: int
            b: str = "b"
            def swap(self): return self.b, self.a if self.a > 1 else None
        result = [list(Color), Color.__doc__, [c.warm for c in Color], Point(1), Point(1) < Point(2), Pair(1).swap()]
        Point(-1)
    """,
    "zero-argument super, __class__, name mangling, slots": """
        class A:
            __slots__ = ("__hidden",)
            def __init__(self, v): self.__hidden = v
            def get(self, k, default=None): return self.__hidden if k == "hidden" else default
            def same(self, other): return isinstance(other, __class__) and self.__hidden == other.__hidden
        class B(A):
            __slots__ = ()
            def get(self, k, default=None): return super().get(k, default) if len(k) > 1 else __class__
            def both(self): return [super(B, self).get(k) for k in ("hidden", "x") if k.startswith("h")]
        b = B(4)
        result = b.get("hidden"), b.get("other", 5), b.get("z"), b.both(), b.same(B(4)), b.same(3)
    """,
    "generators, send, throw, close": """
        def gen(n):
            try:
                for i in range(n):
                    got = yield i
                    if (yield got) == "stop":
                        return "stopped"
            except KeyError as error:
                yield error.args
            finally:
                print("closed")
            return (yield 1) < (yield 2)
        def run(g, *moves):
            for move in moves:
                try:
                    print(getattr(g, move[0])(*move[1:]))
                except StopIteration as end:
                    print("end", end.value)
        run(gen(2), ("send", None), ("send", 5), ("send", "stop"))
        run(gen(2), ("send", None), ("throw", KeyError("k")), ("close",))
        run(gen(0), ("send", None), ("send", 1), ("send", 2))
        def never():
            return 3
            yield
        print(list(never()))
        def relay(): return (yield from gen(1))
        print(list(relay()))
        result = list(x == 1 for x in gen(2))
    """,
    "async code": """
        import asyncio
        class Numbers:
            def __init__(self, n): self.n = n
            def __aiter__(self): return self
            async def __anext__(self):
                if self.n == 0:
                    raise StopAsyncIteration
                self.n -= 1
                return self.n
            async def __aenter__(self): return self
            async def __aexit__(self, *error):
                print("exit", error[0])
                return error[0] is KeyError
        async def value(x):
            await asyncio.sleep(0)
            return x
        async def main():
            found = [x async for x in Numbers(4) if await value(x) > 1]
            async with Numbers(2) as numbers:
                async for n in numbers:
                    if n == 0:
                        break
                else:
                    print("else")
                {}["lost"]
            print([await value(k) == k for k in range(2)], (await value(2)) < (await value(3)) < 4)
            async def agen():
                yield 1 if await value(1) else 2
            return found, [y async for y in agen()], max([z async for z in agen()], default=0)
        result = asyncio.run(main())
    """,
    "try in all its forms": """
        def f(kind):
            try:
                if kind == "return":
                    return "returned"
                if kind:
                    raise {"key": KeyError, "value": ValueError, "type": TypeError}[kind](kind)
            except KeyError as error:
                kept = error
            except (ValueError, OverflowError):
                raise RuntimeError("from value") from None
            else:
                return "else"
            finally:
                print("finally", kind)
            return kept
        def loop():
            for i in range(3):
                try:
                    if i == 0: continue
                    if i == 2: break
                finally:
                    print("cleanup", i)
            else:
                print("not reached")
            while i < 5:
                i += 1
            else:
                return i
        for kind in ("", "return", "key", "value"):
            try:
                print(repr(f(kind)))
            except RuntimeError as error:
                print(error, error.__suppress_context__)
        print(loop())
        f("type")
    """,
    "exception groups": """
        def f(*errors):
            try:
                if errors:
                    raise ExceptionGroup("g", errors)
            except* ValueError as group:
                print("values", group.exceptions)
            except* KeyError:
                print("keys")
            else:
                print("none")
        f()
        f(ValueError(1), KeyError(2))
        f(ValueError(1), TypeError(3))
    """,
    "with": """
        from contextlib import suppress, contextmanager
        @contextmanager
        def noisy(name):
            print("enter", name)
            try:
                yield name
            finally:
                print("leave", name)
        def f(x):
            with noisy("a") as a, noisy("b"):
                if x == 1:
                    return a
            with suppress(ZeroDivisionError):
                1 / x
                print("fine")
            with (noisy("c")):
                {1: 2}[x]
            return "end"
        print(f(1))
        result = f(0) if 0 else None
        f(2)
    """,
    "match": """
        class P:
            __match_args__ = ("x", "y")
            def __init__(self, x, y): self.x, self.y = x, y
        class K:
            RED = "red"
        def f(v):
            match v:
                case 0 | 1: return "small"
                case -3.5: return "negative"
                case "a" "b": return "text"
                case K.RED: return "red"
                case None | True: return "singleton"
                case [1, (2 | 3) as x, *rest]: return x, rest
                case {"kind": "box", "size": int(n), **others} if n > 3: return n, others
                case P(x=1, y=[a, _]) | P([a], _): return a
                case str(s) if s.startswith("z"): return s
                case P(): return "P"
            match v, 1:
                case (tuple(t), 1): return t
                case _: return "other"
        def g(v):
            match v:
                case 1: print("one")
                case [*_, 9]: print("nine")
            match v:
                case x: return x
        values = [0, 1, True, -3.5, "ab", "red", None, [1, 2, 5, 6], {"kind": "box", "size": 4, "w": 1}]
        values += [{"kind": "box", "size": 1}, P(1, [7, 8]), P([5], 0), P(0, 0), "zoo", (1, 2), 99, [1, 9]]
        result = [f(v) for v in values], [g(v) for v in values[-2:]]
    """,
    "docstrings, future imports, annotations": '''
        "module doc"
        from __future__ import annotations
        import inspect, typing
        def f(x: "a" < "b", *, y: int[3] = 5) -> {"a": 1}["b"]:
            """f's doc"""
        def g(x: int | None = 3) -> bool:
            """g's doc"""
            local: int[3 < 4]
            return x == 3
        class C:
            """C's doc"""
            a: list[int < 3]
            def m(self): "m's doc"
        def no_doc():
            if 1 < 2: "not a doc"
        result = [__doc__, f.__doc__, g.__doc__, C.__doc__, C.m.__doc__, no_doc.__doc__, f.__annotations__]
        result += [C.__annotations__, g(), str(inspect.signature(g)), C.m.__qualname__, f.__code__.co_firstlineno]
    ''',
    "decorators, defaults and lambdas": """
        def tagged(tag):
            def wrap(f):
                f.tag = tag
                return f
            return wrap
        def outer(n):
            @tagged(n == 3)
            def inner(x=n in (1, 3), *, key=lambda v: -v if v > 1 else v):
                return x, sorted([1, 2, 3], key=key), inner.tag, inner.__name__, inner.__qualname__
            return inner
        f = lambda a, *b, c=1 < 2, **d: (a, b, c, d) if a > 1 else None
        result = outer(3)(), outer(2)(), f(1), f(2, 3, e=4), f.__name__
    """,
    "f-strings, slices, stars, del, augmented assignment": """
        def f(d, xs, *args, **kw):
            d["n"] += 1 if d["n"] == 1 else 5
            d["m"]["k"] = xs[1:] + xs[::-1]
            d["m"]["k"][0] -= 1
            first, *rest = [*xs, *d]
            del d["m"]["k"][1], rest[0]
            xs[d["n"] > 1:] = []
            return f"{d['n']:>{len(xs) + 3}}|{d['n'] == 2 = }|{first!r}", rest, (*args, *kw.items()), d
        result = f({"n": 1, "m": {}}, [1, 2, 3], 4, k=5)
    """,
    "regular expressions and conversions": """
        import re
        from re import match
        DIGITS = re.compile(r"(\\d+)-(\\d+)", re.I)
        def f(text):
            m = DIGITS.match(text) or re.search("[a-z]", text) or match("!", text)
            parts = re.split(",", text), DIGITS.sub("x", text), re.sub("a", "b", text, count=1)
            found = DIGITS.findall(string=text), [x.span() for x in re.finditer(pattern="b", string=text)]
            try:
                return m and m.group(0), parts, found, int(text, 16), float(text)
            except ValueError as error:
                return m and m.group(0), parts, found, error.args
        def g(x):
            calls = lambda: int(x), lambda: int(x, base=2), lambda: float(x), lambda: re.match(x, x), lambda: int()
            for call in calls:
                try:
                    print(call())
                except Exception as error:
                    print(type(error), error.args)
        result = f("12-34"), f("aab"), f("!"), f("12")
        for x in ("10", 10, None, "("): g(x)
        def shadow(int, getattr=lambda o, n: "mine"): return int("5"), getattr(1, "x")
        result += shadow(lambda v: v * 2),
    """,
    "a user's methods with builtin names see their own caller": """
        import sys
        class Box:
            def get(self, key, default=None): return sys._getframe(1).f_code.co_name
            def match(self, x): return sys._getframe(1).f_code.co_name, x
            startswith = staticmethod(lambda x: sys._getframe(1).f_lineno)
        def main():
            b = Box()
            return b.get("k"), b.match("x"), b.startswith("y")
        result = main()
    """,
    "exec, eval and copied functions": """
        import types
        x = 3
        def main():
            exec("y = x == 3")
            return eval("x < 4"), eval("[i for i in range(4) if i > 1]")
        result = main(), types.FunctionType(main.__code__, {**globals()}, "copy")()
    """,
    "dead code and constants": """
        def f(x):
            if 0:
                return 1 < 2
            if True:
                pass
            else:
                x = {}["no"]
            while False:
                f(x)
            while 1:
                x += 1
                if x > 5:
                    return x
            return "never"
        def g():
            raise ValueError
            f(1)
        if __debug__: print("debug")
        result = f(1)
        g()
    """,
    "traceback lines": """
        def deep(x):
            y = (
                x +
                1
            )
            if y == 2: return deep(
                "text"
            )
            return y
        def call():
            for i in (1, 2):
                with open(__file__ + "missing") if i > 2 else __import__("contextlib").nullcontext():
                    deep(i)
        call()
    """,
    "asserts": """
        def f(x):
            assert x > 1, f"{x} is small" if x < 0 else "zero"
            assert x in (2, 3)
            return x
        print(f(2))
        f(-1)
    """,
    "a long elif chain": "def f(x):\n    if x == -1: return 0\n"
    + "".join(f"    elif x == {n}: return {n}\n" for n in range(60))
    + "result = [f(x) for x in (-1, 0, 30, 59, 60)]\n",
    "an empty module": "",
    "only a docstring": '"doc"\n',
}
if sys.version_info >= (3, 12):
    PROGRAMS["type parameters and aliases"] = """
        type Pair[T] = tuple[T, T if 1 < 2 else int]
        class Box[T: (int, str)]:
            def get[K](self, key: K, default: T) -> K | T: return key if key == 1 else default
        result = Box[int]().get(1, 2), Box().get(3, 4), Pair.__value__
    """

Change = Callable[[ast.Module, dict[str, Any]], ast.Module]


def instrumented(recording: bool) -> Change:
    def change(tree: ast.Module, namespace: dict[str, Any]) -> ast.Module:
        recorder = Recorder()
        recorder.recording = recording
        woven = instrument(tree, path="program.py")
        recorder.attach(woven)
        bind(namespace, recorder)
        return woven.tree

    return change


@pytest.mark.parametrize("recording", [True, False], ids=["recording", "not-recording"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_does_the_same(watch: Callable[..., list[Any]], name: str, recording: bool) -> None:
    assert watch(PROGRAMS[name], instrumented(recording)) == watch(PROGRAMS[name])


class _TwiceEvaluated(ast.NodeTransformer):
    """A wrong rewriting of chains: the middle operand runs twice."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if len(node.ops) != 2:
            return node
        first = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
        return ast.BoolOp(ast.And(), [first, ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])])


class _ShiftedLines(ast.NodeTransformer):
    """A wrong placing: everything a line further down."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        return super().generic_visit(ast.increment_lineno(node) if isinstance(node, ast.FunctionDef) else node)


class _LostElse(ast.NodeTransformer):
    def visit_For(self, node: ast.For) -> ast.AST:
        node.body, node.orelse = [*node.body, *node.orelse], []
        return node

    visit_AsyncFor = visit_While = visit_For


@pytest.mark.parametrize(
    ("wrong", "program"),
    [
        (_TwiceEvaluated, "order of evaluation"),
        (_ShiftedLines, "traceback lines"),
        (_LostElse, "try in all its forms"),
    ],
)
def test_wrong_transformer_is_seen(
    watch: Callable[..., list[Any]], wrong: type[ast.NodeTransformer], program: str
) -> None:
    def change(tree: ast.Module, _: dict[str, Any]) -> ast.Module:
        return ast.fix_missing_locations(wrong().visit(tree))

    assert watch(PROGRAMS[program], change) != watch(PROGRAMS[program])


def test_probes_that_bind_names_in_a_class_are_seen(watch: Callable[..., list[Any]]) -> None:
    def change(tree: ast.Module, _: dict[str, Any]) -> ast.Module:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                node.body.append(ast.parse("_tw_probe = 1").body[0])
        return ast.fix_missing_locations(tree)

    program = PROGRAMS["locals, vars and dir"]
    assert watch(program, change) != watch(program)


def test_module_gains_two_names_only(load: Callable[[str], tuple[dict[str, Any], Recorder]]) -> None:
    namespace, _ = load("def f(x):\n    return x == 1 or x.startswith('a')\n")

    plain = set(vars(type(sys)("program", "doc"))) | {"__file__", "__builtins__", "f"}
    assert set(namespace) - plain == {"_tw_hit", "_tw_cmp"}
