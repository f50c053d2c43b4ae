"""Of the runs that reach a mutant the nearest are kept: calls of its own function, and those where a value is another one."""

from __future__ import annotations

import random

import pytest

from testwright.inside.exploring.corpus import Entry
from testwright.inside.exploring.live_module import Callable_
from testwright.inside.exploring.progress import TargetState
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Scenario, Step
from testwright.inside.surviving.survivor import OTHERS_FIRST, PARENTS, Survivor


def state(qualname: str, *, private: bool = False) -> TargetState:
    target = Callable_(qualname, "function", Name("m", qualname), [], {}, is_private=private)
    return TargetState(target, 0)


def entry(target: str, value: int = 0) -> Entry:
    return Entry(Scenario((Step(Call(Name("m", target), (Const(value),)), "result"),), target), 0, 1.0, "", True)


def parents(survivor: Survivor, *added: tuple[Entry, bool]) -> list[Entry]:
    for each, changed in added:
        survivor.add_parent(each, random.Random(1), changed=changed)
    return survivor.parents


def test_a_call_of_its_own_function_is_nearer_than_one_of_another() -> None:
    other, own = entry("other"), entry("own")
    assert parents(Survivor(1, state("own")), (other, True), (own, False), (other, True)) == [own]


def test_a_run_in_which_it_changes_a_value_is_nearer() -> None:
    plain, changed = entry("own", 1), entry("own", 2)
    assert parents(Survivor(1, state("own")), (plain, False), (changed, True), (plain, False)) == [changed]


def test_a_private_function_gives_way_to_what_calls_it() -> None:
    other, own = entry("other"), entry("_own")
    assert parents(Survivor(1, state("_own", private=True)), (own, True), (other, True)) == [own, other]


def test_parents_do_not_pile_up() -> None:
    assert len(parents(Survivor(1, None), *((entry("f", n), True) for n in range(99)))) == PARENTS


@pytest.mark.parametrize(
    ("survivor", "wanted"),
    [
        (Survivor(1, None), False),
        (Survivor(1, state("own")), True),
        (Survivor(1, state("own"), nearness=2), False),
        (Survivor(1, state("_own", private=True)), False),
        (Survivor(1, state("_own", private=True), turns=OTHERS_FIRST + 1), True),
    ],
    ids=["none", "never called", "called", "private", "private, after others"],
)
def test_its_own_function_is_called_when_others_do_not_tell(survivor: Survivor, wanted: bool) -> None:
    assert survivor.wants_own is wanted
