"""Keeps, for every set of arcs that a call reached, the plainest scenario that reached it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from ..providers.sample_types import STUB
from ..providers.stand_ins import AUTOSPEC, FIXED_CLOCKS
from ..recipes import Attribute, Call, Const, Fixture, Function, Helper, Name, Patch, Recipe, ScratchFile, walk
from ..scenario import Scenario, Step
from .days import DAYS, is_day, oddness_of_day

__all__ = ["Corpus", "Entry", "contenders", "cost_of", "fewest", "numbers_in", "spares", "text_cost"]

ENTRIES_A_TARGET = 300
STANDARD = sys.stdlib_module_names
COMPOSED = 25.0
"""A test of one function that calls others for its arguments tests neither well."""
ORDINARY_YEARS = range(1970, 2100)
PATCHED = 2.0
"""A line that one skips while reading."""
FAULTS = ("NameError", "UnboundLocalError")
MOST_SPARES = 120
LAYERS = 5


@dataclass(slots=True)
class Entry:
    """`mask` has byte i set when arc i was reached; `keepable` False = it ended in a way that makes no test."""

    scenario: Scenario
    mask: int
    cost: float
    raised: str
    keepable: bool
    value_cost: float = 0.0
    """The part of the cost that stands for the result."""
    faulty: bool = False
    """It ended in a complaint of the interpreter about the module's own code: it may show a bug, and then be no test."""


_SHOWN = {"docstring": 0.5, "recorded": 0.05}
"""By origin: what people have shown is worth more words, and what really happened is what was asked for."""


def cost_of(scenario: Scenario, raised: str, private: bool, limit: float = math.inf) -> float:
    """How unpleasant the test would read: size, odd characters, stubs and lambdas, exceptions, private names.

    Above `limit` the answer may be less than the whole.
    """
    around = sum(map(_is_around, scenario.steps)) if len(scenario.steps) > 1 else 0
    more = len(scenario.steps) - 1 - around - _fixtures_bound(scenario)
    cost = 4.0 + PATCHED * around + 5.0 * more + 1.5 * max(0, more - 1) ** 2
    for step in scenario.steps:
        below = walk(step.recipe)
        cost += len(below)
        if cost > 2 * limit:
            return cost
        composed = -1
        for node in below:
            weigh = _ODDNESS.get(type(node))
            cost += 0.5 if weigh is None else weigh(node)
            composed += type(node) is Call and _is_function(node.function)
        cost += COMPOSED * max(0, composed)
    cost *= _SHOWN.get(scenario.origin, 1.0)
    return cost + (12 if raised else 0) + (20 if raised in FAULTS else 0) + (25 if private else 0)


def _fixtures_bound(scenario: Scenario) -> int:
    """Steps that the test does not show: its parameters do."""
    return sum(type(step.recipe) is Fixture for step in scenario.steps[:-1])


def _is_around(step: Step) -> bool:
    """It only prepares what stands around: a patch, a stand-in, what a stand-in gives."""
    recipe = step.recipe
    return type(recipe) is Patch or "." in step.attribute or (type(recipe) is Call and recipe.function == AUTOSPEC)


def _is_function(called: Recipe) -> bool:
    """By its looks (classes begin with a capital), and not of the standard library."""
    if type(called) is not Name:
        return False
    return called.qualname.rpartition(".")[2][:1].islower() and called.module.partition(".")[0] not in STANDARD


def _of_const(node: Const) -> float:
    value = node.value
    if value is None or value is True or value is False:
        return 0
    if isinstance(value, str):
        return text_cost(value)
    if isinstance(value, bytes):
        return 1 + len(value) / 8
    if not isinstance(value, (int, float)):
        return 0.5
    if value < 0:
        return 0.3 + min(len(repr(value)) / 3, 8)
    return 0 if value <= 20 else min(len(repr(value)) / 3, 8)


def _of_call(node: Call) -> float:
    if node.function == STUB:
        return 6
    if (
        type(node.function) is Helper
        and node.function in FIXED_CLOCKS
        and isinstance(node.args[0], Const)
        and node.args[0].value not in ORDINARY_YEARS
    ):
        return 10
    if node.function in DAYS and is_day(node):
        own = sum(1 + _of_const(arg) for arg in node.args[:3] if isinstance(arg, Const))
        return DAY + 0.1 * oddness_of_day(node) - own
    return 1 if type(node.function) is Helper else 0.5


DAY = 1.5
"""A date is read as one value; that it is no number, and what it says of the time, comes on top."""
_ODDNESS: Mapping[type, Callable[[Any], float]] = {
    Const: _of_const,
    Function: lambda node: 4,
    Helper: lambda node: 6 + node.source.count("\n") / 2,
    ScratchFile: lambda node: 6,
    Call: _of_call,
    Attribute: lambda node: 1,
    Fixture: lambda node: 0.5,
}
"""What is added to the size; any other node half a point."""


@lru_cache(maxsize=4096)
def text_cost(text: str) -> float:
    """Short words cost little, odd characters much."""
    odd = sum(1 for c in text if not ((c.isascii() and c.isalnum()) or c in " _-.,:/=\n"))
    return len(text) / 10 + odd / 2


