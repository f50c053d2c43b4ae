"""Decides on what it depends whether a test passes, by changing one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from testwright.execute.conditions import Condition
from testwright.nouns import Dependence, RunResult
from testwright.workers.surroundings import ELSEWHERE

__all__ = ["FIRST", "MIXED", "PLAIN", "TRACED", "dependence", "probes_for"]

PLAIN = Condition(0, "given")
TRACED = Condition(0, "given", trace=True)
_ALONE = Condition(0, "alone")
_LATER = Condition(0, "given", clock="later")
_REVERSED_ELSEWHERE = Condition(1, "reversed", elsewhere=ELSEWHERE)
_SHUFFLED_SEED = Condition(999, "shuffled:1")
FIRST = (PLAIN, _REVERSED_ELSEWHERE, _SHUFFLED_SEED, _ALONE, _LATER)
"""What every test goes through, beside being traced; most pass, and nothing more has to be asked."""
MIXED = (PLAIN, _REVERSED_ELSEWHERE, _SHUFFLED_SEED)
"""The runs of all tests in one process, each in another order."""

_STAND_IN = Condition(0, "given", clock="stand-in")
_SEED_1, _SEED_999 = Condition(1, "given"), Condition(999, "given")
_ELSEWHERE = Condition(0, "given", elsewhere=ELSEWHERE)
_REVERSED, _SHUFFLED = Condition(0, "reversed"), Condition(0, "shuffled:1")
_BEARING: Mapping[Condition, tuple[Condition, ...]] = {
    _REVERSED_ELSEWHERE: (_SEED_1, _ELSEWHERE, _REVERSED),
    _SHUFFLED_SEED: (_SEED_999, _SHUFFLED),
    _ALONE: (_ALONE,),
    _LATER: (_LATER, _STAND_IN),
}
_TIMES = 2
_PLAIN_TIMES = 3


@dataclass(frozen=True, slots=True)
class _Cause:
    """One thing that is changed, and what it is called where that decides."""

    on: str
    condition: Condition
    words: str


_CAUSES = (
    _Cause("hash seed", _SEED_1, "with hash seed 1 instead of 0"),
    _Cause("hash seed", _SEED_999, "with hash seed 999 instead of 0"),
    _Cause("surroundings", _ELSEWHERE, "in another time zone, language, terminal or as another user"),
    _Cause("date", _LATER, "on another date"),
    _Cause("order", _ALONE, "when it runs alone"),
    _Cause("order", _REVERSED, "when the tests of its file run in reversed order"),
    _Cause("order", _SHUFFLED, "when the tests of its file run in another order"),
)
Runs = Mapping[Condition, Sequence[RunResult]]


def probes_for(node: str, runs: Callable[[Condition], Sequence[RunResult]]) -> tuple[Condition, ...]:
    """The runs that are needed to tell on what `node` depends; none when it came out the same everywhere."""
    outcomes = {condition: [_passed(run) for run in runs(condition)] for condition in FIRST}
    seen = {passed for each in outcomes.values() for passed in each if passed is not None}
    if len(seen) < 2:
        return ()
    plain = outcomes[PLAIN][0] if outcomes[PLAIN] else None
    odd = [c for c in FIRST[1:] if any(p is not None and p != plain for p in outcomes[c])]
    wanted = [each for condition in odd for each in _BEARING[condition]]
    repeated = [each for each in dict.fromkeys(wanted) for _ in range(_TIMES - len(outcomes.get(each, ())))]
    return (*([PLAIN] * _PLAIN_TIMES), *repeated)


def dependence(runs: Runs) -> Dependence | None:
    """None when it came out the same in all `runs`; else what decides, "chance" when nothing that was changed does."""
    told = {condition: _agreed(results) for condition, results in runs.items()}
    outcomes = {_passed(run) for results in runs.values() for run in results} - {None}
    if len(outcomes) < 2:
        return None
    plain = told.get(PLAIN)
    if plain is not None:
        for cause in _CAUSES:
            found = told.get(cause.condition)
            if found is None or found == plain or len(runs[cause.condition]) < _TIMES:
                continue
            if cause.on == "date" and told.get(_STAND_IN) is not plain:
                continue  # what stands in for the clock is to blame, not the date
            return Dependence(cause.on, _words(cause, found, runs))
    if _only_by_stand_in(told, plain):
        return None
    return Dependence("chance", _chance(runs))


def _only_by_stand_in(told: Mapping[Condition, bool | None], plain: bool | None) -> bool:
    """Nothing but the stand-in for the clock makes a difference: that is our doing, and none of the test's."""
    others = {passed for condition, passed in told.items() if not condition.clock}
    return others == {plain} and told.get(_STAND_IN) is not plain


def _words(cause: _Cause, passes: bool, runs: Runs) -> str:
    fallen = _first_fallen(runs[PLAIN] if passes else runs[cause.condition])
    return f"it {'passes' if passes else 'fails'} only {cause.words}{_detail(fallen)}"


def _chance(runs: Runs) -> str:
    results = [run for each in runs.values() for run in each]
    fallen = [run for run in results if _passed(run) is False]
    return f"it failed in {len(fallen)} of {len(results)} runs{_detail(_first_fallen(results))}"


def _detail(fallen: RunResult | None) -> str:
    return f": {fallen.detail}" if fallen is not None and fallen.detail else ""


def _first_fallen(results: Iterable[RunResult]) -> RunResult | None:
    return next((run for run in results if _passed(run) is False), None)


def _agreed(results: Sequence[RunResult]) -> bool | None:
    """What all of them say; None when they do not agree."""
    outcomes = {_passed(run) for run in results}
    return outcomes.pop() if len(outcomes) == 1 else None


def _passed(run: RunResult) -> bool | None:
    """None for what says nothing about the test: it was not run, or skipped, or is expected to fail."""
    if run.outcome == "passed":
        return True
    return False if run.outcome in ("failed", "error", "crashed", "timeout") else None
