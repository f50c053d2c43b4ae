"""Uses of parameters: each kind of use, each way a name comes to stand for a parameter, each way into a callee."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from testwright.python_source.model import Uses
from testwright.python_source.read_module import read_module


def uses_of(source: str, function: str = "f", parameter: str = "x") -> Uses:
    model = read_module(source, module="m", path="m.py")
    found = next(f for f in model.functions if f.qualname == function)
    return next(p for p in found.parameters if p.name == parameter).uses


def uses(body: str, parameters: str = "x", *, parameter: str = "x", prefix: str = "def") -> Uses:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return uses_of(f"{prefix} f({parameters}):\n{lines}", "f", parameter)


def at(found: Uses, path: str) -> Uses:
    """The node at a path such as `.lines[]'k'()`: attribute, element, item, result."""
    step, _, rest = path.partition(" ")
    if not step:
        return found
    below: Uses | None
    if step.startswith("."):
        below = found.attributes.get(step[1:])
    elif step == "[]":
        below = found.element
    elif step == "()":
        below = found.result
    else:
        below = found.items.get(step)
    assert below is not None, f"no {step} in {found}"
    return at(below, rest)


@pytest.mark.parametrize(
    ("body", "path", "mark"),
    [
        ("x.a.b", ".a", ".b"),
        ("x(1, k=2)", "", "called"),
        ("x()()", "()", "called"),
        ("x().y", "()", ".y"),
        ("for e in x: e.y", "", "iterated"),
        ("for e in x: e.y", "[]", ".y"),
        ("x['k'].y", "'k'", ".y"),
        ("x[0].y", "0", ".y"),
        ("x[-1].y", "-1", ".y"),
        ("x.get('k').y", "'k'", ".y"),
        ("x.get('k').y", ".get ()", ".y"),
        ("x.pop('k', None).y", "'k'", ".y"),
        ("x.setdefault('k', []).append(1)", "'k'", ".append"),
        ("for i in range(3): x[i].y", "[]", ".y"),
        ("for i in range(3): x[i]", "", "indexed"),
        ("x[1:].y", "", ".y"),
        ("if x: pass", "", "truth_tested"),
        ("if not x: pass", "", "truth_tested"),
        ("while x and True: pass", "", "truth_tested"),
        ("assert x", "", "truth_tested"),
        ("return 1 if x else 2", "", "truth_tested"),
        ("with x: pass", "", "entered"),
        ("with x as y: y.read()", "", ".read"),
        ("with x.lock() as y: y.z", ".lock ()", ".z"),
        ("y = x\ny.z", "", ".z"),
        ("y = z = x\nz.a", "", ".a"),
        ("y: T = x\ny.a", "", ".a"),
        ("a, b = x\nb.y", "1", ".y"),
        ("a, b = x\nb.y", "", "iterated"),
        ("a, *b = x\nb[0].y", "[]", ".y"),
        ("*a, b = x\nb.y", "-1", ".y"),
        ("(a, (b, c)) = x\nc.y", "1 1", ".y"),
        ("a, b = 1, x\nb.y", "", ".y"),
        ("return [e.y for e in x if e.z]", "[]", ".y"),
        ("return [e.y for e in x if e.z]", "[] .z", "truth_tested"),
        ("return {k: v.y for k, v in x.items()}", ".items () [] 1", ".y"),
        ("return sum(e.y for e in x)", "[]", ".y"),
        ("[a for b in x for a in b.ys]", "[] .ys", "iterated"),
        ("for i, e in enumerate(x): e.y", "[]", ".y"),
        ("for e, g in zip([1], x): g.y", "[]", ".y"),
        ("for e in sorted(x, key=lambda s: s.rank): e.y", "[]", ".rank"),
        ("for e in sorted(x, key=lambda s: s.rank): e.y", "[]", ".y"),
        ("list(map(lambda e: e.y, x))", "[]", ".y"),
        ("list(filter(lambda e: e.y, x))", "[]", ".y"),
        ("max(x, key=lambda e: e.y)", "[]", ".y"),
        ("next(iter(x)).y", "[]", ".y"),
        ("y = x or []\ny.append(1)", "", ".append"),
        ("y = x if x else None\ny.a", "", ".a"),
        ("if x is None: x = D()\nx.a", "", ".a"),
        ("try: y = x.a\nexcept E: y = x.b\ny.c", ".b", ".c"),
        ("while x: x = x.next\nreturn x.value", ".next", ".value"),
        ("while x: x = x.next", ".next", "truth_tested"),
        ("if (y := x.a): y.b", ".a", ".b"),
        ("getattr(x, 'name').y", ".name", ".y"),
        ("hasattr(x, 'name')", "", ".name"),
        ("def inner(): return x.a\nreturn inner", "", ".a"),
        ("def inner(z): return z.a\nreturn inner(x)", "", ".a"),
        ("def inner(z): return z.a\nreturn inner(x).b", ".a", ".b"),
        ("g = lambda z: z.a\nreturn g(x)", "", ".a"),
        ("return ', '.join(x)", "", "iterated"),
        ("class L:\n  y = x.a", "", ".a"),
        ("print(*x)", "", "iterated"),
        ("yield from x", "", "iterated"),
        ("x.a = 1", "", ".a"),
        ("copy.copy(x).y", "", ".y"),
        ("cast(T, x).y", "", ".y"),
        ("t = (1, x)\nt[1].y", "", ".y"),
    ],
)
def test_each_use(body: str, path: str, mark: str) -> None:
    found = at(uses(body), path)
    if mark.startswith("."):
        assert mark[1:] in found.attributes
    else:
        assert getattr(found, mark) is True


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("x + 1", "operators", ("+",)),
        ("1 - x", "operators", ("-",)),
        ("x += 'a'", "operators", ("+",)),
        ("-x", "operators", ("neg",)),
        ("~x", "operators", ("~",)),
        ("x < 3", "operators", ("<",)),
        ("x[1] = 2", "operators", ("setitem",)),
        ("del x['a']", "operators", ("delitem",)),
        ("'a' in x", "operators", ("contains",)),
        ("'%s' % x", "operators", ()),
        ("x % 2", "operators", ("%",)),
        ("isinstance(x, (A, b.C))", "isinstance", ("A", "b.C")),
        ("isinstance(x, A | B)", "isinstance", ("A", "B")),
        ("type(x) is int", "isinstance", ("int",)),
        ("match x:\n  case str(): pass\n  case Point(x=0): pass", "isinstance", ("str", "Point")),
        ("g(x, k=x)", "passed_to", (("g", 0), ("g", "k"))),
        ("a.b.c(1, x)", "passed_to", (("a.b.c", 1),)),
        ("g(*x)", "passed_to", (("g", "*"),)),
        ("g(**x)", "passed_to", (("g", "**"),)),
        ("f'{x} {x!r} {x:.2f}'", "passed_to", (("str", 0), ("repr", 0), ("format", 0))),
        ("t[x]", "passed_to", (("t.__getitem__", 0),)),
        ("x(); x(1, 2); x(1)", "argument_counts", (0, 2, 1)),
        ("x('a'); x(1); x('b', 2); x(y)", "asked_for", ("a", "b")),
        ("if len(x) == 3 or len(x) > 5: pass", "lengths", (3, 5)),
        ("n = len(x)\nif n < 2: pass", "lengths", (2,)),
        ("match x:\n  case [a, b]: pass", "lengths", (2,)),
        ("x == Color.RED or x is other", "compared_names", ("Color.RED", "other")),
    ],
)
def test_each_note(body: str, name: str, expected: Any) -> None:
    assert getattr(uses(body), name) == expected


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ("x == 'a' or 'b' == x", "", ["a", "b"]),
        ("x in ('a', 1)", "", ["a", 1]),
        ("x in {'a': 1}", "", ["a"]),
        ("x not in 'ab'", "", ["a", "b"]),
        ("x is None", "", [None]),
        ("x > -1", "", [-1]),
        ("1 < x < 5", "", [1, 5]),
        ("x == LIMIT", "", [10]),
        ("x in NAMES", "", ["p", "q"]),
        ("'k' in x", "[]", ["k"]),
        ("x.lower() == 'a'", ".lower ()", ["a"]),
        ("x.y == 3", ".y", [3]),
        ("x['k'] == 3", "'k'", [3]),
        ("match x:\n  case 'a' | 'b': pass\n  case None: pass", "", ["a", "b", None]),
        ("match x:\n  case {'k': 1}: pass", "'k'", [1]),
        ("match x:\n  case P(y=2): pass", ".y", [2]),
        ("match x:\n  case [1, *r]: pass", "0", [1]),
        ("match x:\n  case int(n) if n > 7: pass", "", [7]),
        ("match (x, 1):\n  case ('a', _): pass", "", ["a"]),
    ],
)
def test_what_it_is_compared_with(body: str, path: str, expected: list[Any]) -> None:
    source = "LIMIT = 10\nNAMES = ('p', 'q')\ndef f(x):\n" + "\n".join(f"  {line}" for line in body.splitlines())
    assert [c.value for c in at(uses_of(source), path).compared] == expected


def test_operands_are_kept() -> None:
    assert [c.value for c in uses("x + 'a'; 3 * x").operands] == ["a", 3]


@pytest.mark.parametrize(
    ("body", "path"),
    [("await x", ""), ("(await x.get()).y", ".get ()"), ("async for e in x: pass", ""), ("async with x: pass", "")],
)
def test_awaited(body: str, path: str) -> None:
    assert at(uses(body, prefix="async def"), path).awaited


def test_an_awaited_value_keeps_its_uses() -> None:
    assert "y" in at(uses("(await x.get()).y", prefix="async def"), ".get ()").attributes


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\nx.a",  # rebound
        "for x in y: x.a",
        "[x.a for x in y]",
        "def inner(x): x.a",
        "lambda x: x.a",
        "with y as x: x.a",
        "try: pass\nexcept E as x: x.a",
        "del x\nx.a",
        "import x\nx.a",
        "return 1\nx.a",
        "self.x.a",
    ],
)
def test_another_value_of_that_name_is_not_the_parameter(body: str) -> None:
    assert "a" not in uses(body).attributes


def test_a_comprehension_variable_ends_with_it() -> None:
    assert "a" in uses("[x for x in y]\nx.a").attributes


def test_keyword_arguments_are_items() -> None:
    found = uses("kwargs['a'].b; kwargs.get('c').d; kwargs.pop('e', 1); 'g' in kwargs", "**kwargs", parameter="kwargs")
    assert set(found.items) == {"'a'", "'c'", "'e'"}
    assert "b" in found.items["'a'"].attributes
    assert "d" in found.items["'c'"].attributes


# -- callees ----------------------------------------------------------------------------------------------------------

TWO_DEEP = "def f(x): g(x)\ndef g(y): h(1, z=y)\ndef h(n, z): z.far; i(z)\ndef i(z): z.too_far"


def test_callees_are_followed_two_calls_deep() -> None:
    assert set(uses_of(TWO_DEEP).attributes) == {"far"}


@pytest.mark.parametrize(
    ("source", "path", "attribute"),
    [
        ("def g(y): y.a\ndef f(x): g(x.b)", ".b", "a"),
        ("def g(y): y.a\ndef f(x): [g(e) for e in x]", "[]", "a"),
        ("def g(y): return y.a\ndef f(x): g(x).b", ".a", "b"),
        ("def g(y): return y\ndef f(x): g(x).b", "", "b"),
        ("def g(y):\n  for e in y: yield e.a\ndef f(x):\n  for e in g(x): e.b", "[] .a", "b"),
        ("def g(p, *, y): y.a\ndef f(x): g(1, y=x)", "", "a"),
        ("def g(p, y): y.a\ndef f(x): g(1, *x)", "[]", "a"),
        ("def g(p, y): y.a\ndef f(x): g(1, **x)", "'y'", "a"),
        ("def g(**k): k['z'].a\ndef f(x): g(**x)", "'z'", "a"),
        ("def g(y): y.a\ndef f(x): list(map(g, x))", "[]", "a"),
        ("def f(x): C(x)\nclass C:\n  def __init__(self, y): y.a", "", "a"),
        ("def f(x): C.make(x)\nclass C:\n  @staticmethod\n  def make(y): y.a", "", "a"),
        ("def f(x): C.make(x)\nclass C:\n  @classmethod\n  def make(cls, y): y.a", "", "a"),
    ],
)
def test_a_callee_of_the_module(source: str, path: str, attribute: str) -> None:
    assert attribute in at(uses_of(source), path).attributes


@pytest.mark.parametrize(
    "call", ["self.g(x)", "super().g(x)", "self.h(x)", "C.s(x)", "self.p.g(x)\nself.g(x)", "B.g(self, x)"]
)
def test_a_method_of_the_class(call: str) -> None:
    source = f"""
