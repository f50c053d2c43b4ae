"""A loaded module runs as the original or as any of its mutants, and is afterwards what it was before."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from testwright.inside.surviving.switching import SwitchedModule

SOURCE = """
import functools

SEEN = []

def classify(number, limit=10):
    if number > limit:
        return "big"
    return "small"

@functools.cache
def squared(number):
    return number * number

class Box:
    def __init__(self, size):
        self.size = size

    @property
    def area(self):
        return self.size + self.size

def maker(step):
    def add(number):
        return number + step
    return add

add_two = maker(2)
"""


@pytest.fixture
def loaded(load: Callable[[str], tuple[ModuleType, SwitchedModule]]) -> tuple[ModuleType, SwitchedModule]:
    return load(SOURCE)


@pytest.fixture
def module(loaded: tuple[ModuleType, SwitchedModule]) -> ModuleType:
    return loaded[0]


@pytest.fixture
def switched(loaded: tuple[ModuleType, SwitchedModule]) -> SwitchedModule:
    return loaded[1]


def numbered(switched: SwitchedModule, function: str, operator: str, text: str) -> int:
    """The mutant of this look."""
    for number, site in switched.sites.items():
        mutant = next(m for m in site.mutants if m.number == number)
        if (site.function, mutant.operator, site.shown(mutant)) == (function, operator, text):
            return number
    raise AssertionError([s.shown(m) for s in set(switched.sites.values()) for m in s.mutants])


def test_a_mutant_takes_effect_only_while_it_is_active(module: ModuleType, switched: SwitchedModule) -> None:
    plain = module.classify.__code__
    number = numbered(switched, "classify", "comparison", "number >= limit")
    with switched.engaged():
        assert module.classify(10) == "small"
        with switched.active(number):
            assert module.classify(10) == "big"
        assert module.classify(10) == "small"
    assert module.classify.__code__ is plain


@pytest.mark.parametrize(
    ("function", "operator", "text", "call", "expected"),
    [
        ("Box.area", "arithmetic", "self.size - self.size", "Box(3).area", 0),
        ("maker", "arithmetic", "number - step", "add_two(5)", 3),
        ("classify", "constant", "11", "classify(11)", "small"),
    ],
    ids=["a property", "a closure that was made before", "a default"],
)
def test_what_is_there_already_changes_too(
    module: ModuleType,
    switched: SwitchedModule,
    function: str,
    operator: str,
    text: str,
    call: str,
    expected: object,
) -> None:
    before = eval(call, vars(module))
    number = numbered(switched, function, operator, text)
    with switched.engaged():
        with switched.active(number):
            assert eval(call, vars(module)) == expected != before
        assert eval(call, vars(module)) == before


def test_kept_results_of_the_original_hide_no_mutant(module: ModuleType, switched: SwitchedModule) -> None:
    assert module.squared(4) == 16
    number = numbered(switched, "squared", "arithmetic", "number // number")
    with switched.engaged(), switched.active(number):
        assert module.squared(4) == 1
    assert module.squared(4) == 16


def test_only_what_runs_is_reached(module: ModuleType, switched: SwitchedModule) -> None:
    with switched.engaged(), switched.watched(frozenset()) as watched:
        assert module.classify(3) == "small"
    functions = {switched.sites[number].function for number in watched.reached}
    texts = {s.shown(m) for n in watched.reached for s in [switched.sites[n]] for m in s.mutants if m.number == n}
    assert functions == {"classify"}
    assert "number >= limit" in texts
    assert "11" in texts
    assert "'bigXX'" not in texts


def test_meanwhile_the_first_bodies_can_run_again(module: ModuleType, switched: SwitchedModule) -> None:
    plain = module.classify.__code__
    with switched.engaged():
        assert module.classify.__code__ is not plain
        with switched.plain():
            assert module.classify.__code__ is plain
        assert module.classify.__code__ is not plain


def test_what_a_mutant_makes_of_a_text_is_told(switched: SwitchedModule) -> None:
    assert switched.texts_of(numbered(switched, "classify", "constant", "'bigXX'")) == ("big", "bigXX")
    assert switched.texts_of(numbered(switched, "classify", "comparison", "number >= limit")) is None
    assert switched.texts_of(numbered(switched, "classify", "constant", "11")) is None
