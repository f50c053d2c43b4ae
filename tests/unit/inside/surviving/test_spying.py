"""One run of the original says which mutants would have changed a value in it, and leaves everything as it was."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.surviving.spying import MOST_LOOKS, may_be_repeated
from testwright.inside.surviving.switching import SwitchedModule


def changed(switched: SwitchedModule, call: Callable[[], Any]) -> set[str]:
    """What the mutants that change a value put in its place."""
    with switched.engaged(), switched.watched(switched.sites.keys()) as watched:
        call()
    assert watched.changed <= watched.reached
    sites = {number: switched.sites[number] for number in watched.changed}
    return {site.shown(m) for number, site in sites.items() for m in site.mutants if m.number == number}


@pytest.mark.parametrize(
    ("expression", "value", "telling", "hidden"),
    [
        ("x > 10", 3, "", "x >= 10"),
        ("x > 10", 10, "x >= 10", "11"),
        ("len(x) > 2 and x[0] == 'a'", "bbb", "len(x) > 2 or x[0] == 'a'", "len(x) >= 2"),
        ("len(x) > 2 and x[0] == 'a'", "b", "", "len(x) > 2 or x[0] == 'a'"),
        ("x.startswith('a')", "b", "", "'aXX'"),
        ("x.startswith('a')", "ab", "'aXX'", ""),
        ("x[1:]", "", "", "2"),
        ("x[1:]", "ab", "2", ""),
        ("x * 2 + 0", 0, "1", "3"),
        ("isinstance(x, str)", "a", "isinstance(str, x)", ""),
    ],
)
def test_a_mutant_that_gives_the_same_value_is_not_changed(load, expression, value, telling, hidden) -> None:
    module, switched = load(f"def f(x):\n    return {expression}\n")
    found = changed(switched, lambda: module.f(value))
    shown = {site.shown(m) for site in switched.sites.values() for m in site.mutants}
    assert {telling, hidden} - {""} <= shown
    assert {telling} - {""} <= found
    assert hidden not in found


def test_what_has_an_effect_is_evaluated_once(load) -> None:
    module, switched = load(
        """
        CALLED = []

        def note(x):
            CALLED.append(x)
            return x

        def f(x):
            return note(x) > 1 and note(x) < 5
        """
    )
    found = changed(switched, lambda: module.f(3))
    assert module.CALLED == [3, 3]
    assert "note(x) >= 1" in found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x + len(y) * 2 > z[0].a", True),
        ("x.strip().lower() in ('a', 'b')", True),
        ("10 ** (9 // x)", False),
        ("x and 1 << y", False),
        ("note(x) > 1", False),
        ("x.pop() > 1", False),
        ("(y := x) > 1", False),
        ("[y for y in x] == []", False),
    ],
)
def test_only_what_has_no_effect_and_an_end_may_be_repeated(expression: str, expected: bool) -> None:
    assert may_be_repeated(ast.parse(expression, mode="eval").body) is expected


def test_names_of_closures_classes_and_comprehensions_are_seen(load) -> None:
    module, switched = load(
        """
        def outer(limit):
            class Local:
                top = limit + 1

                def high(self, x):
                    return x > limit + 1

            def inner(x):
                return [y for y in range(x) if y > limit and y != 2] + [Local.top]

            return inner, Local().high

        class Box:
            __size = 3

            def fits(self, x):
                return x < self.__size
        """
    )
    with switched.engaged(), switched.watched(switched.sites.keys()):
        inner, high = module.outer(1)
        assert (inner(5), high(3), module.Box().fits(2)) == ([3, 4, 2], True, True)
    assert module.outer(1)[0](5) == [3, 4, 2]


def test_a_loop_is_not_looked_into_for_ever(load) -> None:
    module, switched = load("def f(n):\n    return sum(1 for x in range(n) if x >= 0)\n")
    assert "x > 0" in changed(switched, lambda: module.f(MOST_LOOKS * 3))
    assert "x >= 1" not in changed(switched, lambda: module.f(0))


def test_the_active_mutant_and_the_original_are_as_before(load) -> None:
    module, switched = load("def f(x):\n    return x > 10\n")
    plain = module.f.__code__
    changed(switched, lambda: module.f(10))
    assert module.f.__code__ is plain
    number = next(n for n, s in switched.sites.items() for m in s.mutants if m.number == n and s.shown(m) == "x >= 10")
    with switched.engaged(), switched.active(number):
        assert module.f(10) is True
    assert module.f(10) is False
