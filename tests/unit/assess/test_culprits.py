from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from testwright.assess.culprits import culprits

TESTS = [f"t{number}" for number in range(100)]


@pytest.mark.parametrize(
    ("shows", "expected"),
    [
        (lambda nodes: "t0" in nodes, ("t0",)),
        (lambda nodes: "t57" in nodes, ("t57",)),
        (lambda nodes: "t99" in nodes, ("t99",)),
        (lambda nodes: {"t3", "t90"} & set(nodes), ("t90",)),
        (lambda nodes: False, ()),
    ],
)
def test_one_that_is_enough_is_found(shows: Callable[[Sequence[str]], bool], expected: tuple[str, ...]) -> None:
    assert culprits(TESTS, shows) == expected


def test_several_that_are_only_together_enough_are_kept() -> None:
    found = culprits(TESTS, lambda nodes: {"t10", "t80"} <= set(nodes))
    assert {"t10", "t80"} <= set(found)


def test_few_runs_are_enough() -> None:
    asked: list[int] = []

    def shows(nodes: Sequence[str]) -> bool:
        asked.append(len(nodes))
        return "t7" in nodes

    assert culprits(TESTS, shows) == ("t7",)
    assert len(asked) <= 15


def test_nothing_runs_where_nothing_is_before() -> None:
    assert culprits([], lambda nodes: pytest.fail("nothing to run")) == ()
