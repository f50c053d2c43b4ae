"""Runs a pytest suite against planted bugs: records once which tests reach which mutants, then judges each in a fork."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from testwright.errors import ProjectError, SandboxError
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Mutant, MutantVerdict
from testwright.workers import run_job

__all__ = ["RecordedSuite", "Suite", "SuiteTest", "judge", "judge_pairs", "last_line", "record"]

RECORD_SECONDS, IMPORT_SILENCE = 3600.0, 300.0
Stop = Callable[[], bool]
_Trial: TypeAlias = tuple[Mutant, list[Any]]
"""With it what the worker is told: number, the tests' nodes and what they took, whether all is to be imported anew."""


@dataclass(frozen=True, slots=True)
class Suite:
    """`files`: absolute path → operators (empty = all); `tests` are paths for pytest, which runs in `folder`.

    Not `in_place`: copies of the test files are run as the gate does, in a folder of their own, with no settings, conftest
    or plugin of the project but for the `setup`; nodes are then named as the gate names them.
    """

    files: Mapping[str, tuple[str, ...]]
    tests: tuple[str, ...]
    folder: str
    python: str
    sys_path: tuple[str, ...] = ()
    memory_mb: int = 4096
    in_place: bool = True
    setup: PytestSetup = field(default_factory=PytestSetup)


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """How one test of the suite went without any mutant; `reached` are the sites."""

    node: str
    outcome: str
    detail: str
    seconds: float
    reached: frozenset[int]
    through: frozenset[tuple[int, str, int]] = frozenset()
    """If asked for: site, and the function (path, first line) that its body called to come there."""
    waited: float = 0.0
    """Seconds beside those that it computed."""

    @property
    def took(self) -> tuple[float, float]:
        return self.seconds, self.waited


@dataclass(slots=True)
class RecordedSuite:
    """What one run with no mutant active showed. `at_import`: sites reached before any test."""

    mutants: list[Mutant] = field(default_factory=list)
    equivalent: list[int] = field(default_factory=list)
    tests: list[SuiteTest] = field(default_factory=list)
    in_defaults: set[int] = field(default_factory=set)
    """Numbers of mutants in defaults of parameters that can be changed when the function is there already."""
    at_import: frozenset[int] = frozenset()
    collection_errors: dict[str, str] = field(default_factory=dict)
    """By file (or class) what went wrong; the other tests ran all the same."""
    seconds: float = 0.0
    isolation: str = ""

    @property
    def passing(self) -> list[SuiteTest]:
        return [test for test in self.tests if test.outcome == "passed"]

    @property
    def collecting(self) -> float:
        """Seconds that are no test's."""
        return max(0.0, self.seconds - sum(test.seconds for test in self.tests))


