"""A run notes what may betray a bug: an internal error, or a result of another type than annotated."""

import collections.abc
from typing import Any, Literal, TypeVar

import pytest

from testwright.inside.observing.signs import mismatch
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Outcome, Sign, Step

SOURCE = """
def target(text: str) -> str:
    if text == "none":
        return None
    return text[0]
"""


def asked(text):
    return Step(Call(Name("observed", "target"), (Const(text),)), "result")


def test_an_internal_error_leaves_a_sign_though_it_makes_no_test(watch):
    (sign,) = watch(SOURCE, asked("")).signs
    assert (sign.kind, sign.what, sign.line, sign.function, sign.outside) == ("error", "IndexError", 5, "target", "")


def test_a_call_that_breaks_the_contract_says_so(watch):
    outcome = watch(SOURCE, asked(None))
    assert outcome.broken
    assert outcome.signs[0].outside == "text may be no such value"


def test_a_result_of_another_type_leaves_one(watch):
    (sign,) = watch(SOURCE, asked("none")).signs
    assert (sign.kind, sign.what, sign.seen) == ("type", "str", "None")


def test_a_good_run_leaves_none(watch):
    assert watch(SOURCE, asked("abc")).signs == ()


def test_signs_travel_and_only_common_ones_stay():
    one, other = Sign("error", "KeyError", "'a'", 3, "f"), Sign("type", "str", "None", 1, "f")
    outcome = Outcome(broken="nonsense", signs=(one, other))
    assert Outcome.from_plain(outcome.to_plain()) == outcome
    agreed = outcome.agrees_with(Outcome(broken="nonsense", signs=(Sign("error", "KeyError", "'b'", 3, "f"),)))
    assert agreed.signs == (one,)


T = TypeVar("T")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, str),
        (None, list[int]),
        ("a", int),
        (1, str),
        ("a", int | None),
        ([1, None], list[int]),
        ({"a": None}, dict[str, int]),
        ((1,), tuple[int, int]),
        ("x", Literal["r", "w"]),
        ([], dict),
    ],
)
def test_what_surely_contradicts(value, hint):
    assert mismatch(value, hint)
    assert not mismatch(value, hint).startswith("~")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (1, float),
        (True, int),
        (None, int | None),
        (None, Any),
        (None, None),
        (1, None),
        (1, T),
        ("a", collections.abc.Iterable[str]),
        ([1], collections.abc.Sequence[int]),
        ([], list[int]),
        ([None], list[int | None]),
        ((1, 2, 3), tuple[int, ...]),
        (object(), str),
        (1, "int"),
        (iter([1]), collections.abc.Iterator[int]),
    ],
)
def test_what_may_be_meant(value, hint):
    assert mismatch(value, hint) == ""


@pytest.mark.parametrize(("value", "hint"), [(1.5, int), ("", bool), ([], bool), ((1,), list[int])])
def test_what_is_often_loosely_written(value, hint):
    assert mismatch(value, hint).startswith("~")
