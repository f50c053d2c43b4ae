"""Solves arithmetic conditions: turns each number of an input by one, watches how far comparisons move, and goes there.

What is between the input and the comparison need not be known, as in grey-box concolic testing (Choi et al., ICSE
2019): where it is linear the first step is exact, where it is not, a few steps come close. The equations that held on
the way are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice

from ..immutable import immutable
from ..instrument.arcs import Site
from ..scenario import Scenario
from .frontier import Frontier
from .knobs import Knob, knobs_of, turned
from .linear import bridging, preserving
from .substitution import Comparison

__all__ = ["Solver"]

STEPS = 30
HALVED = 2
"""Of the candidates, which are also tried with half of the change, a quarter, and so on."""
FAR = (1, -1, 16)
"""By how much a knob is turned to see what moves; the larger one where a division hides smaller steps."""
EQUATIONS = 3
"""So many that held on the way are kept together."""
PERIOD = 110
"""So far it is looked for the next value with which an equation holds again, as one with a remainder does."""
MOST_RUNS = 300
LOOKS = 4
"""Of one arc, on different runs that got to its decision."""
LARGE = 10**15
"""No input could bridge such a distance."""
FLIPPED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
LIMITS = {"==": 0, "<": -1, "<=": 0, ">": 1, ">=": 0}
BEYOND = {"<": -1, "<=": -1, ">": 1, ">=": 1}

Key = tuple[int, int]
"""A site, and how often it had compared before in that run."""
Direction = tuple[tuple[Knob, int], ...]
"""Knobs, and by how much each is turned in one step."""


@immutable(frozen=True, slots=True)
class Gap:
    """What was compared as numbers: the left one less the right one."""

    op: str
    size: Fraction

    def is_as(self, relation: str) -> bool:
        return {
            "==": self.size == 0,
            "!=": self.size != 0,
            "<": self.size < 0,
            "<=": self.size <= 0,
            ">": self.size > 0,
            ">=": self.size >= 0,
        }[relation]

    @property
    def wanted(self) -> str:
        """The relation that is to hold so that the comparison comes out the other way."""
        return FLIPPED[self.op] if self.is_as(self.op) else self.op

    @property
    def is_equation(self) -> bool:
        return self.size == 0 and self.op in ("==", "!=")


Gaps = Mapping[Key, Gap]
Slopes = Mapping[Key, Fraction]


class Solver:
    """`observe` runs a scenario and gives the comparisons made, none for one that must not be run."""

    def __init__(
        self, sites: Sequence[Site], frontier: Frontier, observe: Callable[[Scenario], list[Comparison]]
    ) -> None:
        self.sites, self.frontier, self._observe = sites, frontier, observe
        self.looks: dict[int, set[Scenario]] = {}
        self._runs = 0
        self._is_open: Callable[[], bool] = bool
        self._wanted = 0
        self._counted: tuple[str, ...] = ()

    def solve(
        self, scenario: Scenario, number: int, attempt: Callable[[Scenario], object], is_open: Callable[[], bool]
    ) -> None:
        """Goes for one arc from a run that got to its decision; `attempt` runs a scenario as the search runs any other."""
        looks = self.looks.setdefault(number, set())
        if len(looks) >= LOOKS or scenario in looks or not self._is_numeric(number) or not is_open():
            return
        looks.add(scenario)
        self._runs, self._is_open, self._wanted = 0, is_open, 1 << (8 * number)
        observed = self._observe(scenario)
        self._counted = _counted(observed)
        for key in self._open_keys(self._gaps(observed))[:3]:
            self._descend(scenario, key, attempt)

    def _is_numeric(self, number: int) -> bool:
        first, end = self.frontier.sites_of(number)
        return any(site.form in ("compare", "chain") for site in self.sites[first:end])

    def _open_keys(self, gaps: Gaps) -> list[Key]:
        """Comparisons that decide the arc, the last first: where several must hold, that is the one that does not."""
        keys = [k for k, gap in gaps.items() if gap.wanted != "!=" and self.frontier.decides(k[0], self._wanted)]
        return keys[::-1]

    def _goes_on(self) -> bool:
        return self._runs < MOST_RUNS and self._is_open()

    def _descend(self, scenario: Scenario, key: Key, attempt: Callable[[Scenario], object]) -> None:
        """Step by step from the best so far, while each comes nearer; from one comparison to the next."""
        used: tuple[Knob, ...] = ()
        for _ in range(STEPS):
            gaps = self._seen(scenario)
            if key not in gaps or gaps[key].wanted == "!=":
                return
            best: tuple[Scenario, Direction] | None = None
            size, wanted = abs(gaps[key].size), gaps[key].wanted
            for ladder in self._candidates(scenario, key, gaps, used):
                for made, direction in ladder:
                    attempt(made)
                    if not self._goes_on():
                        return
                    reached = self._seen(made)
                    after = self._next_key(key, wanted, reached)
                    if after is not None:
                        best, key = (made, ()), after
                        break
                    if key in reached and abs(reached[key].size) < size:
                        best, size = (made, direction), abs(reached[key].size)
                        break
                if best is not None and not best[1]:
                    break
            if best is None and not used:
                return
            scenario, direction = best or (scenario, ())
            used = tuple(knob for knob, _ in direction)

    def _next_key(self, key: Key, wanted: str, gaps: Gaps) -> Key | None:
        """What is still in the way when the comparison has come out as wanted; None while it has not."""
        if key not in gaps or not gaps[key].is_as(wanted):
            return None
        return next((each for each in self._open_keys(gaps) if each != key), None)

    def _candidates(
        self, scenario: Scenario, key: Key, gaps: Gaps, used: tuple[Knob, ...]
    ) -> list[Iterator[tuple[Scenario, Direction]]]:
        """Where the distance may be gone, the likeliest first."""
        slopes: dict[Direction, Slopes] = {}
        for knob in used or knobs_of(scenario, self._counted):
            slopes[((knob, 1),)] = self._slopes(scenario, ((knob, 1),), gaps, FAR)
        moving = {each: found[key] for each, found in slopes.items() if found.get(key)}
        moving = moving or self._keeping(scenario, key, gaps, slopes)
        directions, limit = list(moving), LIMITS[gaps[key].wanted] - gaps[key].size
        changes = bridging(list(moving.values()), limit, BEYOND.get(gaps[key].wanted, 0))
        ways = [_summed((directions[n], times) for n, times in change.items()) for change in changes]
        return [_ladder(scenario, way, halved=n < HALVED) for n, way in enumerate(ways)]

    def _keeping(
        self, scenario: Scenario, key: Key, gaps: Gaps, slopes: Mapping[Direction, Slopes]
    ) -> dict[Direction, Fraction]:
        """Directions that leave the equations before it as they are: of several knobs at once, or of one by a period."""
        before = [k for k in islice(gaps, list(gaps).index(key)) if gaps[k].is_equation]
        level = {each: found for each, found in slopes.items() if key not in found}
        for _ in range(EQUATIONS):
            kept = next((k for k in reversed(before) if any(found.get(k) for found in level.values())), None)
            if kept is None:
                break
            row, ways = [found.get(kept, Fraction(0)) for found in level.values()], list(level)
            together = [_summed([(ways[n], times) for n, times in change.items()]) for change in preserving(row)]
            level = {each: self._slopes(scenario, each, gaps, (1, -1)) for each in together if each}
            if moving := {each: found[key] for each, found in level.items() if found.get(key)}:
                return moving
        breaking = [each for each, found in slopes.items() if any(found.get(k) for k in before)]
        return dict(islice(self._periods(scenario, key, gaps, breaking[:2]), 1))

    def _periods(
        self, scenario: Scenario, key: Key, gaps: Gaps, directions: Iterable[Direction]
    ) -> Iterator[tuple[Direction, Fraction]]:
        for direction in directions:
            for step in range(2, PERIOD):
                slope = self._slopes(scenario, ((direction[0][0], step),), gaps, (1,)).get(key)
                if slope:
                    yield ((direction[0][0], step),), slope
                    break

    def _slopes(self, scenario: Scenario, direction: Direction, gaps: Gaps, far: Sequence[int]) -> Slopes:
        """How far each comparison moves in one step; nothing of those that are then not made."""
        found: dict[Key, Fraction] = {}
        for times in far:
            made = _all_turned(scenario, tuple((knob, times * turns) for knob, turns in direction))
            moved = self._seen(made) if made is not None else {}
            found |= {
                k: (moved[k].size - gap.size) / times for k, gap in gaps.items() if k in moved and not found.get(k)
            }
            if found and list(found.values())[-1]:
                break
        return found

    def _seen(self, scenario: Scenario) -> Gaps:
        """Nothing when the arc has been taken, or the budget is spent: each look costs a run, and a run may be slow."""
        if not self._goes_on():
            return {}
        self._runs += 1
        return self._gaps(self._observe(scenario))

    def _gaps(self, observed: list[Comparison]) -> dict[Key, Gap]:
        found: dict[Key, Gap] = {}
        seen: dict[int, int] = {}
        for number, op, left, right in observed:
            seen[number] = seen.get(number, -1) + 1
            gap = _gap(self.sites[number], op, left, right)
            if gap is not None:
                found[number, seen[number]] = gap
        return found


def _gap(site: Site, op: str, left: object, right: object) -> Gap | None:
    if op == "len":
        op, side = (
            (site.op, site.detail) if site.form == "compare" else next(((o, s) for o, s in site.detail if s), ("", ""))
        )
        left, right = (right, left) if side == "right" else (left, right)
    op = {"is": "==", "is not": "!="}.get(op, op)
    first, second = _number(left), _number(right)
    return None if op not in FLIPPED or first is None or second is None else Gap(op, first - second)


def _number(value: object) -> Fraction | None:
    """None for what is no number, or not one that an input could come near."""
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return Fraction(value) if abs(value) < LARGE else None
    return None


def _counted(observed: list[Comparison]) -> tuple[str, ...]:
    """What the code counts in texts."""
    found = (right for _, op, _, right in observed if op == "count")
    return tuple(islice(dict.fromkeys(part for part in found if type(part) is str and part), 2))


def _summed(parts: Iterable[tuple[Direction, int]]) -> Direction:
    """One direction for several, each gone so many times."""
    found: dict[Knob, int] = {}
    for direction, times in parts:
        for knob, by in direction:
            found[knob] = found.get(knob, 0) + by * times
    return tuple((knob, by) for knob, by in found.items() if by)


def _ladder(scenario: Scenario, way: Direction, *, halved: bool) -> Iterator[tuple[Scenario, Direction]]:
    """The whole way, and as the next step might go too far, half of it and so on."""
    while any(turns for _, turns in way):
        made = _all_turned(scenario, way)
        if made is not None:
            yield made, way
        if not halved:
            return
        way = tuple((knob, int(turns / 2)) for knob, turns in way)


def _all_turned(scenario: Scenario, direction: Direction) -> Scenario | None:
    """Those in texts from behind, so that the places of the others stay."""
    made: Scenario | None = scenario
    for knob, by in sorted(direction, key=lambda each: -each[0].at):
        made = None if made is None else turned(made, knob, by) if by else made
    return made
