"""The whole model: what is found and where, errors, the plain form, and that no real module breaks it."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from testwright.errors import ProjectError
from testwright.inside.recipes import from_plain
from testwright.python_source.model import FunctionModel, ModuleModel
from testwright.python_source.read_module import read_module


def model(source: str, module: str = "m", path: str = "m.py") -> ModuleModel:
    return read_module(source, module=module, path=path)


def functions(source: str) -> dict[str, FunctionModel]:
    return {f.qualname: f for f in model(source).functions}


def one(source: str) -> FunctionModel:
    return model(source).functions[0]


def kinds(source: str) -> list[tuple[str, str]]:
    return [(f.qualname, f.kind) for f in model(source).functions]


def test_kinds_of_functions() -> None:
    assert kinds(
        """
def f():
    def inner():
        class Local:
            def method(self): pass
async def g(): pass
class A:
    def m(self): pass
    @staticmethod
    def s(): pass
    @classmethod
    def c(cls): pass
    @property
    def p(self): pass
    @p.setter
    def p(self, value): pass
    @p.deleter
    def p(self): pass
    @functools.cached_property
    def q(self): pass
    def __new__(cls): pass
    class Inner:
        def n(self): pass
"""
    ) == [
        ("f", "function"),
        ("f.<locals>.inner", "nested"),
        ("f.<locals>.inner.<locals>.Local.method", "nested"),
        ("g", "function"),
        ("A.m", "method"),
        ("A.s", "staticmethod"),
        ("A.c", "classmethod"),
        ("A.p", "property"),
        ("A.p", "setter"),
        ("A.p", "deleter"),
        ("A.q", "property"),
        ("A.__new__", "classmethod"),
        ("A.Inner.n", "method"),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "if a:\n  {}",
        "if a: pass\nelse:\n  {}",
        "try:\n  {}\nexcept E: pass",
        "try: pass\nexcept ImportError:\n  {}",
        "try: pass\nfinally:\n  {}",
        "with a:\n  {}",
        "for i in a:\n  {}",
        "while a:\n  {}",
        "match a:\n case 1:\n  {}",
        "if TYPE_CHECKING: pass\nelse:\n  {}",
        "if a:\n if b:\n  {}",
    ],
)
def test_definitions_behind_blocks_are_found(block: str) -> None:
    assert kinds(block.format("def f(): pass")) == [("f", "function")]
    assert kinds(block.format("class A:\n   if b:\n    def f(self): pass")) == [("A.f", "method")]


@pytest.mark.parametrize(
    "source",
    [
        "if TYPE_CHECKING:\n  def f(): pass",
        "if typing.TYPE_CHECKING:\n  class A:\n    def f(self): pass",
        "if __name__ == '__main__':\n  def f(): pass",
        "@overload\ndef f(x: int) -> int: ...",
        "@typing.overload\ndef f(x: int) -> int: ...",
    ],
)
def test_definitions_that_do_not_exist_when_imported(source: str) -> None:
    assert model(source).functions == ()


def test_both_branches_are_kept() -> None:
    assert [f.line for f in model("if a:\n  def f(): 1\nelse:\n  def f(): 2").functions] == [2, 4]


def test_a_signature() -> None:
    found = one("def f(a, b: int = 1, /, c='x', *args: str, d, e: list[int] = [1], **kw) -> dict[str, int]: pass")
    assert [(p.name, p.kind, p.annotation, p.default) for p in found.parameters] == [
        ("a", "positional-only", None, None),
        ("b", "positional-only", "int", "1"),
        ("c", "positional-or-keyword", None, "'x'"),
        ("args", "var-positional", "str", None),
        ("d", "keyword-only", None, None),
        ("e", "keyword-only", "list[int]", "[1]"),
        ("kw", "var-keyword", None, None),
    ]
    assert found.returns == "dict[str, int]"


def test_the_receiver_is_a_parameter() -> None:
    assert [p.name for p in one("class A:\n  def f(self, x): pass").parameters] == ["self", "x"]


def test_lines_and_decorators() -> None:
    found = one("@a.b(1)\n@c\ndef f():\n  pass\n  pass\n")
    assert (found.first_line, found.line, found.end_line, found.decorators) == (1, 3, 5, ("a.b(1)", "c"))


@pytest.mark.parametrize(
    ("source", "is_async", "is_generator"),
    [
        ("def f(): yield 1", False, True),
        ("def f():\n  x = yield", False, True),
        ("async def f(): yield 1", True, True),
        ("async def f(): pass", True, False),
        ("def f():\n  def g(): yield 1", False, False),
        ("def f(): return lambda: (yield)", False, False),
        ("def f(): return (i for i in [])", False, False),
    ],
)
def test_async_and_generators(source: str, is_async: bool, is_generator: bool) -> None:
    assert (one(source).is_async, one(source).is_generator) == (is_async, is_generator)


@pytest.mark.parametrize(
    ("source", "private"),
    [
        ("def f(): pass", False),
        ("def _f(): pass", True),
        ("class _A:\n  def f(self): pass", True),
        ("class A:\n  def __init__(self): pass", False),
        ("class A:\n  def __secret(self): pass", True),
        ("def f__(): pass", False),
    ],
)
def test_privacy(source: str, private: bool) -> None:
    assert one(source).is_private is private


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise ValueError('x')", ("ValueError",)),
        ("raise errors.Bad", ("errors.Bad",)),
        ("raise A() from b\nraise A", ("A",)),
        ("try: g()\nexcept KeyError: raise", ("KeyError",)),
        ("try: g()\nexcept (A, b.C) as e: raise e", ("A", "b.C")),
        ("try: g()\nexcept A:\n  try: h()\n  except B: raise", ("B",)),
        ("try: g()\nexcept: raise", ()),
        ("e = ValueError(1)\nraise e", ("ValueError",)),
        ("e = make()\nraise e", ()),
        ("raise x", ()),
        ("raise self.error('x')", ("self.error",)),
        ("def inner(): raise A", ()),
        ("pass", ()),
    ],
)
def test_raises(body: str, expected: tuple[str, ...]) -> None:
    assert one("def f(x):\n" + "\n".join(f"  {line}" for line in body.splitlines())).raises == expected


def test_raises_of_the_module() -> None:
    assert model("def f(): raise A\nclass C:\n  def g(self): raise B\n  def h(self): raise A").raises_names == (
        "A",
        "B",
    )


def test_callees_are_qualnames_where_known() -> None:
    found = functions(
        """
