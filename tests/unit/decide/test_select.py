from __future__ import annotations

from testwright.decide.select import fewest, within_ceiling


def test_one_that_reaches_all_is_enough() -> None:
    assert fewest({"a": {1}, "b": {2}, "all": {1, 2, 3}}) == {"all"}


def test_the_first_wins_a_tie() -> None:
    assert fewest({"a": {1, 2}, "b": {1, 2}}) == {"a"}


def test_the_cheaper_wins_where_cost_is_told() -> None:
    assert fewest({"dear": {1, 2}, "cheap": {1, 2}}, {"dear": 5.0, "cheap": 1.0}) == {"cheap"}


def test_what_later_choices_make_superfluous_goes_again() -> None:
    """Greedy takes the widest first; the other two, needed anyhow, reach all of it."""
    assert fewest({"wide": {1, 2, 3, 4}, "left": {1, 2, 5}, "right": {3, 4, 6}}) == {"left", "right"}


def test_what_reaches_nothing_is_not_kept() -> None:
    assert fewest({"a": set(), "b": {1}}) == {"b"}
    assert fewest({}) == frozenset()


def test_the_last_are_asked_only_for_what_none_of_the_others_reaches() -> None:
    reached = {"refuses a lot": {1, 2, 3, 9}, "works": {1, 2, 3, 4}, "refuses": {1, 9}}
    assert fewest(reached, {"refuses a lot": 2.0}, last={"refuses a lot", "refuses"}) == {"works", "refuses"}


def test_above_the_ceiling_only_minor_goals_are_given_up() -> None:
    reached = {"a": {"line 1"}, "b": {"bug 1"}, "c": {"bug 2", "bug 3"}, "d": {"line 2"}, "e": {"bug 4"}}
    targets = dict.fromkeys("abcd", "f") | {"e": "g"}
    kept = within_ceiling(set(reached), reached, targets, 3, lambda goal: goal.startswith("bug"))
    assert kept == {"a", "c", "d", "e"}
    assert within_ceiling(set(reached), reached, targets, 1, lambda goal: goal.startswith("bug")) == {"a", "d", "e"}
    assert within_ceiling(set(reached), reached, targets, 9, lambda goal: goal.startswith("bug")) == set("abcde")
