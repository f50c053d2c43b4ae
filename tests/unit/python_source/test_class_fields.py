"""Class kinds and fields: every way to write a class that is built from fields."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.python_source.model import ClassModel, Field
from testwright.python_source.read_module import read_module


def classes(source: str) -> dict[str, ClassModel]:
    return {c.qualname: c for c in read_module(source, module="m", path="m.py").classes}


def fields(source: str, name: str = "C") -> list[tuple[str, str | None, str | None]]:
    return [(f.name, f.annotation, f.default) for f in classes(source)[name].fields]


def one(source: str) -> Field:
    return classes(source)["C"].fields[0]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("class C: pass", "plain"),
        ("@dataclass\nclass C: pass", "dataclass"),
        ("@dataclasses.dataclass(frozen=True)\nclass C(Base): pass", "dataclass"),
        ("@attr.s(auto_attribs=True)\nclass C: pass", "attrs"),
        ("@define\nclass C: pass", "attrs"),
        ("class C(NamedTuple): x: int", "namedtuple"),
        ("class C(namedtuple('C', 'a b')): pass", "namedtuple"),
        ("C = namedtuple('C', 'a b')", "namedtuple"),
        ("C = typing.NamedTuple('C', [('a', int)])", "namedtuple"),
        ("class C(enum.IntEnum): A = 1", "enum"),
        ("C = Enum('C', 'A B')", "enum"),
        ("class C(TypedDict, total=False): a: int", "typeddict"),
        ("C = TypedDict('C', {'a': int})", "typeddict"),
        ("class C(Protocol[T]): pass", "protocol"),
        ("class C(ABC): pass", "abc"),
        ("class C(metaclass=abc.ABCMeta): pass", "abc"),
        ("class C:\n  @abstractmethod\n  def f(self): ...", "abc"),
        ("class C(pydantic.BaseModel): a: int", "pydantic"),
        ("class C(ValueError): pass", "exception"),
        ("class C(lib.ConfigError): pass", "exception"),
        ("class B(Exception): pass\nclass C(B): pass", "exception"),
        ("class B(BaseModel): pass\nclass C(B): pass", "pydantic"),
        ("class B(Enum): pass\nclass C(B): A = 1", "enum"),
        ("class B(ABC):\n  @abstractmethod\n  def f(self): ...\nclass C(B):\n  def f(self): return 1", "plain"),
        ("class P(Protocol): pass\nclass C(P): pass", "plain"),
        ("class C(C): pass", "plain"),
    ],
)
def test_kinds(source: str, kind: str) -> None:
    assert classes(source)["C"].kind == kind


def test_dataclass_fields() -> None:
    source = """
@dataclass
class C:
    a: int
    b: str = "x"
    c: list[int] = field(default_factory=list)
    d: dict = field(default_factory=lambda: {1: 2})
    e: int = field(default=5, repr=False)
    f: ClassVar[int] = 1
    g: int = field(init=False)
    h: InitVar[int] = 3
    not_a_field = 4
    _: KW_ONLY
    i: int = 6
"""
    assert fields(source) == [
        ("a", "int", None),
        ("b", "str", "'x'"),
        ("c", "list[int]", "list()"),
        ("d", "dict", "(lambda: {1: 2})()"),
        ("e", "int", "5"),
        ("h", "InitVar[int]", "3"),
        ("i", "int", "6"),
    ]
    found = {f.name: f for f in classes(source)["C"].fields}
    assert (found["a"].required, found["b"].required, found["i"].keyword_only, found["h"].keyword_only) == (
        True,
        False,
        True,
        False,
    )


def test_inherited_fields_come_first_and_keep_their_place() -> None:
    source = "@dataclass\nclass B:\n  a: int\n  b: int\n@dataclass\nclass C(B):\n  c: int\n  a: str = 'x'"
    assert fields(source) == [("a", "str", "'x'"), ("b", "int", None), ("c", "int", None)]


def test_annotations_without_the_decorator_are_no_fields() -> None:
    assert fields("@dataclass\nclass B:\n  a: int\nclass C(B):\n  b: int") == [("a", "int", None)]


def test_attrs_fields() -> None:
    source = (
        "@attr.s\nclass C:\n  a = attr.ib()\n  _b = attr.ib(default=1, type=int)\n  c = attr.ib(factory=list)\n  d = 3"
    )
    assert fields(source) == [("a", None, None), ("_b", "int", "1"), ("c", None, "list()")]
    assert classes(source)["C"].fields[1].argument == "b"


def test_attrs_factory_object() -> None:
    assert one("@define\nclass C:\n  a: list = field(default=Factory(list))").default == "list()"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class C(NamedTuple):\n  a: int\n  b: str = 'x'", [("a", "int", None), ("b", "str", "'x'")]),
        ("C = NamedTuple('C', [('a', int), ('b', str)])", [("a", "int", None), ("b", "str", None)]),
        ("C = namedtuple('C', 'a, b')", [("a", None, None), ("b", None, None)]),
        ("C = namedtuple('C', ['a', 'b'], defaults=[2])", [("a", None, None), ("b", None, "2")]),
        ("class C(namedtuple('B', 'a b')): pass", [("a", None, None), ("b", None, None)]),
        (
            "class C(Enum):\n  A = 1\n  B = auto()\n  _x = 3\n  def f(self): pass",
            [("A", None, "1"), ("B", None, "auto()")],
        ),
        ("C = Enum('C', 'A B')", [("A", None, "1"), ("B", None, "2")]),
        ("C = Enum('C', {'A': 'x'})", [("A", None, "'x'")]),
        ("C = TypedDict('C', {'a-b': int})", [("a-b", "int", None)]),
    ],
)
def test_other_fields(source: str, expected: list[tuple[Any, ...]]) -> None:
    assert fields(source) == expected


def test_typeddict_keys_that_may_be_missing() -> None:
    source = (
        "class C(TypedDict, total=False):\n  a: int\n  b: Required[str]\nclass D(C):\n  c: NotRequired[int]\n  d: int"
    )
    found = {f.name: (f.annotation, f.required) for f in classes(source)["D"].fields}
    assert found == {"a": ("int", False), "b": ("str", True), "c": ("int", False), "d": ("int", True)}


def test_pydantic_fields() -> None:
    source = """
class C(BaseModel):
    model_config = {}
    a: int
    b: str = Field(..., min_length=2)
    c: int = Field(3, gt=0)
    d: list[int] = Field(default_factory=list, alias="dd")
    e: int = ...
    _private: int = 1
"""
    assert fields(source) == [
        ("a", "int", None),
        ("b", "str", None),
        ("c", "int", "3"),
        ("d", "list[int]", "list()"),
        ("e", "int", None),
    ]
    assert classes(source)["C"].fields[3].argument == "dd"
    assert all(f.keyword_only for f in classes(source)["C"].fields)


def test_methods_and_abstract_methods_are_the_resolved_ones() -> None:
    source = """
class B(ABC):
    @abstractmethod
    def f(self): ...
    @property
    @abstractmethod
    def g(self): ...
    def h(self): ...
class C(B):
    def f(self): return 1
"""
    found = classes(source)["C"]
    assert found.methods == ("C.f", "B.g", "B.h")
    assert found.abstract_methods == ("g",)


def test_a_protocols_empty_methods_are_abstract() -> None:
    found = classes("class C(Protocol):\n  def f(self): ...\n  def g(self): return 1")["C"]
    assert found.abstract_methods == ("f",)
