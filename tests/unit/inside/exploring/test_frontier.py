"""The arcs one decision away from what was run, and the runs that came so near."""

from __future__ import annotations

import ast
import random

from testwright.inside.exploring.corpus import Entry
from testwright.inside.exploring.frontier import ENTRIES_AN_ARC, Frontier
from testwright.inside.instrument.arcs import Arc, Instrumented
from testwright.inside.instrument.weave import instrument
from testwright.inside.recipes import Const
from testwright.inside.scenario import Scenario, Step

SOURCE = """
def f(a, b):
    if a == 1:
        if b == 2:
            return "deep"
        return "near"
    return "far"
"""


def woven() -> Instrumented:
    return instrument(ast.parse(SOURCE), path="planted")


def arc(kind: str, line: int) -> Arc:
    return next(a for a in woven().arcs if a.kind == kind and a.line == line)


def mask(*arcs: Arc) -> int:
    return sum(1 << (8 * a.number) for a in arcs)


def entry(*arcs: Arc, cost: float = 1.0, value: int = 0) -> Entry:
    return Entry(Scenario((Step(Const(value)),), "f"), mask(*arcs), cost, "", True)


ENTRY, TAKEN, DEEP, NEAR = arc("function-entry", 3), arc("if-true", 4), arc("if-true", 5), arc("if-false", 4)


def test_an_arc_is_open_once_a_run_got_to_its_decision() -> None:
    frontier = Frontier(woven().arcs, random.Random(1))
    wanted = mask(TAKEN, DEEP)
    assert frontier.open_arcs(wanted) == []
    frontier.note(entry(ENTRY))
    assert frontier.open_arcs(wanted) == [TAKEN.number]
    frontier.note(entry(ENTRY, TAKEN))
    assert frontier.open_arcs(mask(DEEP)) == [DEEP.number]


def test_the_run_chosen_is_one_that_got_there() -> None:
    frontier = Frontier(woven().arcs, random.Random(1))
    near = entry(ENTRY, TAKEN)
    frontier.note(entry(ENTRY))
    frontier.note(near)
    chosen = frontier.choose([DEEP.number])
    assert chosen == (DEEP.number, near)


def test_arcs_take_turns() -> None:
    frontier = Frontier(woven().arcs, random.Random(1))
    frontier.note(entry(ENTRY, TAKEN))
    open_arcs = [DEEP.number, NEAR.number]
    chosen = [frontier.choose(open_arcs) for _ in range(20)]
    counts = [sum(1 for c in chosen if c is not None and c[0] == number) for number in open_arcs]
    assert min(counts) >= 8


def test_the_plainest_runs_and_the_latest_ones_are_kept() -> None:
    frontier = Frontier(woven().arcs, random.Random(1))
    plain = entry(ENTRY, cost=0.5, value=1)
    frontier.note(plain)
    for number in range(50):
        frontier.note(entry(ENTRY, cost=10, value=number))
    latest = entry(ENTRY, cost=99, value=100)
    frontier.note(latest)
    seen = [frontier.choose([TAKEN.number]) for _ in range(200)]
    runs = {id(c[1]) for c in seen if c is not None}
    assert {id(plain), id(latest)} <= runs
    assert len(runs) <= ENTRIES_AN_ARC


def test_a_site_decides_the_arcs_after_its_comparison_only() -> None:
    frontier = Frontier(woven().arcs, random.Random(1))
    sites = {s.line: s.number for s in woven().sites}
    everything = mask(*woven().arcs)
    assert frontier.decides(sites[4], everything) & mask(DEEP, NEAR) == mask(DEEP, NEAR)
    assert frontier.decides(sites[3], everything) & mask(DEEP, NEAR) == 0
    assert frontier.decides(sites[4], mask(TAKEN)) == 0
