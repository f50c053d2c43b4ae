"""Starts pytest in sandboxed workers: one run of some test files under one condition, whatever its tests do to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError, SandboxError
from testwright.execute.conditions import Condition
from testwright.execute.coverage_figures import Arc
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import RunResult
from testwright.workers import JobEnd, run_job

__all__ = ["ConditionRun", "Limits", "PytestWorker", "run_stages"]

_BEFORE_COLLECTED = {
    "silent": "importing the test file did not end in time",
    "timeout": "importing the test file did not end in time",
    "exit": "importing the test file ended the process",
    "signal": "importing the test file ended the process",
    "memory": "importing the test file needed more memory than it may have",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long importing the target and one test may take before they count as hung, and the memory of a worker."""

    test_seconds: float = 10.0
    import_seconds: float = 60.0
    memory_mb: int = 2048


@dataclass(slots=True)
class ConditionRun:
    """What one condition showed of the tests that ran under it."""

    condition: Condition
    results: dict[str, RunResult] = field(default_factory=dict)
    touched: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arcs: dict[str, frozenset[Arc]] = field(default_factory=dict)
    collection_errors: list[str] = field(default_factory=list)
    files: dict[str, dict[str, frozenset[Arc]]] = field(default_factory=dict)
    """By node, where files are run in their place: the arcs of each file of the project."""
    left: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By node, what of the process it left changed; a part of what it touched."""
    rebound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By node, the names of the project's modules that it left changed."""
    foreign: tuple[str, ...] = ()
    """Nodes that pytest collected though nobody named them, and those that it could not collect."""
    uncollected: tuple[str, ...] = ()
    """The latter alone."""
    refused: str = ""
    """What pytest said of options and settings that it cannot work with."""
    skipped: str = ""
    """Why a file, or a class, was skipped as a whole."""
    isolation: str = ""


@dataclass(slots=True)
class _Attempt:
    """The messages of one worker, sorted by what they are about."""

    condition: Condition
    results: dict[str, RunResult] = field(default_factory=dict)
    touched: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arcs: dict[str, frozenset[Arc]] = field(default_factory=dict)
    files: dict[str, dict[str, frozenset[Arc]]] = field(default_factory=dict)
    left: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rebound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    collected: list[str] = field(default_factory=list)
    uncollected: list[str] = field(default_factory=list)
    """What pytest found in a file, took for tests and could not collect."""
    collection_errors: list[str] = field(default_factory=list)
    pytest_missing: str = ""
    refused: str = ""
    skipped: str = ""
    ended_well: bool = False
    """pytest came to its end, and so did what runs when the interpreter ends."""
    end: dict[str, Any] = field(default_factory=dict)
    """How its (last) process ended."""

    def take(self, message: dict[str, Any]) -> None:
        """Messages come from a process that ran strangers' code: what does not fit is dropped, not believed."""
        handler = _HANDLERS.get(str(message.get("event")))
        if handler is not None:
            with suppress(KeyError, TypeError, ValueError):
                handler(self, message)

    @property
    def at(self) -> str:
        """The test that was running when the worker ended: they come in the order collected. "" = all are done."""
        return next((node for node in self.collected if node not in self.results), "")


def _take_result(attempt: _Attempt, message: dict[str, Any]) -> None:
    node = str(message["node"])
    attempt.results[node] = RunResult(
        attempt.condition.words, str(message["outcome"]), str(message["detail"]), float(message["seconds"])
    )
    attempt.touched[node] = tuple(str(what) for what in message["touched"])
    attempt.left[node] = tuple(str(what) for what in message["left"])
    attempt.rebound[node] = tuple(str(what) for what in message["rebound"])


def _take_arcs(attempt: _Attempt, message: dict[str, Any]) -> None:
    node = str(message["node"])
    attempt.arcs[node] = attempt.arcs.get(node, frozenset()) | _arcs(message["arcs"])


def _take_files(attempt: _Attempt, message: dict[str, Any]) -> None:
    files = attempt.files.setdefault(str(message["node"]), {})
    for file, arcs in message["files"].items():
        files[str(file)] = files.get(str(file), frozenset()) | _arcs(arcs)


def _arcs(plain: Any) -> frozenset[Arc]:
    return frozenset((int(start), int(end)) for start, end in plain)


def _take_collected(attempt: _Attempt, message: dict[str, Any]) -> None:
    attempt.collected += [str(node) for node in message["nodes"]]