class B:
    def m(self): pass
class A(B):
    def f(self):
        self.g(); self.m(); super().f(); self.x.y(); h(); a.b()
        (lambda: 1)()
    def g(self): pass
"""
    )
    assert found["A.f"].callees == ("A.g", "B.m", "super", "self.x.y", "h", "a.b")


def test_abstract() -> None:
    source = "class A(ABC):\n  @abc.abstractmethod\n  def f(self): ...\n  def g(self): ..."
    assert [f.is_abstract for f in model(source).functions] == [True, False]


def test_docstring_and_examples() -> None:
    found = one('def f(x):\n    """Doc.\n\n    >>> f(1)\n    2\n    """')
    assert found.docstring.startswith("Doc.")
    assert [(e.source, e.expected) for e in found.examples] == [("f(1)", "2")]
    assert found.literals == ()


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("import a", "p/m.py", [("a", "a", "")]),
        ("import a.b", "p/m.py", [("a", "a", "")]),
        ("import a.b as c", "p/m.py", [("c", "a.b", "")]),
        ("from a.b import c as d, e", "p/m.py", [("d", "a.b", "c"), ("e", "a.b", "e")]),
        ("from . import x", "p/m.py", [("x", "p", "x")]),
        ("from .q import x", "p/m.py", [("x", "p.q", "x")]),
        ("from .q import x", "p/m/__init__.py", [("x", "p.m.q", "x")]),
        ("from ..q import x", "p/m/__init__.py", [("x", "p.q", "x")]),
        ("from a import *", "p/m.py", [("*", "a", "*")]),
        ("if TYPE_CHECKING:\n  from a import T", "p/m.py", [("T", "a", "T")]),
        ("try: import a\nexcept ImportError: import b as a", "p/m.py", [("a", "a", ""), ("a", "b", "")]),
        ("def f(): import a", "p/m.py", []),
    ],
)
def test_imports(source: str, path: str, expected: list[Any]) -> None:
    assert [(i.name, i.module, i.qualname) for i in model(source, "p.m", path).imports] == expected


def test_names_that_the_module_binds() -> None:
    source = """