def numbers_in(mask: int) -> list[int]:
    """The arc numbers of a mask, ascending."""
    data = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    return [i for i, byte in enumerate(data) if byte]


class Corpus:
    """All entries by target; `kept` unites the keepable ones, `covered` those of them that are not faulty, `touched` all."""

    def __init__(self, baseline: int = 0) -> None:
        self.by_mask: dict[tuple[str, int, bool, bool], Entry] = {}
        self.by_target: dict[str, list[Entry]] = {}
        self.covered = self.kept = self.touched = baseline

    def add(self, entry: Entry, *, parent: bool = True) -> str:
        """Says what was new: "arc", "path", "plainer" or "". One that is no `parent` gets no mutants: they were slow too."""
        key = (entry.scenario.target, entry.mask, entry.keepable, entry.faulty)
        known = self.by_mask.get(key)
        if known is not None:
            if entry.cost < known.cost:
                known.scenario, known.cost, known.raised = entry.scenario, entry.cost, entry.raised
                known.value_cost = entry.value_cost
                return "plainer"
            return ""
        new_arc = entry.mask & ~self.known(entry.keepable, entry.faulty)
        siblings = self.by_target.setdefault(entry.scenario.target, [])
        if not new_arc and len(siblings) >= ENTRIES_A_TARGET:
            return ""
        self.by_mask[key] = entry
        if parent:
            siblings.append(entry)
        self.touched |= entry.mask
        if entry.keepable:
            self.kept |= entry.mask
            if not entry.faulty:
                self.covered |= entry.mask
        return "arc" if new_arc else "path"

    def known(self, keepable: bool, faulty: bool) -> int:
        """The arcs for which another such entry is not needed."""
        if not keepable:
            return self.touched
        return self.kept if faulty else self.covered

    def cost_to_beat(self, target: str, mask: int, keepable: bool, faulty: bool) -> float:
        """Of the plainest scenario known for those arcs, infinite when there is none."""
        known = self.by_mask.get((target, mask, keepable, faulty))
        return math.inf if known is None else known.cost

    def keepable(self) -> list[Entry]:
        return [e for e in self.by_mask.values() if e.keepable]


def fewest(entries: Iterable[Entry]) -> list[Entry]:
    """Greedy weighted set cover (most new arcs for their cost first), then whatever became redundant is dropped.

    What ends in an exception is asked only for what nothing else reaches.
    """
    pool = sorted(entries, key=lambda e: e.cost)
    chosen: list[Entry] = []
    reached = 0
    for group in ([e for e in pool if not e.raised], [e for e in pool if e.raised]):
        covering = _cover(group, reached)
        union = reduce(or_, (entry.mask for entry in covering), 0)
        chosen += _without_redundant(covering, union & ~reached)
        reached |= union
    return chosen


def _cover(pool: list[Entry], reached: int) -> list[Entry]:
    left = 0
    for entry in pool:
        left |= entry.mask
    left &= ~reached
    chosen: list[Entry] = []
    while left:
        best, score = None, 0.0
        for entry in pool:
            gain = (entry.mask & left).bit_count()
            if gain and gain / (entry.cost + 4) > score:
                best, score = entry, gain / (entry.cost + 4)
        if best is None:
            break
        chosen.append(best)
        left &= ~best.mask
    return chosen


def contenders(entries: Iterable[Entry]) -> list[Entry]:
    """The plainest that together reach everything, those that would without them, and so on some times."""
    left = sorted(entries, key=lambda e: e.cost)
    found: list[Entry] = []
    for _ in range(LAYERS):
        seen = 0
        later: list[Entry] = []
        for entry in left:
            (found if entry.mask & ~seen else later).append(entry)
            seen |= entry.mask
        left = later
    return found


def spares(entries: Iterable[Entry], chosen: Iterable[Entry]) -> list[Entry]:
    """Other entries that reach what the chosen ones do, should one of those turn out to make no test.

    For each arc one of every target that reaches it, at most two in all; the plainest first.
    """
    wanted, taken = 0, set()
    for entry in chosen:
        wanted |= entry.mask
        taken.add(entry.scenario)
    found: list[Entry] = []
    seen: dict[str, int] = {}
    once = twice = 0
    for entry in sorted(entries, key=lambda e: (bool(e.raised), e.cost)):
        target = entry.scenario.target
        if entry.scenario in taken or not entry.mask & wanted & ~seen.get(target, 0) & ~twice:
            continue
        found.append(entry)
        seen[target] = seen.get(target, 0) | entry.mask
        twice |= once & entry.mask
        once |= entry.mask
    return found[:MOST_SPARES]


def _without_redundant(chosen: list[Entry], wanted: int) -> list[Entry]:
    kept = list(chosen)
    for entry in sorted(chosen, key=lambda e: -e.cost):
        others = 0
        for other in kept:
            if other is not entry:
                others |= other.mask
        if not entry.mask & wanted & ~others:
            kept.remove(entry)
    return kept
