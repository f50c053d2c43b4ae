"""Numbers in a scenario: which there are, and how they are turned."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.exploring.knobs import LARGEST, MOST, Knob, knobs_of, turned
from testwright.inside.recipes import Call, Const, Name, Patch, Recipe, Sequence
from testwright.inside.scenario import Scenario, Step


def given(argument: Recipe) -> Scenario:
    return Scenario((Step(Call(Name("m", "f"), (argument,)), "result"),), "f")


def after(argument: Recipe, kind: str, by: int, **more: Any) -> Any:
    made = turned(given(argument), Knob((0, 1), kind, **more), by)
    if made is None:
        return None
    call = made.steps[0].recipe
    assert isinstance(call, Call)
    return call.args[0].value if isinstance(call.args[0], Const) else call.args[0]


def kinds(argument: Recipe, counted: tuple[str, ...] = ()) -> list[str]:
    return [knob.kind for knob in knobs_of(given(argument), counted) if knob.kind != "wrapped"]


def test_numbers_lengths_and_characters_are_found() -> None:
    assert kinds(Const(5)) == ["number"]
    assert kinds(Const(True)) == kinds(Const(None)) == []
    assert kinds(Const("a1-22")) == ["digits", "digits", "length", *["character"] * 5]
    assert kinds(Const("a"), counted=("-",)) == ["length", "count", "character"]
    assert kinds(Const("some longer text")) == ["length"]
    assert kinds(Const("(one, {two}) '3'")) == ["digits", "length", "repeated", "nested", "repeated", "nested"]
    assert kinds(Const("one more\nline")) == ["length", "nested", "repeated"]
    assert kinds(Sequence("list", (Const(1), Const("b")))) == ["length", "number", "length", "character"]
    assert len(knobs_of(given(Const("a")))) == 6
    assert len(kinds(Sequence("list", (Const(1),) * 50))) == MOST


def test_what_stands_around_a_call_is_no_input() -> None:
    scenario = Scenario((Step(Patch("setenv", "PORT", Const("80"))), *given(Const(5)).steps), "f")
    assert [knob.place[0] for knob in knobs_of(scenario)] == [1]


@pytest.mark.parametrize(
    ("argument", "kind", "by", "wanted", "more"),
    [
        (Const(5), "number", -7, -2, {}),
        (Const(1.5), "number", 1, 2.5, {}),
        (Const(5), "number", LARGEST, None, {}),
        (Const("size=09;"), "digits", 3, "size=12;", {"at": 5}),
        (Const("size=09;"), "digits", -3, "size=06;", {"at": 5}),
        (Const("<<>>"), "length", 2, "<<aa>>", {}),
        (Const("abcd"), "length", 1, "abccd", {}),
        (Const("<<aa>>"), "length", -2, "<<>>", {}),
        (Const("ab"), "length", -3, None, {}),
        (Const("abc"), "character", 1, "acc", {"at": 1}),
        (Const("~"), "character", 1, None, {"at": 0}),
        (Const("ab"), "count", 2, "a--b", {"part": "-"}),
        (Const("a-b-c"), "count", -1, "ab-c", {"part": "-"}),
        (Const("a-b-c"), "count", -3, None, {"part": "-"}),
        (Const("f{a}"), "nested", 2, "f{{{a}}}", {"at": 1, "part": "{"}),
        (Const("f{a}"), "nested", -1, None, {"at": 1, "part": "{"}),
        (Const("f{a}"), "nested", 1, None, {"at": 1, "part": "["}),
        (Const("a"), "wrapped", 2, "((a))", {"part": "("}),
        (Const("a"), "wrapped", 1, "a\n    a", {"part": "line"}),
        (Const("a,b"), "repeated", 2, "a,a,a,b", {"at": 0, "part": ","}),
        (Const("a\nb"), "nested", 1, "a\n    a\nb", {"at": 0, "part": "line"}),
        (Sequence("list", (Const(1), Const(2))), "length", 2, Sequence("list", (Const(1), *[Const(2)] * 3)), {}),
        (Sequence("list", (Const(1), Const(2))), "length", -1, Sequence("list", (Const(1),)), {}),
    ],
)
def test_a_knob_is_turned(argument: Recipe, kind: str, by: int, wanted: Any, more: dict[str, Any]) -> None:
    assert after(argument, kind, by, **more) == wanted
