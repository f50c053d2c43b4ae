"""What an interpreter complained of is replaced by something that fits."""

from __future__ import annotations

import random
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.exploring.editing import replace_node
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.exploring.recalling import call_repairs
from testwright.inside.exploring.repairing import repairs
from testwright.inside.exploring.substitution import Values, traced_values
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Call, Const, Dictionary, Function, Name, Recipe, Sequence, Surroundings
from testwright.inside.scenario import Scenario, Step


def repaired(function: Callable[..., Any], *args: Recipe) -> list[Any]:
    """What the function returns for the repaired inputs that it accepts."""
    scenario = Scenario((Step(Call(Name("planted", "f"), args), "result"),), "f")
    names = {("planted", "f"): function}
    values: Values = []
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is to be mended
        traced_values(scenario, Surroundings(names=names), values)
    live = LiveModule(types.ModuleType("planted"), {"functions": [], "classes": []})
    accepted = []
    for edit in repairs(scenario, caught.value, values, Maker(live, random.Random(1))):
        try:
            accepted.append(_run(replace_node(scenario, *edit), names))
        except Exception:  # noqa: BLE001 - not mended
            continue
    return accepted


def _run(scenario: Scenario, names: dict[tuple[str, str], Any]) -> Any:
    found: Values = []
    traced_values(scenario, Surroundings(names=names), found)
    return found[-1][1]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (lambda x: x.reverse(), Const("abc")),
        (lambda x: x.split(), Const(3)),
        (lambda x: x.items(), Const(None)),
        (lambda x: list(x), Const(3)),
        (lambda x: x[0], Const(None)),
        (lambda x: len(x), Const(1.5)),
        (lambda x: x(), Const("abc")),
        (lambda x: x + 1, Const("abc")),
        (lambda x: "a" + x, Const(3)),
        (lambda x: "a" in x, Const(3)),
        (lambda x: -x, Const("abc")),
        (lambda x: ",".join(x), Sequence("list", (Const(1),))),
        (lambda x: {x: 1}, Sequence("list", ())),
        (lambda x: x < 3, Const("abc")),
        (lambda x: range(x), Const("abc")),
        (lambda x: "a,b".split(x), Const(3)),
        (lambda x: x["key"], Dictionary(())),
        (lambda x: x[5], Sequence("list", (Const(1), Const(2), Const(3)))),
        (lambda x: int(x), Sequence("list", ())),
    ],
)
def test_an_argument_that_fits_takes_the_place_of_one_that_does_not(
    function: Callable[[Any], Any], argument: Recipe
) -> None:
    assert repaired(function, argument)


def test_other_arguments_stay_as_they_are() -> None:
    assert all(kept == "other" for _, kept in repaired(lambda x, y: (x.upper(), y), Const(None), Const("other")))


def test_an_error_that_says_nothing_suggests_nothing() -> None:
    def refuse(x: Any) -> None:
        raise RuntimeError("no")

    assert repaired(refuse, Const(1)) == []


class Token:
    def __init__(self, kind: Any, *, level: int) -> None:
        self.kind, self.level = kind, level


def _wraps(**options: Any) -> Any:
    def inner(*, width: int) -> int:
        return width

    return inner(**options)


def _looks_up(known: Any) -> Any:
    return "key" in known and known["key"]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (lambda x: Token(level=1, **x), Dictionary(())),
        (lambda x: Token(**x).level, Dictionary(((Const("kind"), Const(1)),))),
        (lambda x: _wraps(width=1, **x), Dictionary(((Const("zz"), Const(1)),))),
        (lambda x: x(1, 2), Function("x", Const("answer"))),
        (_looks_up, Sequence("list", (Const("key"),))),
    ],
)
def test_a_call_gets_the_arguments_it_lacked_and_none_it_refused(
    function: Callable[[Any], Any], argument: Recipe
) -> None:
    assert repaired(function, argument)


def test_keywords_that_are_handed_on_are_added_to_the_call() -> None:
    assert repaired(_wraps)


def test_all_that_a_known_class_requires_is_given_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = types.ModuleType("planted")
    planted.Token = type("Token", (Token,), {"__module__": "planted", "__qualname__": "Token"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted", planted)
    scenario = Scenario((Step(Call(Name("planted", "make"), (Dictionary(()),)), "result"),), "make")
    maker = Maker(LiveModule(planted, {"functions": [], "classes": []}), random.Random(1))
    message = "Token.__init__() missing 1 required positional argument: 'kind'"
    given = [node for _, node in call_repairs(scenario, message, maker) if isinstance(node, Dictionary)]
    assert given
    assert all([k for k, _ in node.items] == [Const("kind"), Const("level")] for node in given)