def _take_collection_error(attempt: _Attempt, message: dict[str, Any]) -> None:
    attempt.collection_errors.append(str(message["detail"]))
    attempt.uncollected += [str(message["node"])] if message["node"] else []


def _take_collection_skipped(attempt: _Attempt, message: dict[str, Any]) -> None:
    attempt.skipped = str(message["detail"])


def _take_pytest_missing(attempt: _Attempt, message: dict[str, Any]) -> None:
    attempt.pytest_missing = str(message["detail"])


def _take_finished(attempt: _Attempt, message: dict[str, Any]) -> None:
    attempt.ended_well = int(message["code"]) in (0, 1)
    attempt.refused = str(message.get("words", ""))


def _take_end(attempt: _Attempt, message: dict[str, Any]) -> None:
    """With a node: the process of this one test, which went down with it if there is no result."""
    attempt.end = message
    node = str(message["node"])
    if node in attempt.collected and node not in attempt.results:
        attempt.results[node] = RunResult(attempt.condition.words, *_how_it_went_down(message))


_HANDLERS: dict[str, Callable[[_Attempt, dict[str, Any]], None]] = {
    "result": _take_result,
    "arcs": _take_arcs,
    "files": _take_files,
    "collected": _take_collected,
    "collection-error": _take_collection_error,
    "collection-skipped": _take_collection_skipped,
    "pytest-missing": _take_pytest_missing,
    "finished": _take_finished,
    "end": _take_end,
}


def run_stages(
    worker: PytestWorker, nodes: Sequence[str], plan: Sequence[Sequence[Condition]], jobs: int
) -> list[ConditionRun]:
    """The conditions of one stage side by side; a test that did not pass under one is not run in the next stage."""
    alive = list(nodes)
    done: list[ConditionRun] = []
    for stage in plan:
        if not alive:
            break
        run = partial(worker.run, nodes=nodes, alive=tuple(alive))
        with ThreadPoolExecutor(max_workers=max(1, jobs)) as threads:
            ran = list(threads.map(run, stage))
        done += ran
        fallen = {node for run in ran for node, result in run.results.items() if result.outcome != "passed"}
        alive = [node for node in alive if node not in fallen]
    return done


