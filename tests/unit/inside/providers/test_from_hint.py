"""A hint gives values of that hint."""

import collections
import collections.abc
import datetime
import enum
import typing

import pytest

HINTS = [
    (int, int),
    (str, str),
    (bool, bool),
    (list[int], list),
    (dict[str, int], dict),
    (tuple[int, str], tuple),
    (set[int], set),
    (frozenset[str], frozenset),
    (int | None, (int, type(None))),
    (int | str, (int, str)),
    (typing.Literal["r", "w"], str),
    (collections.OrderedDict[str, int], collections.OrderedDict),
    (collections.deque[int], collections.deque),
    (collections.abc.Iterator[int], collections.abc.Iterator),
    (collections.abc.Callable[[int], str], collections.abc.Callable),
    (datetime.datetime, datetime.datetime),
    (typing.Annotated[int, "size"], int),
    (None, type(None)),
    (type[int], type),
]


@pytest.mark.parametrize(("hint", "expected"), HINTS, ids=str)
def test_the_value_is_an_instance_of_the_hint(maker_of, values, hint, expected):
    maker = maker_of("")
    made = values(lambda: maker.hints.make(hint, 0))
    assert made
    assert all(isinstance(v, expected) for v in made)


def test_a_fixed_tuple_has_its_length_and_types(maker_of, values):
    maker = maker_of("")
    assert {tuple(map(type, v)) for v in values(lambda: maker.hints.make(tuple[int, str], 0))} == {(int, str)}


def test_an_enum_of_the_module_gives_its_members(maker_of, values):
    maker = maker_of("import enum\nclass Color(enum.Enum):\n    RED = 1\n    BLUE = 2\n")
    made = values(lambda: maker.hints.make(maker.live.module.Color, 0))
    assert {v.name for v in made} == {"RED", "BLUE"}
    assert all(isinstance(v, enum.Enum) for v in made)


def test_a_constrained_type_variable_gives_its_constraints(maker_of, values):
    maker = maker_of("")
    made = values(lambda: maker.hints.make(typing.TypeVar("T", int, str), 0))
    assert {type(v) for v in made} == {int, str}


def test_mappings_made_together_mostly_share_keys(maker_of, values):
    maker = maker_of("")
    pairs = [
        (
            values(lambda: maker.hints.make(dict[str, int], 0), 1)[0],
            values(lambda: maker.hints.make(dict[str, int], 0), 1)[0],
        )
        for _ in range(60)
    ]
    both = [(a, b) for a, b in pairs if a and b]
    assert sum(bool(a.keys() & b.keys()) for a, b in both) > len(both) / 2