class B:
    def g(self, y): y.a
class C(B):
    def h(self, y): y.a
    @staticmethod
    def s(y): y.a
    def f(self, x):
        {call.splitlines()[-1]}
"""
    assert "a" in uses_of(source, "C.f").attributes


def test_recursion_ends() -> None:
    assert "a" in uses_of("def f(x):\n  x.a\n  f(x.left); g(x.right)\ndef g(y): f(y)").attributes


def test_a_local_name_hides_the_function() -> None:
    assert uses_of("def g(y): y.a\ndef f(x, g): g(x)").attributes == {}


def test_a_constructor_knows_the_uses_of_what_it_keeps() -> None:
    source = """
class C:
    def __init__(self, x, y=None):
        self.items = x
        self.items.first
        self._y = y or []
    def run(self):
        for e in self.items: e.price
        return self._y.other
class D(C):
    def more(self): self.items.second
"""
    found = uses_of(source, "C.__init__")
    assert found.stored_as == ("items",)
    assert "first" in found.attributes
    assert "price" in at(found, "[]").attributes
    assert "other" in uses_of(source, "C.__init__", "y").attributes
    classes = {c.name: c for c in read_module(source, module="m", path="m.py").classes}
    assert set(classes["C"].attribute_uses) == {"items", "_y"}
    assert "second" not in classes["C"].attribute_uses["items"].attributes
    assert "second" in classes["D"].attribute_uses["items"].attributes


def test_a_linked_structure_is_cut_off() -> None:
    found, depth = uses("while x:\n  while x: \n    x = x.next\n    x = x.next"), 0
    while "next" in found.attributes:
        found, depth = found.attributes["next"], depth + 1
    assert 2 <= depth <= 6


def test_an_expression_nested_too_deep_costs_only_what_follows() -> None:
    assert "a" in uses("x.a\ny = " + " + ".join(["x"] * 900)).attributes


@pytest.mark.parametrize("name", ["'visit_' + x", "f'visit_{x}'", "'visit_%s' % x", "'visit_{}'.format(x.lower())"])
@pytest.mark.parametrize("assigned", [True, False])
def test_the_rest_of_a_method_name_is_what_a_dispatching_value_may_be(name: str, assigned: bool) -> None:
    source = f"""
        class Visitor:
            def visit(self, x):
                {"name = " + name if assigned else "pass"}
                return getattr(self, {"name" if assigned else name}, None)()

            def visit_number(self): ...

        class Other(Visitor):
            def visit_text(self): ...
    """
    model = read_module(textwrap.dedent(source), module="m", path="m.py")
    (function,) = [f for f in model.functions if f.name == "visit"]
    assert {c.value for c in function.parameters[1].uses.compared} == {"number", "text"}
