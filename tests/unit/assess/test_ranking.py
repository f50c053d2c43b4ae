from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.assess.ranking import prioritize_modules, ranked, value_of_next_test
from testwright.config.function_orders import ORDERS
from testwright.errors import UsageError
from testwright.nouns import FunctionCoverage, ModuleCoverage

from .conftest import function, module


def names(functions: list[FunctionCoverage]) -> list[tuple[str, int]]:
    return [(each.module, each.line) for each in functions]


def test_the_best_next_test_is_most_priority_by_test() -> None:
    dear = function("a", 1, tests=10, priority=50.0)
    cheap = function("a", 2, tests=2, priority=20.0)

    assert value_of_next_test(cheap) == 10
    assert names(ranked([module("a", dear, cheap)])) == [("a", 2), ("a", 1)]


def test_modules_below_half_come_first_only_in_the_order_next() -> None:
    risky = module("a", function("a", priority=90.0), percent=50.0)
    bare = module("b", function("b", priority=1.0), percent=49.9)

    assert names(ranked([risky, bare])) == [("b", 1), ("a", 1)]
    assert names(ranked([risky, bare], "priority")) == [("a", 1), ("b", 1)]


def test_what_is_tested_comes_last_also_in_a_module_below_half() -> None:
    done = function("a", 1, tests=0, priority=0.0, covered=5, missing_lines=())
    bare, fine = module("a", done, percent=10.0), module("b", function("b"), percent=90.0)

    assert value_of_next_test(done) == 0
    assert names(ranked([bare, fine])) == [("b", 1), ("a", 1)]


def test_of_what_is_tested_the_most_complex_with_the_fewest_tests_comes_first() -> None:
    done = {"tests": 0, "priority": 0.0, "covered": 5, "missing_lines": ()}
    functions = [
        msgspec.structs.replace(function("a", 1, **done), complexity=4, tests=("t",) * 9),
        msgspec.structs.replace(function("a", 2, **done), complexity=2, tests=("t",)),
        msgspec.structs.replace(function("a", 3, **done), complexity=9, tests=("t", "u")),
    ]

    assert [line for _, line in names(ranked([module("a", *functions)]))] == [3, 2, 1]


@pytest.mark.parametrize(
    ("sort", "expected"), [("priority", [3, 1, 2]), ("crap", [2, 1, 3]), ("missing", [1, 3, 2]), ("path", [1, 2, 3])]
)
def test_each_order_goes_by_its_own_figure(sort: str, expected: list[int]) -> None:
    functions = [
        function("a", 1, priority=2.0, crap=5.0, missing_lines=(1,), branches=6, taken=2),
        function("a", 2, priority=1.0, crap=9.0, missing_lines=()),
        function("a", 3, priority=3.0, crap=1.0, missing_lines=(1, 2, 3)),
    ]

    assert [line for _, line in names(ranked([module("a", *functions)], sort))] == expected


@pytest.mark.parametrize("sort", ORDERS)
def test_equal_ones_are_by_path_and_line_in_every_order(sort: str) -> None:
    modules = [module(name, *(function(name, line) for line in (9, 10, 2))) for name in ("b", "a")]

    assert names(ranked(modules, sort)) == [(name, line) for name in ("a", "b") for line in (2, 9, 10)]


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(UsageError, match="'size' is no order") as caught:
        ranked([], "size")
    assert caught.value.slug == "bad-value"


def test_modules_go_by_priority_then_by_what_is_missing_then_by_path() -> None:
    modules = [
        module("d", statements=9),
        module("c", statements=9),
        module("b", statements=9, branches=4, taken=1),
        module("a", priority=3.0),
    ]

    assert [each.module for each in prioritize_modules(modules)] == ["a", "b", "c", "d"]


def test_a_threshold_puts_modules_below_it_first_and_drops_none() -> None:
    modules = [module("a", priority=3.0, percent=80.0), module("b", percent=79.9), module("c", percent=100.0)]

    assert [each.module for each in prioritize_modules(modules, 80)] == ["b", "a", "c"]
    assert [each.module for each in prioritize_modules(modules)] == ["a", "b", "c"]


FUNCTIONS = st.builds(
    function,
    st.just("x"),
    st.integers(1, 5),
    st.integers(0, 4),
    priority=st.floats(0, 9),
    crap=st.floats(0, 9),
    covered=st.integers(0, 5),
    qualname=st.sampled_from("fgh"),
)
MODULES = st.builds(
    lambda name, functions, percent: module(
        name, *(msgspec.structs.replace(each, module=name, path=name) for each in functions), percent=percent
    ),
    st.sampled_from("abc"),
    st.lists(FUNCTIONS, max_size=6),
    st.floats(0, 100),
)


@given(st.lists(MODULES, max_size=5), st.sampled_from(list(ORDERS)))
def test_ranking_is_a_permutation(modules: list[ModuleCoverage], sort: str) -> None:
    everything = [each for one in modules for each in one.functions]

    found = ranked(modules, sort)

    assert sorted(map(repr, found)) == sorted(map(repr, everything))


@given(st.lists(MODULES, max_size=5), st.none() | st.floats(0, 100))
def test_sorting_modules_is_a_permutation(modules: list[ModuleCoverage], threshold: float | None) -> None:
    found = prioritize_modules(modules, threshold)

    assert sorted(map(repr, found)) == sorted(map(repr, modules))


@given(st.lists(MODULES, max_size=4, unique_by=lambda each: each.module), st.sampled_from(list(ORDERS)), st.randoms())
def test_the_order_of_what_is_given_does_not_matter(modules: list[ModuleCoverage], sort: str, random: Any) -> None:
    modules = [dataclasses.replace(each, functions=_distinct(each.functions)) for each in modules]
    mixed = [dataclasses.replace(each, functions=tuple(_shuffled(each.functions, random))) for each in modules]

    assert ranked(_shuffled(mixed, random), sort) == ranked(modules, sort)


def _distinct(functions: tuple[FunctionCoverage, ...]) -> tuple[FunctionCoverage, ...]:
    return tuple({(each.line, each.qualname): each for each in functions}.values())


def _shuffled(items: Any, random: Any) -> list[Any]:
    mixed = list(items)
    random.shuffle(mixed)
    return mixed