class _Recorded:
    """Sorts the messages; what does not fit is dropped, as it comes from a process that ran strangers' code."""

    def __init__(self) -> None:
        self.suite = RecordedSuite()
        self.end: dict[str, Any] = {}
        self.finished = False

    def take(self, message: dict[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            self._sorted(message)

    def _sorted(self, message: dict[str, Any]) -> None:
        suite = self.suite
        match message.get("event"):
            case "mutants":
                suite.mutants += [_mutant(str(message["path"]), plain[:6]) for plain in message["mutants"]]
                suite.in_defaults |= {int(plain[0]) for plain in message["mutants"] if plain[6] is True}
                suite.equivalent += [int(n) for n in message["equivalent"]]
            case "collected":
                suite.at_import = frozenset(int(n) for n in message["reached"])
            case "collection-error":
                suite.collection_errors[str(message["node"])] = str(message["detail"])
            case "test":
                reached = frozenset(int(n) for n in message["reached"])
                outcome, seconds = str(message["outcome"]), float(message["seconds"])
                through = frozenset((int(site), str(path), int(line)) for site, path, line in message["through"])
                node, detail, waited = str(message["node"]), str(message["detail"]), float(message["waited"])
                suite.tests.append(SuiteTest(node, outcome, detail, seconds, reached, through, waited))
            case "finished":
                suite.seconds, self.finished = float(message["seconds"]), True
            case "end":
                self.end = message


def _mutant(path: str, plain: Sequence[Any]) -> Mutant:
    number, operator, function, span, text, site = plain
    line, column, last, after = (int(n) for n in span)
    return Mutant(int(number), str(operator), path, str(function), (line, column, last, after), str(text), int(site))


def record(suite: Suite, *, scratch: Path, through: bool = False, stop: Stop | None = None) -> RecordedSuite:
    """The suite's run with no mutant active; with `through`, tests tell also by which call they came to each site.

    ProjectError when pytest is not there, or could not run the suite.
    """
    recorded = _Recorded()
    job = _job(suite, "record", scratch, RECORD_SECONDS) | {"through": through}
    end = run_job(suite.python, job, on_message=recorded.take, wall_seconds=RECORD_SECONDS + 60, stop=stop)
    recorded.suite.isolation = end.isolation
    if end.reason == "refused":
        raise SandboxError(
            f"the sandbox refused to run the tests: {end.detail}", slug="sandbox-refused", where=suite.python
        )
    if not recorded.finished and not (stop is not None and stop()):
        how = f"{recorded.end.get('kind', end.reason)} {recorded.end.get('code', '')}".strip()
        at = str(recorded.end.get("at", ""))
        raise ProjectError(
            f"the tests did not come to their end ({how}): {last_line(end.detail or end.stderr_tail)}".rstrip(": "),
            slug="suite-not-runnable",
            where=at or ", ".join(suite.tests),
            hint="run them with pytest alone, or leave the test out with --tests",
        )
    return recorded.suite


def last_line(text: str) -> str:
    """The last that was said, of a traceback the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def judge(
    suite: Suite,
    recorded: RecordedSuite,
    mutants: Iterable[Mutant],
    *,
    scratch: Path,
    on_verdict: Callable[[MutantVerdict], None],
    every_test: bool = False,
    quick: bool = False,
    jobs: int = 1,
    stop: Stop | None = None,
) -> None:
    """One verdict for each of the mutants, as soon as it is there; those that no passing test reaches come first.

    `every_test`: no test is spared because another one failed, and the verdict tells all that fail (but no further ones
    when several had to be ended). `quick`: for tests that are known to leave nothing behind, and to take no time.

    A mutant that importing reaches takes effect at first only when all is imported; the few that no test catches so are
    judged with everything imported anew, which takes a hundred times as long.
    """
    judging = _Judging(suite, recorded, scratch, on_verdict, every_test, quick, jobs, stop)
    judging.run(mutants)


@dataclass(slots=True)
class _Judging:
    suite: Suite
    recorded: RecordedSuite
    scratch: Path
    on_verdict: Callable[[MutantVerdict], None]
    every_test: bool
    quick: bool
    jobs: int
    stop: Stop | None

    def run(self, mutants: Iterable[Mutant]) -> None:
        recorded = self.recorded
        reaching, calling = _reaching(recorded), _calling(recorded)
        everything = tuple(sorted(recorded.passing, key=lambda test: test.seconds))
        warm: list[_Trial] = []
        cold: dict[int, _Trial] = {}
        for mutant in mutants:
            in_default = mutant.number in recorded.in_defaults
            tests = calling.get((mutant.path, mutant.function), ()) if in_default else reaching.get(mutant.site, ())
            if tests:
                warm.append((mutant, _told(mutant, tests, from_start=False)))
            if everything and mutant.site in recorded.at_import and not in_default:
                cold[mutant.number] = mutant, _told(mutant, everything, from_start=True)
            elif not tests:
                self.on_verdict(MutantVerdict(mutant, "unreached"))
        only_cold = cold.keys() - {mutant.number for mutant, _ in warm}
        again = self._settled(warm, "warm", cold)
        self._settled([trial for n, trial in cold.items() if n in again | only_cold], "cold", ())

    def _settled(self, trials: Sequence[_Trial], folder: str, undecided: Collection[int]) -> set[int]:
        """Judges them; gives back those that survived but are `undecided` by that."""
        left: set[int] = set()

        def take(verdict: MutantVerdict) -> None:
            if verdict.mutant.number in undecided and verdict.outcome == "survived":
                left.add(verdict.mutant.number)
            else:
                self.on_verdict(verdict)

        parts = [part for part in (trials[n :: self.jobs] for n in range(self.jobs)) if part]
        with ThreadPoolExecutor(max(1, len(parts))) as threads:
            judging = [
                threads.submit(self._judged, part, self.scratch / f"{folder}-{part[0][0].number}", take)
                for part in parts
            ]
            for done in judging:
                done.result()
        return left

    def _judged(self, part: Sequence[_Trial], folder: Path, on_verdict: Callable[[MutantVerdict], None]) -> None:
        left = {mutant.number: mutant for mutant, _ in part}

        def take(message: dict[str, Any]) -> None:
            if message.get("event") == "verdict" and message.get("number") in left:
                mutant, nodes = left.pop(int(message["number"])), tuple(str(node) for node in message["nodes"])
                on_verdict(MutantVerdict(mutant, str(message["outcome"]), nodes[0] if nodes else "", nodes))

        trials = [trial for _, trial in part]
        _judge_trials(
            self.suite, self.recorded, trials, folder, take, self.stop, every_test=self.every_test, quick=self.quick
        )
        for mutant in left.values():
            on_verdict(MutantVerdict(mutant, "unjudged"))


def _told(mutant: Mutant, tests: Sequence[SuiteTest], *, from_start: bool) -> list[Any]:
    return [mutant.number, [test.node for test in tests], [test.took for test in tests], from_start]


def _reaching(recorded: RecordedSuite) -> dict[int, list[SuiteTest]]:
    """By site the passing tests that reach it, quick ones first."""
    reaching: dict[int, list[SuiteTest]] = {}
    for test in sorted(recorded.passing, key=lambda test: test.seconds):
        for site in test.reached:
            reaching.setdefault(site, []).append(test)
    return reaching


def _calling(recorded: RecordedSuite) -> dict[tuple[str, str], list[SuiteTest]]:
    """By path and function the passing tests that reach any site of it, quick ones first."""
    functions = {m.site: (m.path, m.function) for m in recorded.mutants if m.number not in recorded.in_defaults}
    calling: dict[tuple[str, str], list[SuiteTest]] = {}
    for test in sorted(recorded.passing, key=lambda test: test.seconds):
        for function in {functions[site] for site in test.reached if site in functions}:
            calling.setdefault(function, []).append(test)
    return calling


def _judge_trials(
    suite: Suite,
    recorded: RecordedSuite,
    trials: Sequence[Sequence[Any]],
    folder: Path,
    take: Callable[[dict[str, Any]], None],
    stop: Stop | None,
    *,
    every_test: bool = False,
    quick: bool = False,
) -> None:
    seconds = 120.0 + sum((60.0 + 30.0 * math.fsum(map(sum, trial[2]))) * (2 if every_test else 1) for trial in trials)
    folder.mkdir(parents=True, exist_ok=True)
    job = _job(suite, "judge", folder, seconds) | {
        "trials": [list(trial) for trial in trials],
        "equivalent": recorded.equivalent,
        "collecting": recorded.collecting,
        "uncollected": list(recorded.collection_errors),
        "every": every_test,
        "quick": quick,
    }
    run_job(suite.python, job, on_message=take, wall_seconds=seconds + 60.0, stop=stop)


def judge_pairs(
    suite: Suite,
    recorded: RecordedSuite,
    pairs: Sequence[tuple[Mutant, SuiteTest]],
    *,
    scratch: Path,
    jobs: int = 1,
    stop: Stop | None = None,
) -> list[MutantVerdict]:
    """One verdict for each pair, in their order: whether this one test catches that mutant of a function's body."""
    verdicts = [MutantVerdict(mutant, "unjudged") for mutant, _ in pairs]

    def part(first: int) -> None:
        places = iter(range(first, len(pairs), jobs))

        def take(message: dict[str, Any]) -> None:
            if message.get("event") == "verdict" and (place := next(places, None)) is not None:
                nodes = tuple(str(node) for node in message["nodes"])
                verdicts[place] = MutantVerdict(
                    pairs[place][0], str(message["outcome"]), nodes[0] if nodes else "", nodes
                )

        trials = [[mutant.number, [test.node], [test.took], False] for mutant, test in pairs[first::jobs]]
        _judge_trials(suite, recorded, trials, scratch / f"pairs-{first}", take, stop)

    with ThreadPoolExecutor(max(1, jobs)) as threads:
        for done in [threads.submit(part, first) for first in range(min(jobs, len(pairs)))]:
            done.result()
    return verdicts


def _job(suite: Suite, step: str, scratch: Path, seconds: float) -> dict[str, Any]:
    return {
        "task": "mutants",
        "step": step,
        "sys_path": [*suite.sys_path, *suite.setup.sys_path],
        "scratch": str(scratch),
        "memory_mb": suite.memory_mb,
        "isolation": "auto",
        "files": {path: list(operators) for path, operators in suite.files.items()},
        "tests": list(suite.tests),
        "in_place": suite.in_place,
        "setup": suite.setup.to_plain(),
        "folder": suite.folder if suite.in_place else "",
        "seconds": seconds,
        "silence": max(IMPORT_SILENCE, 0.2 * seconds) if step == "record" else seconds,
    }
