"""Observes scenarios on the module as it is, three times under differing conditions, and keeps what all runs showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from testwright.errors import SandboxError
from testwright.inside.recipes import Const, Variable
from testwright.inside.recipes import Sequence as Display
from testwright.inside.scenario import Outcome, Scenario, Sign
from testwright.nouns import Observation, Target
from testwright.workers import run_job
from testwright.workers.surroundings import ELSEWHERE, FARTHER

__all__ = ["observe"]

SECONDS = 5.0
START_SECONDS = 150.0
CONDITIONS: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC0"},
    {**ELSEWHERE, "PYTHONHASHSEED": "1"},
    {**FARTHER, "PYTHONHASHSEED": "12345"},
)
"""What differs between the runs, besides process, addresses, time and scratch folder.

All but the first take themselves for ones on another machine, the last has another date.
"""

PROCESSORS = (0, 39, 1)
"""How many the other machine has; 0 = it is this one."""

COMMAND_LINES = (
    ["pytest"],
    ["/somewhere/pytest/__main__.py", "-q", "tests"],
    ["pytest", "--tb=no", "-x", "a", "b", "c"],
)
"""Code that reads `sys.argv` sees the test runner's, which is nobody's business: no test may depend on it."""


def observe(
    observations: Sequence[Observation],
    *,
    python: str,
    target: Target,
    scratch_root: Path,
    sys_path: Sequence[str],
    seed: int,
    seconds: float = SECONDS,
    detailed: Callable[[Scenario], bool] = lambda scenario: False,
    stop: Callable[[], bool] | None = None,
) -> list[Observation]:
    """The same observations in the same order, each with the outcome on which all runs agree.

    A scenario may come back changed: an argument that it builds inline and that the call changes gets its own step.
    `detailed` says of which scenarios more is wanted than a reader would, in the outcome's `further`.
    `scratch_root` is an existing folder, which gets one of its own for each call; `stop` ends early, and what was not
    observed by then is broken.
    """
    if not observations:
        return []
    plain = [o.scenario.to_plain() for o in observations]
    more = [index for index, o in enumerate(observations) if detailed(o.scenario)]
    scratch = _new_folder(scratch_root)
    runs = [
        _Run(number, plain, more, python, target, scratch, tuple(sys_path), seed, seconds, stop)
        for number in range(len(CONDITIONS))
    ]
    with ThreadPoolExecutor(len(runs)) as pool:
        for future in [pool.submit(run.to_end) for run in runs]:
            future.result()
    return [_merged(o, [run.seen.get(i) for run in runs]) for i, o in enumerate(observations)]


def _new_folder(root: Path) -> Path:
    """What scenarios that were observed before have left in theirs would be taken for the work of these."""
    folder = next(each for number in count() if not (each := root / f"observed-{number}").exists())
    folder.mkdir()
    return folder


def _merged(observation: Observation, seen: list[tuple[Scenario | None, Outcome] | None]) -> Observation:
    outcomes = [one[1] for one in seen if one is not None]
    if len(outcomes) < len(seen):
        return replace(observation, outcome=Outcome(broken="not observed"))
    merged = outcomes[0]
    for outcome in outcomes[1:]:
        merged = merged.agrees_with(outcome)
    merged = _noted(merged.settled(), outcomes)
    scenarios = [one[0] for one in seen if one is not None]
    if any(scenario != scenarios[0] for scenario in scenarios):
        return replace(observation, outcome=merged if merged.broken else Outcome(broken="differs from run to run"))
    return replace(observation, scenario=scenarios[0] or observation.scenario, outcome=merged)


def _noted(merged: Outcome, outcomes: Sequence[Outcome]) -> Outcome:
    """With a sign, if the runs gave the same items in different orders."""
    results = [_result(outcome) for outcome in outcomes]
    other = next((r for r in results if r is not None and results[0] is not None and _reordered(results[0], r)), None)
    if other is None or results[0] is None or None in results:
        return merged
    sign = Sign("unstable", str(_plain_items(results[0])), str(_plain_items(other)))
    return replace(merged, signs=(*merged.signs, sign))


def _result(outcome: Outcome) -> Display | None:
    found = [c.expected for c in outcome.checks if c.kind == "equals" and c.subject == Variable("result")]
    return (
        found[0] if len(found) == 1 and isinstance(found[0], Display) and found[0].kind in ("list", "tuple") else None
    )


def _reordered(one: Display, other: Display) -> bool:
    plain = all(isinstance(item, Const) for item in (*one.items, *other.items))
    return plain and one != other and Counter(one.items) == Counter(other.items)


def _plain_items(display: Display) -> list[object]:
    return [item.value for item in display.items if isinstance(item, Const)]


@dataclass(slots=True)
class _Run:
    """One pass over all scenarios, in as many workers as it takes."""

    number: int
    scenarios: list[dict[str, Any]]
    detailed: list[int]
    python: str
    target: Target
    scratch_root: Path
    sys_path: tuple[str, ...]
    seed: int
    seconds: float
    stop: Callable[[], bool] | None
    seen: dict[int, tuple[Scenario | None, Outcome]] = field(default_factory=dict)
    unimportable: str = ""

    def to_end(self) -> None:
        """Start workers until each scenario has its outcome; one that ends a worker is broken."""
        start = 0
        while start < len(self.scenarios) and not self.unimportable and not (self.stop and self.stop()):
            reason = self._worker(start)
            missing = next((i for i in range(start, len(self.scenarios)) if i not in self.seen), len(self.scenarios))
            if reason == "stopped" or missing == len(self.scenarios):
                return
            if not self.unimportable:
                self.seen[missing] = (None, Outcome(broken="crashed"))
            start = missing + 1
        if self.unimportable:
            broken = Outcome(broken=f"the module cannot be imported: {self.unimportable}")
            self.seen = {i: self.seen.get(i, (None, broken)) for i in range(len(self.scenarios))}

    def _worker(self, start: int) -> str:
        # Each run in a folder with a longer name, and further down: neither may be told by a test.
        scratch = self.scratch_root.joinpath(*["down"] * self.number, f"seen-{self.number}-{'x' * self.number}{start}")
        scratch.mkdir(parents=True, exist_ok=True)
        end = run_job(
            self.python,
            self._job(start, scratch),
            on_message=self._take,
            wall_seconds=START_SECONDS + 3 * (self.seconds + 1) * (len(self.scenarios) - start),
            stop=self.stop,
            environment=CONDITIONS[self.number],
        )
        if end.reason == "refused":
            raise SandboxError(
                f"the sandbox refused to observe {self.target.module!r}: {end.detail}",
                slug="sandbox-refused",
                where=self.python,
                hint="see what this system can isolate with `testwright doctor`",
            )
        return end.reason

    def _job(self, start: int, scratch: Path) -> dict[str, Any]:
        return {
            "task": "observe",
            "argv": COMMAND_LINES[self.number % len(COMMAND_LINES)],
            "sys_path": list(self.sys_path),
            "scratch": str(scratch.resolve()),
            "memory_mb": 2048,
            "isolation": "auto",
            "module": self.target.module,
            "path": self.target.source,
            "scenarios": self.scenarios,
            "detailed": self.detailed,
            "start": start,
            "seconds": self.seconds,
            "seed": self.seed,
            "run": self.number,
            "processors": PROCESSORS[self.number],
            "shift": self.number == len(CONDITIONS) - 1,
        }

    def _take(self, message: dict[str, Any]) -> None:
        """Reads one message; nothing in it is trusted."""
        if message.get("event") == "unimportable":
            self.unimportable = str(message.get("detail", "")) or "no reason given"
            return
        index = message.get("index")
        if message.get("event") != "outcome" or type(index) is not int or not 0 <= index < len(self.scenarios):
            return
        try:
            outcome = Outcome.from_plain(message["outcome"])
            scenario = Scenario.from_plain(message["scenario"]) if "scenario" in message else None
        except (KeyError, TypeError, ValueError, RecursionError):
            return
        self.seen.setdefault(index, (scenario, outcome))