import a.b, c as d
from e import f
x, (y, *z) = 1, (2, 3)
w: int = 1
only_declared: int
for i in x: j = 1
with open(q) as fh: pass
if (n := 1): k = 2
try: g1 = 1
except E: g2 = 2
def fn(): local = 1
class Cl: attribute = 1
if TYPE_CHECKING: never = 1
"""
    assert set(model(source).names) == {
        *("a", "d", "f", "x", "y", "z", "w", "i", "j", "fh", "n", "k", "g1", "g2", "fn", "Cl")
    }


@pytest.mark.parametrize(
    ("source", "line", "quoted"),
    [
        ("x = 1\ndef f(:\n  pass", 2, "'def f(:'"),
        ("print 'old'", 1, "\"print 'old'\""),
        ("def f():\nreturn 1", 2, "'return 1'"),
        ("x = 'unclosed", 1, '"x = \'unclosed"'),
        ("x = (", 1, "'x = ('"),
    ],
)
def test_a_syntax_error_says_where(source: str, line: int, quoted: str) -> None:
    with pytest.raises(ProjectError) as caught:
        model(source, path="pkg/bad.py")
    assert caught.value.slug == "syntax-error"
    assert caught.value.where == f"pkg/bad.py:{line}"
    assert quoted in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("source", ["x = 1\0", "(" * 5000 + ")" * 5000, "x = " + "9" * 10000])
def test_what_python_refuses_is_such_an_error_too(source: str) -> None:
    with pytest.raises(ProjectError) as caught:
        model(source)
    assert caught.value.slug == "syntax-error"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\ufeffx = 1",
        "x = '\\d'",  # an invalid escape warns, which must not become an error
        "def f(x): return " + "(" * 150 + "x" + ")" * 150,
        "def f(x): return " + "+".join(["x"] * 900),
        "def f(x): return x" + ".a" * 900,
        "x = [" + "1, " * 5000 + "]",
        "def f(x, y=0x" + "f" * 5000 + "): return x",
        "class A(A): pass\nclass B(C): pass\nclass C(B): pass",
        "class A:\n  def f(): pass\n  def g(*args): args[0]",
        "def f(x):\n  global x1\n  nonlocal_ = x",
    ],
)
def test_odd_source_is_read(source: str) -> None:
    json.dumps(model(source).to_plain())


def test_the_plain_form_is_json_and_whole() -> None:
    plain = model("LIMIT = 3\nclass A:\n  def f(self, x='a'): return x == 'b' and self.y").to_plain()
    assert json.loads(json.dumps(plain)) == plain
    function = plain["functions"][0]
    assert {"qualname", "kind", "class_name", "parameters", "examples", "callees"} <= set(function)
    uses = function["parameters"][1]["uses"]
    assert [from_plain(c).value for c in uses["compared"]] == ["b"]  # type: ignore[union-attr]
    assert uses["element"] is None
    assert uses["called"] is False


def test_reading_twice_gives_the_same() -> None:
    source = Path(json.__file__).with_name("decoder.py").read_text(encoding="utf-8")
    assert json.dumps(model(source).to_plain()) == json.dumps(model(source).to_plain())


def test_no_module_of_the_standard_library_breaks_it() -> None:
    root = Path(sysconfig.get_paths()["stdlib"])
    outside = {"site-packages", "test", "tests", "idlelib"}
    paths = [p for p in sorted(root.rglob("*.py")) if not outside & set(p.relative_to(root).parts)]
    found = 0
    for path in paths[::4]:
        try:
            source = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        try:
            compile(source, str(path), "exec", dont_inherit=True)
        except SyntaxError:
            with pytest.raises(ProjectError):
                read_module(source, module=path.stem, path=str(path))
            continue
        found += len(read_module(source, module=path.stem, path=str(path)).functions)
    assert found > 1000