@dataclass(slots=True)
class PytestWorker:
    """For these test files; each run gets a fresh scratch folder. `source` is the file that the traced run traces.

    Nodes of several files begin with the file's name: "test_a.py::test_x[case]". With a `place` the files are run where
    they are, in that working folder, with the project's own settings; `traced` are then the files of the project; without,
    they rely on what `setup` tells of. `django`: they are Django's, in a project without pytest-django.
    """

    python: str
    files: tuple[Path, ...]
    sys_path: tuple[str, ...]
    scratch_root: Path
    limits: Limits
    source: str = ""
    plugins: bool = False
    stop: Callable[[], bool] | None = None
    place: str = ""
    traced: tuple[str, ...] = ()
    setup: PytestSetup = field(default_factory=PytestSetup)
    isolation: str = "auto"
    environment: Mapping[str, str] = field(default_factory=dict)
    django: bool = False

    def stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def run(self, condition: Condition, nodes: Sequence[str], alive: Sequence[str]) -> ConditionRun:
        """Every node of `alive` gets a result. A test that takes the process down costs a repeat without it."""
        run = ConditionRun(condition)
        if self.stopped():  # never proven by fewer runs than were asked for
            run.results = dict.fromkeys(alive, RunResult(condition.words, "missing", "interrupted before this run"))
            return run
        down: dict[str, RunResult] = {}
        while True:
            left = [node for node in alive if node not in down]
            attempt, end = self._attempt(condition, nodes, [n for n in nodes if n not in left])
            run.isolation = end.isolation
            run.touched |= attempt.touched
            run.left |= attempt.left
            run.rebound |= attempt.rebound
            if self.stopped():
                break
            blamed = {n: r for n, r in _blamed(attempt, end).items() if n in left}
            if not blamed:
                break
            down |= blamed
        run.arcs, run.files, run.collection_errors = attempt.arcs, attempt.files, attempt.collection_errors
        run.refused, run.skipped = attempt.refused, attempt.skipped
        run.foreign = tuple(n for n in (*attempt.collected, *attempt.uncollected) if n not in nodes)
        run.uncollected = tuple(attempt.uncollected)
        absent = RunResult(condition.words, "missing", _why_missing(attempt, end))
        ran = attempt.results if attempt.ended_well or self.stopped() else _undone(attempt, condition)
        run.results = {node: down.get(node) or ran.get(node, absent) for node in alive}
        return run

    def _attempt(self, condition: Condition, nodes: Sequence[str], deselect: Sequence[str]) -> tuple[_Attempt, JobEnd]:
        scratch = Path(tempfile.mkdtemp(prefix=f"{condition.order.partition(':')[0]}-", dir=self.scratch_root))
        attempt = _Attempt(condition)
        job = self._job(condition, nodes, deselect, scratch)
        end = run_job(
            self.python,
            job,
            on_message=attempt.take,
            wall_seconds=job["seconds"] + 30.0,
            stop=self.stop,
            environment={**self.environment, **condition.environment},
        )
        shutil.rmtree(scratch, ignore_errors=True)
        if attempt.pytest_missing:
            raise _no_pytest(self.python)
        if end.reason == "refused":
            raise SandboxError(
                f"the sandbox refused to run tests: {end.detail}", slug="sandbox-refused", where=self.python
            )
        return attempt, end

    def _job(
        self, condition: Condition, nodes: Sequence[str], deselect: Sequence[str], scratch: Path
    ) -> dict[str, Any]:
        slower = 5.0 if condition.trace else 1.0
        test_seconds, import_seconds = self.limits.test_seconds * slower, self.limits.import_seconds * slower
        return {
            "task": "gate",
            "argv": ["pytest", "-q"]
            if condition.trace
            else ["/somewhere/pytest/__main__.py", condition.order, "tests"],
            "sys_path": [*self.sys_path, *self.setup.sys_path],
            "scratch": str(scratch),
            "memory_mb": self.limits.memory_mb,
            "isolation": self.isolation,
            "files": [str(file) for file in self.files],
            "source": self.source,
            "order": condition.order,
            "trace": condition.trace,
            "plugins": self.plugins,
            "deselect": list(deselect),
            # No limit of its own: a test may be silent for so long, and each of them may take all of it.
            "seconds": import_seconds + test_seconds * len(nodes),
            "test_seconds": test_seconds,
            "import_seconds": import_seconds,
            "place": self.place,
            "readable": [self.place, *(str(file.parent) for file in self.files)] if self.place else [],
            "sources": list(self.traced),
            "sequence": list(condition.sequence),
            "clock": condition.clock,
            "setup": self.setup.to_plain(),
            "django": self.django,
        }


def _how_it_went_down(end: dict[str, Any]) -> tuple[str, str]:
    """The outcome and detail of the test that was running when its process ended."""
    kind = str(end["kind"])
    if kind in ("timeout", "silent"):
        return "timeout", "did not end in time"
    if kind == "memory":
        return "crashed", "needed more memory than it may have"
    if kind == "ok":
        return "crashed", "ended the whole pytest run"
    return "crashed", f"ended the whole process ({kind} {end.get('code', '')})".replace(" )", ")")


def _blamed(attempt: _Attempt, end: JobEnd) -> dict[str, RunResult]:
    """The test that was running when the process ended; when pytest itself could not go on, those that left a mark."""
    if attempt.collection_errors:  # then pytest ran nothing
        return {}
    if attempt.at:
        how = _how_it_went_down(attempt.end or {"kind": end.reason})
        return {attempt.at: RunResult(attempt.condition.words, *how)}
    if attempt.ended_well:
        return {}
    return {node: result for node, result in attempt.results.items() if result.outcome == "escaped"}


def _undone(attempt: _Attempt, condition: Condition) -> dict[str, RunResult]:
    """Some test left the process in a state that its runner did not survive: which one it was, this run cannot tell."""
    spoilt = RunResult(condition.words, "missing", "pytest did not come to its end after it")
    return {node: spoilt if r.outcome == "passed" else r for node, r in attempt.results.items()}


def _why_missing(attempt: _Attempt, end: JobEnd) -> str:
    if attempt.collection_errors:
        return attempt.collection_errors[0]
    if attempt.collected:
        return "pytest did not collect it"
    kind = str(attempt.end.get("kind", end.reason))
    what = _BEFORE_COLLECTED.get(kind, f"pytest gave up ({kind})")
    return " ".join(f"{what} {end.detail} {end.stderr_tail[-200:]}".split())


def _no_pytest(python: str) -> ProjectError:
    return ProjectError(
        f"pytest cannot be imported by {python!r}",
        slug="pytest-missing",
        where=python,
        hint=f"{python} -m pip install pytest",
    )
