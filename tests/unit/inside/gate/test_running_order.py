from __future__ import annotations

import random

import pytest

from testwright.inside.gate.running_order import ordered

ITEMS = list("abcdefgh")


def test_orders() -> None:
    assert ordered(ITEMS, "given") == ordered(ITEMS, "alone") == ITEMS
    assert ordered(ITEMS, "reversed") == ITEMS[::-1]


def test_a_shuffle_is_repeatable_and_no_other_order() -> None:
    shuffled = ordered(ITEMS, "shuffled:1")
    assert sorted(shuffled) == ITEMS
    assert shuffled not in (ITEMS, ITEMS[::-1])
    assert shuffled == ordered(ITEMS, "shuffled:1")
    assert shuffled != ordered(ITEMS, "shuffled:2")


def test_a_shuffle_leaves_the_global_generator_alone() -> None:
    state = random.getstate()
    ordered(ITEMS, "shuffled:1")
    assert random.getstate() == state


@pytest.mark.parametrize("order", ["", "shuffled", "shuffled:", "backwards"])
def test_refuses_what_is_no_order(order: str) -> None:
    with pytest.raises(ValueError, match="unknown order"):
        ordered(ITEMS, order)
