"""The corpus keeps the plainest scenario for each way through, and the fewest that reach everything."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.corpus import Corpus, Entry, contenders, cost_of, fewest, numbers_in, spares
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


def test_what_a_fault_of_the_module_led_to_is_kept_but_still_looked_for() -> None:
    corpus = Corpus()
    faulty = entry((1,), 1)
    faulty.faulty = True
    assert corpus.add(faulty) == "arc"
    assert (numbers_in(corpus.covered), numbers_in(corpus.kept)) == ([], [1])
    assert corpus.add(entry((1,), 9)) == "arc"
    assert numbers_in(corpus.covered) == [1]
    assert [e.cost for e in corpus.keepable()] == [1, 9]


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


def raising(arcs: tuple[int, ...], cost: float) -> Entry:
    made = entry(arcs, cost)
    made.raised = "ValueError"
    return made


def test_exceptions_are_asked_only_for_what_nothing_else_reaches() -> None:
    long_way_to_an_error, normal, short_error = raising((1, 2, 3, 9), 3), entry((1, 2, 3, 4), 3), raising((1, 9), 2)
    assert fewest([long_way_to_an_error, normal, short_error]) == [normal, short_error]


def test_no_normal_result_goes_because_an_exception_came_by() -> None:
    normal, other, error = entry((1, 2), 5), entry((1, 3), 4), raising((1, 2, 9), 40)
    assert {id(e) for e in fewest([error, normal, other])} == {id(normal), id(other), id(error)}


def test_each_step_costs_more_than_the_one_before() -> None:
    def steps(count: int) -> float:
        return cost_of(Scenario((Step(Const(1)),) * count, "f"), "", False)

    assert 0 < steps(2) - steps(1) <= steps(3) - steps(2) < steps(4) - steps(3)


def test_spares_reach_the_same_from_elsewhere() -> None:
    best, other_target, third, useless = (
        entry((1, 2), 1),
        entry((1,), 2, target="g"),
        entry((2,), 3, target="h"),
        entry((7,), 1, target="i"),
    )
    dearer = entry((1,), 9, target="k")
    found = spares([best, other_target, third, useless, dearer], [best])
    assert found == [other_target, third, dearer]


def test_of_each_arc_there_are_two_spares_at_most() -> None:
    others = [entry((1,), number, target=f"t{number}") for number in range(2, 9)]
    assert spares(others, [entry((1,), 1)]) == others[:2]


def test_contenders_reach_everything_more_than_once() -> None:
    entries = [entry((1, 2), 1), entry((1,), 2), entry((2,), 3), *(entry((1,), n) for n in range(4, 20))]
    found = contenders(entries)
    assert found[:3] == entries[:3]
    assert 3 < len(found) < len(entries)


def test_what_is_no_parent_counts_but_gets_no_mutants() -> None:
    corpus = Corpus()
    assert corpus.add(entry((1,), 9, keepable=False), parent=False) == "arc"
    assert corpus.add(entry((2,), 9)) == "arc"
    assert [numbers_in(e.mask) for e in corpus.by_target["f"]] == [[2]]
    assert numbers_in(corpus.touched) == [1, 2]
