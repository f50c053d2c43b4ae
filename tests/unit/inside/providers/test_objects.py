"""Instances are built as users would: by constructor, by subclasses, by samples of what is abstract."""

import pytest

ABSTRACT = """
import abc
import typing

class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @property
    @abc.abstractmethod
    def name(self): ...

    def describe(self):
        return "shape"

@typing.runtime_checkable
class Reader(typing.Protocol):
    def read(self) -> str: ...
"""


@pytest.mark.parametrize("name", ["Shape", "Reader"])
def test_a_sample_subclass_of_something_abstract_instantiates(maker_of, values, name):
    maker = maker_of(ABSTRACT)
    kind = getattr(maker.live.module, name)
    made = values(lambda: maker.objects.make(kind, 0), 10)
    assert made
    assert all(isinstance(v, kind) for v in made)


def test_the_sample_fills_in_methods_and_properties(maker_of, values):
    maker = maker_of(ABSTRACT)
    (shape,) = values(lambda: maker.objects.make(maker.live.module.Shape, 0), 1)
    assert shape.area() is None
    assert shape.name is None
    assert shape.describe() == "shape"


def test_a_concrete_subclass_is_taken_where_there_is_one(maker_of, values):
    maker = maker_of(
        "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\n"
        "class B(A):\n    def f(self): return 1\n"
    )
    assert {type(v).__name__ for v in values(lambda: maker.objects.make(maker.live.module.A, 0), 10)} == {"B"}


def test_constructor_arguments_follow_their_hints(maker_of, values):
    maker = maker_of(
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    size: int\n    tags: tuple[str, ...] = ()\n"
    )
    made = values(lambda: maker.objects.construct(maker.live.module.P, 0))
    assert sum(type(v.size) is int for v in made) > len(made) / 2


def test_a_typed_dict_has_its_required_keys(maker_of, values):
    maker = maker_of("import typing\nclass T(typing.TypedDict):\n    a: int\n    b: typing.NotRequired[str]\n")
    made = values(lambda: maker.objects.make(maker.live.module.T, 0))
    assert all("a" in v for v in made)
    assert {"b" in v for v in made} == {True, False}


def test_uses_of_an_attribute_reach_the_constructor_parameter_of_that_name(maker_of, values):
    source = "class Item:\n    def __init__(self, kind):\n        self.kind = kind\n"
    maker = maker_of(source)
    uses = {"kind": {"compared": [["const", "str", "special"]]}}
    made = values(lambda: maker.objects.make(maker.live.module.Item, 0, uses))
    assert any(v.kind == "special" for v in made)
