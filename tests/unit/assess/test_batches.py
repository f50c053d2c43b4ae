from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.assess.batches import Batch, group_into_batches
from testwright.errors import UsageError
from testwright.nouns import FunctionCoverage, ModuleCoverage

from .conftest import function, module


def of(*named: str, tests: int = 1) -> list[FunctionCoverage]:
    return [function(name, tests=tests) for name in named]


def shape(batches: list[Batch]) -> dict[str, tuple[str, ...]]:
    return {batch.name: batch.modules for batch in batches}


def test_a_package_that_fits_is_one_batch() -> None:
    (batch,) = group_into_batches(of("shop.cart", "shop", "shop.pay.card"))

    assert (batch.name, batch.modules) == ("shop", ("shop", "shop.cart", "shop.pay.card"))
    assert (batch.tests, batch.priority, len(batch.functions)) == (3, 3.0, 3)


def test_packages_are_not_mixed() -> None:
    assert shape(group_into_batches(of("a.x", "b.y", "a.z"))) == {"a": ("a.x", "a.z"), "b": ("b.y",)}


def test_a_package_with_too_many_modules_is_split_evenly() -> None:
    found = group_into_batches(of(*(f"shop.m{n:02}" for n in range(12))), most_modules=10)

    assert {name: len(modules) for name, modules in shape(found).items()} == {"shop (1 of 2)": 6, "shop (2 of 2)": 6}


def test_parts_of_a_package_count_in_the_order_of_their_priority() -> None:
    many = [function(f"shop.m{n}", tests=20, priority=float(n)) for n in range(1, 5)]

    found = group_into_batches(many, most_tests=40)

    assert [(batch.name, batch.modules) for batch in found] == [
        ("shop (1 of 2)", ("shop.m3", "shop.m4")),
        ("shop (2 of 2)", ("shop.m1", "shop.m2")),
    ]


def test_a_package_with_too_many_tests_is_split_evenly() -> None:
    found = group_into_batches(of(*(f"shop.m{n}" for n in range(6)), tests=10), most_tests=40)

    assert sorted(batch.tests for batch in found) == [30, 30]


def test_subpackages_stay_together_and_small_neighbours_are_joined() -> None:
    large = [f"shop.big.m{n}" for n in range(4)]
    small = ["shop.c.x", "shop.d.y", "shop.e"]

    found = shape(group_into_batches(of(*large, *small), most_modules=4))

    assert found == {"shop.big": tuple(large), "shop": tuple(small)}


def test_a_subpackage_that_is_too_large_is_split_by_itself() -> None:
    large = [f"shop.big.m{n}" for n in range(6)]

    found = shape(group_into_batches(of(*large, "shop.c"), most_modules=4))

    assert found == {
        "shop.big (1 of 2)": tuple(large[:3]),
        "shop.big (2 of 2)": tuple(large[3:]),
        "shop.c": ("shop.c",),
    }


def test_a_module_that_is_too_large_is_split_by_function() -> None:
    many = [function("shop.cart", line, tests=5) for line in range(1, 13)]

    found = group_into_batches([*many, *of("shop.pay")], most_tests=40)

    assert [(batch.name, batch.modules, batch.tests) for batch in found] == [
        ("shop.cart (1 of 2)", ("shop.cart",), 30),
        ("shop.cart (2 of 2)", ("shop.cart",), 30),
        ("shop.pay", ("shop.pay",), 1),
    ]
    assert [each.line for each in found[0].functions] == [1, 2, 3, 4, 5, 6]


def test_one_function_that_is_too_large_is_a_batch_of_its_own() -> None:
    found = group_into_batches([function("a.b", 1), function("a.b", 2, tests=99), function("a.b", 3)])

    assert sorted(batch.tests for batch in found) == [1, 1, 99]


def test_modules_outside_any_package_are_joined() -> None:
    assert shape(group_into_batches(of("setup", "tool"))) == {"top-level modules": ("setup", "tool")}
    assert shape(group_into_batches(of("setup", "a.b"))) == {"a": ("a.b",), "setup": ("setup",)}


