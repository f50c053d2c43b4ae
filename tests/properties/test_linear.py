"""Changes that are said to bridge a distance do, and those that are said to preserve a sum do."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.exploring.linear import bridging, preserving

SLOPES = st.lists(st.integers(-50, 50).map(Fraction), min_size=1, max_size=5)


def moved(slopes: list[Fraction], change: dict[int, int]) -> Fraction:
    return sum((slopes[place] * times for place, times in change.items()), Fraction(0))


@given(SLOPES)
def test_what_preserves_a_sum_changes_it_by_nothing(slopes: list[Fraction]) -> None:
    for change in preserving(slopes):
        assert moved(slopes, change) == 0
        assert all(change.values())


@given(SLOPES, st.integers(0, 4), st.integers(-1000, 1000))
def test_an_exact_way_is_found_first_where_one_unknown_is_enough(
    slopes: list[Fraction], place: int, times: int
) -> None:
    distance = slopes[place % len(slopes)] * times
    found = bridging(slopes, distance, 0)
    if distance:
        assert moved(slopes, found[0]) == distance


@given(SLOPES, st.integers(-1000, 1000).filter(bool), st.sampled_from((1, -1)))
def test_where_beyond_is_good_enough_the_first_way_goes_there(
    slopes: list[Fraction], distance: int, beyond: int
) -> None:
    found = bridging(slopes, Fraction(distance), beyond)
    if any(slopes) and distance * beyond > 0:
        assert (moved(slopes, found[0]) - distance) * beyond >= 0


def test_two_unknowns_are_mixed_where_none_is_enough() -> None:
    slopes = [Fraction(6), Fraction(10)]
    assert moved(slopes, bridging(slopes, Fraction(2), 0)[0]) == 2


def test_what_cannot_be_bridged_is_neared() -> None:
    assert {0: 3} in bridging([Fraction(2)], Fraction(7), 0)
    assert bridging([Fraction(0)], Fraction(7), 0) == []
