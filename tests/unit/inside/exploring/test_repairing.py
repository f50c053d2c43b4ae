"""What an interpreter complained of is replaced by something that fits."""

from __future__ import annotations

import random
import types
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.exploring.editing import replace_node
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.exploring.repairing import repairs
from testwright.inside.exploring.substitution import Values, traced_values
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Call, Const, Dictionary, Name, Recipe, Sequence, Surroundings
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
