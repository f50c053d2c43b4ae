"""Runs a pytest suite against planted bugs: records once which tests reach which mutants, then judges each in a fork."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError, SandboxError
from testwright.nouns import Mutant, MutantVerdict
from testwright.workers import run_job

__all__ = ["RecordedSuite", "Suite", "SuiteTest", "judge", "last_line", "record"]

RECORD_SECONDS, IMPORT_SILENCE = 3600.0, 300.0
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Suite:
    """`files`: absolute path → operators (empty = all); `tests` are paths for pytest, which runs in `folder`."""

    files: Mapping[str, tuple[str, ...]]
    tests: tuple[str, ...]
    folder: str
    python: str
    sys_path: tuple[str, ...] = ()
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """How one test of the suite went without any mutant; `reached` are the sites."""

    node: str
    outcome: str
    detail: str
    seconds: float
    reached: frozenset[int]


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
                suite.tests.append(SuiteTest(str(message["node"]), outcome, str(message["detail"]), seconds, reached))
            case "finished":
                suite.seconds, self.finished = float(message["seconds"]), True
            case "end":
                self.end = message


def _mutant(path: str, plain: Sequence[Any]) -> Mutant:
    number, operator, function, span, text, site = plain
    line, column, last, after = (int(n) for n in span)
    return Mutant(int(number), str(operator), path, str(function), (line, column, last, after), str(text), int(site))


def record(suite: Suite, *, scratch: Path, stop: Stop | None = None) -> RecordedSuite:
    """The suite's run with no mutant active. ProjectError when pytest is not there, or could not run the suite."""
    recorded = _Recorded()
    job = _job(suite, "record", scratch, RECORD_SECONDS)
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
    jobs: int = 1,
    stop: Stop | None = None,
) -> None:
    """One verdict for each of the mutants, as soon as it is there; those that no passing test reaches come first."""
    reaching, calling = _reaching(recorded), _calling(recorded)
    everything = tuple(sorted(recorded.passing, key=lambda test: test.seconds))
    trials: list[tuple[Mutant, list[Any]]] = []
    for mutant in mutants:
        in_default = mutant.number in recorded.in_defaults
        from_start = mutant.site in recorded.at_import and not in_default
        own = calling.get((mutant.path, mutant.function), ()) if in_default else reaching.get(mutant.site, ())
        tests = everything if from_start else own
        if tests:
            nodes, seconds = [test.node for test in tests], [test.seconds for test in tests]
            trials.append((mutant, [mutant.number, nodes, seconds, from_start]))
        else:
            on_verdict(MutantVerdict(mutant, "unreached"))
    parts = [part for part in (trials[n::jobs] for n in range(jobs)) if part]
    with ThreadPoolExecutor(max(1, len(parts))) as threads:
        for done in [threads.submit(_judged, suite, recorded, part, scratch, on_verdict, stop) for part in parts]:
            done.result()


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


def _judged(
    suite: Suite,
    recorded: RecordedSuite,
    part: Sequence[tuple[Mutant, list[Any]]],
    scratch: Path,
    on_verdict: Callable[[MutantVerdict], None],
    stop: Stop | None,
) -> None:
    left = {mutant.number: mutant for mutant, _ in part}

    def take(message: dict[str, Any]) -> None:
        if message.get("event") == "verdict" and message.get("number") in left:
            mutant = left.pop(int(message["number"]))
            on_verdict(MutantVerdict(mutant, str(message["outcome"]), str(message["node"])))

    seconds = 120.0 + sum(60.0 + 30.0 * math.fsum(trial[2]) for _, trial in part)
    folder = scratch / f"judge-{part[0][0].number}"
    folder.mkdir(parents=True, exist_ok=True)
    job = _job(suite, "judge", folder, seconds) | {
        "trials": [trial for _, trial in part],
        "equivalent": recorded.equivalent,
        "collecting": recorded.collecting,
        "uncollected": list(recorded.collection_errors),
    }
    run_job(suite.python, job, on_message=take, wall_seconds=seconds + 60.0, stop=stop)
    for mutant in left.values():
        on_verdict(MutantVerdict(mutant, "unjudged"))


def _job(suite: Suite, step: str, scratch: Path, seconds: float) -> dict[str, Any]:
    return {
        "task": "mutants",
        "step": step,
        "sys_path": list(suite.sys_path),
        "scratch": str(scratch),
        "memory_mb": suite.memory_mb,
        "isolation": "auto",
        "files": {path: list(operators) for path, operators in suite.files.items()},
        "tests": list(suite.tests),
        "folder": suite.folder,
        "seconds": seconds,
        "silence": max(IMPORT_SILENCE, 0.2 * seconds) if step == "record" else seconds,
    }