def test_files_that_are_one_module_by_name_are_told_apart_by_path() -> None:
    files = [function("conftest", path=f"t{n}/conftest.py") for n in range(3)]

    found = group_into_batches(files, most_modules=2)

    assert sorted(each.path for batch in found for each in batch.functions) == [f"t{n}/conftest.py" for n in range(3)]


def test_batches_are_ordered_by_summed_priority() -> None:
    items = [function("a.x", priority=3.0), function("b.x", priority=2.0), function("b.y", priority=2.0)]

    assert [(batch.name, batch.priority) for batch in group_into_batches(items)] == [("b", 4.0), ("a", 3.0)]


def test_modules_can_be_given_with_and_without_functions() -> None:
    found = group_into_batches([module("a.x", *of("a.x")), module("a.y", priority=2.0)])

    assert [(batch.modules, batch.tests, batch.priority) for batch in found] == [(("a.x", "a.y"), 1, 3.0)]


def test_nothing_is_no_batch() -> None:
    assert group_into_batches([]) == []


@pytest.mark.parametrize("limits", [{"most_modules": 0}, {"most_tests": -1}])
def test_a_limit_below_one_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="is below 1") as caught:
        group_into_batches([], **limits)
    assert caught.value.slug == "bad-value"


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map(".".join)
FUNCTIONS = st.lists(
    st.builds(function, NAMES, st.integers(1, 30), st.integers(0, 9), priority=st.integers(0, 9)),
    max_size=40,
    unique_by=lambda each: (each.module, each.line),
)
LIMIT = st.integers(1, 12)


@given(FUNCTIONS, LIMIT, LIMIT)
def test_nothing_is_lost_and_nothing_is_there_twice(items: list[FunctionCoverage], modules: int, tests: int) -> None:
    found = group_into_batches(items, most_modules=modules, most_tests=tests)

    assert Counter((f.module, f.line) for batch in found for f in batch.functions) == Counter(
        (f.module, f.line) for f in items
    )
    assert len({batch.name for batch in found}) == len(found)
    assert [batch.priority for batch in found] == sorted((batch.priority for batch in found), reverse=True)


@given(FUNCTIONS, LIMIT, LIMIT)
def test_no_batch_is_above_the_limits_except_for_one_function(
    items: list[FunctionCoverage], modules: int, tests: int
) -> None:
    for batch in group_into_batches(items, most_modules=modules, most_tests=tests):
        assert batch.tests == sum(each.effort.tests for each in batch.functions)
        assert len(batch.modules) == len({each.module for each in batch.functions}) <= modules
        assert batch.tests <= tests or len(batch.functions) == 1
        assert batch.functions


@given(FUNCTIONS, LIMIT, LIMIT)
def test_a_batch_holds_what_lies_below_its_name(items: list[FunctionCoverage], modules: int, tests: int) -> None:
    for batch in group_into_batches(items, most_modules=modules, most_tests=tests):
        name = batch.name.partition(" (")[0]
        within = [each == name or each.startswith(f"{name}.") for each in batch.modules]
        assert all(within) or (name == "top-level modules" and all("." not in each for each in batch.modules))


@given(FUNCTIONS, LIMIT, st.randoms())
def test_the_order_of_what_is_given_does_not_matter(items: list[FunctionCoverage], most: int, random: Any) -> None:
    mixed = list(items)
    random.shuffle(mixed)

    assert group_into_batches(mixed, most_modules=most) == group_into_batches(items, most_modules=most)


@given(FUNCTIONS)
def test_functions_and_their_modules_give_the_same_batches(items: list[FunctionCoverage]) -> None:
    by_name: dict[str, list[FunctionCoverage]] = {}
    for each in items:
        by_name.setdefault(each.module, []).append(each)
    modules: list[ModuleCoverage] = [module(name, *functions) for name, functions in by_name.items()]

    assert group_into_batches(modules) == group_into_batches(items)
