"""Runs the project's own tests once, for all modules together, and says what they do already; nothing in it may fail."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import TestwrightError
from testwright.execute.coverage_figures import Arc
from testwright.execute.mutants import Suite, judge, last_line, record
from testwright.execute.some_of_many import counted, first_few
from testwright.inside.existing.task import WALL_FACTOR
from testwright.inside.mutants.operators import EVERY_OPERATOR
from testwright.inside.recipes import Fixture, from_plain
from testwright.nouns import ExistingTests, MutantKey, MutantVerdict, ProjectFixture, Style, Target
from testwright.workers import JobEnd, run_job

__all__ = ["existing_kills", "run_existing_suite"]

Stop = Callable[[], bool]
MOST_CALLS, MOST_VALUES = 3000, 300
_NOT_RUN = (2, 3, 4)
"""pytest's exit codes for: interrupted, failed itself, cannot work with its options or conftests."""
_GRACE_SECONDS = 10.0


@dataclass(slots=True)
class _Heard:
    """What the worker told; what does not fit is dropped, as it comes from a process that ran strangers' code."""

    sources: Mapping[str, str]
    """By real path, what the target calls it."""
    arcs: dict[str, set[Arc]] = field(default_factory=dict)
    tested_by: dict[str, dict[str, None]] = field(default_factory=dict)
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    fixtures: list[ProjectFixture] = field(default_factory=list)
    style: Style = field(default_factory=Style)
    outcomes: Counter[str] = field(default_factory=Counter)
    not_passed: list[str] = field(default_factory=list)
    uncollected: list[str] = field(default_factory=list)
    collected: int = -1
    finished: bool = False
    """pytest came to its end, and its tests did not only begin."""
    words: str = ""
    at: str = ""
    stopped: bool = False
    """By the time limit."""

    def take(self, message: dict[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            self._sorted(message)

    def _sorted(self, message: dict[str, Any]) -> None:
        match message.get("event"):
            case "collected":
                self.collected = int(message["count"])
                self._add_arcs(message["files"])
                style = message["style"]
                self.style = Style(style["classes"] is True, style["unittest"] is True, str(style["asyncio"]))
            case "collection-error":
                self.uncollected.append(f"{message['node']}: {message['detail']}")
            case "test":
                self._test(message)
            case "call":
                calls = self.calls.setdefault(self.sources[message["path"]], [])
                if len(calls) < MOST_CALLS:
                    calls.append(dict(message["call"]))
            case "fixture":
                if len(self.values) < MOST_VALUES:
                    self.values.setdefault(str(message["name"]), []).append(message["value"])
            case "taken-fixture":
                recipe, (module, qualname) = from_plain(message["fixture"]), message["kind"]
                plain = message["plain"] is True
                if isinstance(recipe, Fixture) and recipe.name.isidentifier() and len(self.fixtures) < MOST_VALUES:
                    self.fixtures.append(ProjectFixture(recipe, (str(module), str(qualname)), plain))
            case "finished":
                self.finished, self.words = int(message["code"]) not in _NOT_RUN, str(message["words"])
            case "end":
                self.at, self.stopped = str(message["at"]), message["kind"] == "timeout"

    def _test(self, message: dict[str, Any]) -> None:
        outcome, node = str(message["outcome"]), str(message["node"])
        self.outcomes[outcome] += 1
        if outcome == "failed":
            self.not_passed.append(f"{node}: {message['detail']}")
        self._add_arcs(message["files"])
        for path in message["reached"]:
            self.tested_by.setdefault(self.sources[path], {})[node.partition("::")[0]] = None

    def _add_arcs(self, files: Any) -> None:
        for path, arcs in files.items():
            self.arcs.setdefault(self.sources[path], set()).update((int(a), int(b)) for a, b in arcs)


def run_existing_suite(
    targets: Sequence[Target],
    *,
    root: Path,
    python: str,
    tests: Sequence[str],
    left_out: Iterable[str],
    seconds: float,
    scratch: Path,
    stop: Stop | None = None,
) -> ExistingTests:
    """`tests` are paths (none = those that pytest finds by itself), `left_out` files that need not be run.

    What goes wrong costs the tests that it concerns, and stands in `notices`.
    """
    sources = {os.path.realpath(t.source): t.source for t in targets}
    heard = _Heard(sources)
    started = time.monotonic()
    job = {
        "task": "existing",
        "sys_path": list(dict.fromkeys(place for t in targets for place in t.import_roots)),
        "scratch": str(scratch),
        "memory_mb": 4096,
        "isolation": "auto",
        "tests": list(tests),
        "folder": str(root),
        "sources": sorted(sources),
        "left_out": sorted(left_out),
        "seconds": seconds,
    }
    try:
        end = run_job(
            python, job, on_message=heard.take, wall_seconds=WALL_FACTOR * seconds + _GRACE_SECONDS, stop=stop
        )
    except TestwrightError as error:
        return ExistingTests(notices=(f"the project's own tests could not be run: {error.message}",))
    problem = "" if heard.finished or end.reason == "stopped" else _why(heard, end)
    stopped = heard.stopped or end.reason == "timeout"
    return _existing(heard, root, time.monotonic() - started, seconds if stopped else None, problem)


def _why(heard: _Heard, end: JobEnd) -> str:
    return heard.words or last_line(end.detail or end.stderr_tail) or "pytest ended without a word"


def _existing(heard: _Heard, root: Path, took: float, limit: float | None, problem: str) -> ExistingTests:
    """`limit` is the one that struck."""
    return ExistingTests(
        arcs={path: frozenset(arcs) for path, arcs in heard.arcs.items()},
        tested_by={
            path: tuple(os.path.realpath(root / file) for file in files) for path, files in heard.tested_by.items()
        },
        calls={path: tuple(calls) for path, calls in heard.calls.items()},
        values={name: tuple(values) for name, values in heard.values.items()},
        fixtures=tuple(heard.fixtures),
        style=heard.style,
        passed=heard.outcomes["passed"],
        seconds=took,
        notices=tuple(_notices(heard, limit, problem)),
    )


def _notices(heard: _Heard, limit: float | None, problem: str) -> Iterable[str]:
    if heard.uncollected:
        which = f"{counted(heard.uncollected, 'test file')} of the project"
        yield f"{which} cannot be collected here: {first_few(heard.uncollected)}"
    if heard.not_passed:
        which = f"{counted(heard.not_passed, 'test')} of the project"
        yield f"{which} do not pass here and do not count: {first_few(heard.not_passed)}"
    if limit is not None:
        done, all_ = sum(heard.outcomes.values()), heard.collected
        how_far = f"{done} of {all_} were run" if all_ >= 0 else "they were still being collected"
        at = heard.at or "the start"
        yield f"the project's own tests were stopped after {limit:g} s: {how_far}, at {at}; see --existing-seconds"
    elif problem:
        yield f"the project's own tests did not come to their end: {problem}"


def existing_kills(
    target: Target,
    existing: ExistingTests,
    *,
    root: Path,
    python: str,
    seconds: float,
    scratch: Path,
    jobs: int = 1,
    stop: Stop | None = None,
) -> frozenset[MutantKey]:
    """The mutants of the target's file that the project's own tests catch, as many as can be judged in the time.

    Never raises: where the suite cannot be run with mutants planted, nothing is known to be caught.
    """
    tests = existing.tested_by.get(target.source, ())
    if not tests:
        return frozenset()
    deadline = time.monotonic() + seconds
    caught: list[MutantVerdict] = []

    def over() -> bool:
        return time.monotonic() > deadline or (stop is not None and stop())

    suite = Suite({os.path.realpath(target.source): EVERY_OPERATOR}, tests, str(root), python, target.import_roots)
    try:
        recorded = record(suite, scratch=scratch, stop=over)
        judge(suite, recorded, recorded.mutants, scratch=scratch, on_verdict=caught.append, jobs=jobs, stop=over)
    except TestwrightError:
        return frozenset()
    return frozenset((v.mutant.operator, v.mutant.span, v.mutant.text) for v in caught if v.caught)
