"""Where a mutant needs it, a test says more of a result than a reader wants to see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from testwright.inside.observing.checks import Place
from testwright.inside.observing.performing import perform
from testwright.inside.recipes import Attribute, Call, Const, Item, Name, Variable
from testwright.inside.scenario import Check, Outcome, Scenario, Step

SOURCE = """
class Part:
    def __init__(self, name, optional):
        self.name = name
        self.optional = optional
        self._secret = 1

class Whole:
    def __init__(self, parts):
        self.parts = parts
        self.by_name = {part.name: part for part in parts}
        self.owner = None

def whole(*names):
    return Whole([Part(name, False) for name in names])

def adopt(whole):
    whole.owner = Part("me", True)
"""
RESULT = Variable("result")
PART = Item(Attribute(RESULT, "parts"), Const(1))


def seen(tmp_path: Path, *steps: Step, detailed: bool = True) -> Outcome:
    place = Place("observed", str(tmp_path / "observed.py"))
    return perform(Scenario(steps, "whole"), place, tmp_path / "scratch", detailed=detailed)


def called(name: str, *args: Const | Variable) -> Call:
    return Call(Name("observed", name), args)


def test_attributes_of_what_lies_deeper(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    load(SOURCE)
    outcome = seen(tmp_path, Step(called("whole", Const("a"), Const("b")), "result"))
    assert Check("equals", Attribute(PART, "name"), Const("b")) in outcome.further
    assert Check("is", Attribute(PART, "optional"), Const(False)) in outcome.further
    assert Check("is", Attribute(RESULT, "owner"), Const(None)) in outcome.further
    assert not any("_secret" in str(check) for check in outcome.further)


def test_what_a_class_shows_of_itself_and_the_name_of_a_function_that_was_made(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    load(
        "class Shown:\n    def __repr__(self):\n        return 'Shown(3)'\n"
        "def shown():\n    return Shown()\ndef made():\n    def inner():\n        pass\n    return inner\n"
    )
    outcome = seen(tmp_path, Step(called("shown"), "result"))
    assert Check("equals", Call(Name("builtins", "repr"), (RESULT,)), Const("Shown(3)")) in outcome.further
    outcome = seen(tmp_path, Step(called("made"), "result"))
    assert outcome.further == (Check("equals", Attribute(RESULT, "__name__"), Const("inner")),)


def test_objects_beside_the_result(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    load(SOURCE)
    steps = Step(called("whole", Const("a")), "whole"), Step(called("adopt", Variable("whole")), "result")
    outcome = seen(tmp_path, *steps)
    assert Check("equals", Attribute(Attribute(Variable("whole"), "owner"), "name"), Const("me")) in outcome.further


def test_only_when_asked_for(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    load(SOURCE)
    outcome = seen(tmp_path, Step(called("whole", Const("a")), "result"), detailed=False)
    assert outcome.checks
    assert outcome.further == ()


def test_a_circle_comes_to_an_end(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    load(SOURCE + "\ndef circle():\n    made = Whole([])\n    made.owner = made\n    return made\n")
    outcome = seen(tmp_path, Step(called("circle"), "result"))
    assert len(outcome.further) < 10
