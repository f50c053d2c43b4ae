"""The corpus keeps the plainest scenario for each way through, and the fewest that reach everything."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.corpus import Corpus, Entry, cost_of, fewest, numbers_in
from testwright.inside.recipes import Const, Function, Recipe, Variable
from testwright.inside.scenario import Scenario, Step


def entry(arcs: tuple[int, ...], cost: float, *, keepable: bool = True, target: str = "f") -> Entry:
    scenario = Scenario((Step(Const(cost), "result"),), target)
    return Entry(scenario, sum(1 << (8 * a) for a in arcs), cost, "", keepable)


def cost(recipe: Recipe, raised: str = "", private: bool = False) -> float:
    return cost_of(Scenario((Step(recipe, "result"),), "f"), raised, private)


def test_numbers_in_reads_one_byte_for_each_arc() -> None:
    assert numbers_in(entry((0, 3, 300), 1).mask) == [0, 3, 300]
    assert numbers_in(0) == []


def test_a_plainer_scenario_replaces_the_one_that_reached_the_same() -> None:
    corpus = Corpus()
    assert corpus.add(entry((1,), 9)) == "arc"
    assert corpus.add(entry((1,), 5)) == "plainer"
    assert corpus.add(entry((1,), 7)) == ""
    assert [e.cost for e in corpus.keepable()] == [5]


def test_what_no_test_can_show_is_touched_but_not_covered() -> None:
    corpus = Corpus()
    assert corpus.add(entry((1,), 1, keepable=False)) == "arc"
    assert (numbers_in(corpus.covered), numbers_in(corpus.touched)) == ([], [1])
    assert corpus.add(entry((1,), 9)) == "arc"
    assert numbers_in(corpus.covered) == [1]


def test_another_way_through_known_arcs_is_a_path() -> None:
    corpus = Corpus()
    corpus.add(entry((1, 2), 1))
    assert corpus.add(entry((1,), 1)) == "path"


@pytest.mark.parametrize(
    ("plain", "odd"),
    [
        (Const("abc"), Const("\x00\x01\x02")),
        (Const(3), Const(123456789)),
        (Const(1), Function("x", Variable("x"))),
    ],
)
def test_odd_values_cost_more(plain: Recipe, odd: Recipe) -> None:
    assert cost(plain) < cost(odd)


def test_exceptions_and_private_names_cost_more() -> None:
    assert cost(Const(1)) < cost(Const(1), "ValueError") < cost(Const(1), "ValueError", private=True)


def test_fewest_covers_everything_and_drops_what_became_redundant() -> None:
    entries = [entry((1, 2), 1), entry((2, 3), 1), entry((3, 4), 1), entry((1,), 1)]
    chosen = fewest(entries)
    assert {n for e in chosen for n in numbers_in(e.mask)} == {1, 2, 3, 4}
    assert len(chosen) == 2


def test_fewest_leaves_out_what_is_ignored() -> None:
    assert fewest([entry((1,), 1)], ignore=1 << 8) == []
