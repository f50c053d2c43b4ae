"""What a test could see of two runs is equal or not, whatever the classes of the module say of their equality."""

from __future__ import annotations

import collections
import enum
from typing import Any
from unittest.mock import Mock

import pytest

from testwright.inside.exploring.executor import Run
from testwright.inside.recipes import Surroundings
from testwright.inside.surviving.visible import plainly_another, visible


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        raise AssertionError("code of the module was called")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise AssertionError("code of the module was called")


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Words(list[str]):
    pass


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def returned(value: object, **variables: Any) -> object:
    return visible(Run("returned", 0, value), Surroundings(None, dict(variables)))


def raised(error: BaseException) -> object:
    return visible(Run("raised", 0, error=error), Surroundings(None))


def called_mock(argument: int) -> Mock:
    mock = Mock()
    mock.send(argument)
    return mock


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ("a", b"a"),
        ([1, 2], (1, 2)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Plain(1), Plain(2)),
        (Slotted(1), Slotted(2)),
        (Words(["a"]), Words(["b"])),
        (Words(["a"]), ["a"]),
        (Colour.RED, Colour.BLUE),
        (int, float),
        (collections.OrderedDict(a=1), collections.OrderedDict(a=2)),
        (called_mock(1), called_mock(2)),
        ([[[[1]]]], [[[[2]]]]),
    ],
)
def test_what_differs_is_told_apart(one: object, other: object) -> None:
    assert returned(one) != returned(other)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Plain([1, {"a": Plain(2)}]),
        lambda: Slotted({1, 2, 3}),
        lambda: float("nan"),
        object,
        lambda: Words(["a"]),
        lambda: called_mock(3),
    ],
)
def test_what_was_made_alike_is_equal(make: Any) -> None:
    assert returned(make()) == returned(make())


def test_changed_arguments_are_seen() -> None:
    assert returned(None, items=[1]) != returned(None, items=[1, 2])


def test_exceptions_differ_by_type_and_words() -> None:
    assert raised(ValueError("a")) == raised(ValueError("a"))
    assert raised(ValueError("a")) != raised(ValueError("b"))
    assert raised(ValueError("a")) != raised(KeyError("a"))


def test_what_contains_itself_comes_to_an_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert returned(endless) == returned(endless)


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        (1, 2, True),
        ("a", "b", True),
        (None, 0, True),
        (True, 1, False),
        (1.0, 2.0, False),
        ([1, 2], [1, 3], True),
        ([1], [1, 2], True),
        ([1.0], [1.5], False),
        ({"a": 1}, {}, True),
        ({"a": 1}, {"a": 2}, False),
        ({1}, frozenset({1}), False),
        ((1,), [1], False),
        (Slotted(1), Slotted(2), False),
        ([Slotted(1)], [Slotted(2)], False),
    ],
)
def test_plain_values_are_surely_others(one: object, other: object, sure: bool) -> None:
    told: list[Any] = [returned(one), returned(other)]
    assert plainly_another(told[0][1], told[1][1]) is sure
    assert not plainly_another(told[0][1], told[0][1])


def test_functions_are_not_plain_values() -> None:
    def marked() -> None: ...

    vars(marked)["mark"] = 1
    bare, other = returned(lambda: None), returned(marked)
    told: list[Any] = [bare, other]
    assert not plainly_another(told[0][1], told[1][1])
    assert not plainly_another(told[1][1], told[0][1])
