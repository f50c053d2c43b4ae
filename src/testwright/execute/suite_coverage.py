"""Runs the project's own suite once under coverage.py, apart from the network and the user's files where that can be had."""

from __future__ import annotations

import os
import re
import signal
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from testwright.config.request import pytest_missing
from testwright.errors import InternalError, ProjectError, SandboxError
from testwright.execute.some_of_many import counted, first_few
from testwright.nouns import SuiteOrder
from testwright.workers import JobEnd, run_job

__all__ = ["PLAIN", "SuiteRun", "run_suite"]

Progress = Callable[[int, int, str], None]
PLAIN = "none (as your own pytest run)"
APART = "namespaces+read-only"
"""What is asked of the sandbox: not another user, as the suite may do what its own may."""
LAYERED = True
"""Whether the private copy of the project may be a layer over it, for which nothing need be copied."""

_PREPARING_SECONDS = 300.0
"""For what is not pytest's: copying the project, and clearing away."""
_TOLD = 3
_OUTCOMES = frozenset({"passed", "failed", "error", "skipped", "xfailed", "xpassed"})
_MISUSED, _NOTHING_COLLECTED = 4, 5
_SETTINGS_FILES = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
_KEPT_RUN, _KEPT_REPORT = ("plugins", "concurrency", "disable_warnings"), ("exclude_lines", "partial_branches")
_INSTALLED = ("site-packages", "dist-packages")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """One run of the suite. `outcomes` (passed, failed, error, skipped, xfailed, xpassed) and `durations` (seconds) are by
    pytest's node id, which is also the context that a line was executed in.

    `data_files` are coverage.py's, in the scratch folder: one, or none when nothing was measured. `settings` is the file
    of settings that it was measured with and is to be reported with. `exit_code` is pytest's, negative for a signal;
    `problem` is "" or why it did not come to its end.
    """

    data_files: tuple[str, ...]
    settings: str
    outcomes: Mapping[str, str]
    durations: Mapping[str, float]
    seconds: float
    exit_code: int
    collected: int
    isolation: str
    notices: tuple[str, ...] = ()
    problem: str = ""
    slept: Mapping[str, float] = field(default_factory=dict)
    """Seconds for which a test asked to sleep, where that was watched."""
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names and addresses of other machines that a test asked for, where that was watched."""
    details: Mapping[str, str] = field(default_factory=dict)
    """The last words of tests that did not pass."""
    parts: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Where parts of the suite were asked for, the outcomes of each, by its number."""


@dataclass(slots=True)
class _Heard:
    """What the worker told; what does not fit is dropped, as the project's own code can write there too."""

    on_progress: Progress | None
    outcomes: dict[str, str] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    slept: dict[str, float] = field(default_factory=dict)
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    parts: dict[int, dict[str, str]] = field(default_factory=dict)
    uncollected: list[str] = field(default_factory=list)
    collected: int = 0
    at: str = ""
    begun: bool = False
    not_started: str = ""
    """Why coverage.py could not be."""
    unmeasured: str = ""
    """Where the measuring was ended by a test."""
    finished: bool = False
    world: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)
    no_copy: str = ""

    def take(self, message: dict[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            self._sorted(message)

    def _sorted(self, message: dict[str, Any]) -> None:
        match message.get("event"):
            case "begun":
                self.begun, self.not_started = True, str(message["unmeasured"])
            case "collected":
                self.collected = int(message["count"])
            case "collection-error":
                self.uncollected.append(f"{message['node']}: {message['detail']}")
            case "start":
                self.at = str(message["node"])
                self._progress()
            case "test":
                self._test(message)
            case "unmeasured":
                self.unmeasured = self.unmeasured or self.at
            case "finished":
                self.finished = True
            case "no-copy":
                self.no_copy = str(message["detail"])
            case "world":
                self.world = message
            case "end":
                self.end = message

    def _test(self, message: dict[str, Any]) -> None:
        node, outcome = str(message["node"]), message["outcome"]
        if outcome not in _OUTCOMES:
            return
        self.outcomes[node], self.durations[node] = outcome, float(message["seconds"])
        if (part := int(message["part"])) >= 0:
            self.parts.setdefault(part, {})[node] = outcome
        if slept := float(message["slept"]):
            self.slept[node] = slept
        if hosts := tuple(str(host) for host in message["hosts"]):
            self.hosts[node] = hosts
        if outcome in ("failed", "error"):
            self.details[node] = str(message["detail"])
        self._progress()

    def _progress(self) -> None:
        if self.on_progress is not None:
            self.on_progress(len(self.outcomes), self.collected, self.at)


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for."""

    root: str
    python: str
    tests: tuple[str, ...]
    arguments: tuple[str, ...]
    seconds: float
    order: SuiteOrder | None = None

    @property
    def spelled(self) -> str:
        return " ".join([self.python, "-m", "pytest", *self.arguments, *self.tests])


def run_suite(
    *,
    root: str,
    python: str,
    tests: Sequence[str],
    sources: Sequence[str],
    packages: Sequence[str] = (),
    arguments: Sequence[str],
    seconds: float,
    scratch: Path,
    stop: Callable[[], bool] | None = None,
    on_progress: Progress | None = None,
    order: SuiteOrder | None = None,
) -> SuiteRun:
    """Run `python -m pytest *arguments *tests` in `root`, and measure what it executes below the folders `sources`.

    `packages` are the names of what is there: the tests may import an installed copy of it, which is measured too.

    The measuring, child processes included, is coverage.py's, of the interpreter's environment if it has one, else ours.
    pytest-cov, if the project asks for it, is told not to measure a second time. `seconds` is by the clock, for pytest
    alone; what was measured until then is kept. `on_progress` is given (tests that ended, tests in all, node id). With an
    `order`, tests run one after the other, whatever the project asks for.

    ProjectError `pytest-missing`, or `suite-not-runnable` where pytest did not begin to run any test; SandboxError when
    no worker can be started.
    """
    asked = _Order(os.path.realpath(root), python, tuple(tests), tuple(arguments), seconds, order)
    heard, notices = _Heard(on_progress), list[str]()
    settings = _settings(asked.root, sources, packages, notices)
    job = _job(asked, settings, scratch)
    end = run_job(python, job, on_message=heard.take, wall_seconds=seconds + _PREPARING_SECONDS, stop=stop)
    _require_a_run(asked, heard, end)
    place = scratch.resolve() / "suite"
    data_files = _combined(place, notices) if heard.outcomes or not heard.finished else ()
    if not heard.collected and not heard.uncollected and heard.finished:
        notices.append(f"pytest found no tests in {asked.root}: all of the source counts as not covered")
    elif not data_files:
        notices.append(f"the suite executed nothing below {', '.join(sources)}")
    return SuiteRun(
        data_files=data_files,
        settings=str(place / "settings.toml"),
        outcomes=heard.outcomes,
        durations=heard.durations,
        seconds=float(heard.end.get("seconds", seconds)),
        exit_code=int(heard.end.get("status", -signal.SIGKILL)),
        collected=heard.collected,
        isolation=_isolation(heard),
        notices=(*notices, *_notices(heard)),
        problem=_problem(asked, heard, end),
        slept=heard.slept,
        hosts=heard.hosts,
        details=heard.details,
        parts=heard.parts,
    )


def _job(order: _Order, settings: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    import coverage

    return {
        "task": "suite",
        "scratch": str(scratch),
        "isolation": APART,
        "python": order.python,
        "root": order.root,
        "tests": list(order.tests),
        "arguments": list(order.arguments),
        "seconds": order.seconds,
        "settings": settings,
        "coverage": [os.path.dirname(os.path.realpath(coverage.__file__)), coverage.__version__],
        "environment": _environment(order.order),
        "layered": LAYERED,
        "order": asdict(order.order) if order.order else None,
    }


def _environment(order: SuiteOrder | None) -> dict[str, str]:
    seed = order.hash_seed if order is not None else None
    return {**os.environ, **({} if seed is None else {"PYTHONHASHSEED": str(seed)})}


def _settings(root: str, sources: Sequence[str], packages: Sequence[str], notices: list[str]) -> dict[str, Any]:
    """coverage.py's, by table: what is measured is ours to say, what does not count is the project's."""
    tables: dict[str, Any] = {"run": {}, "report": {}}
    installed: list[str] = []
    file = _settings_file(root)
    if file:
        from coverage.exceptions import CoverageException

        try:
            tables, installed = _own_settings(file)
        except CoverageException as error:
            notices.append(f"the coverage settings in {file!r} are left out: {error}")
    run = tables["run"]
    run["concurrency"] = sorted({*run.get("concurrency", ["thread"]), "multiprocessing"})
    folders = [_escaped(os.path.realpath(folder)) for folder in sources]
    run |= {"branch": True, "parallel": True, "sigterm": True, "source": folders}
    run["source_pkgs"] = [*dict.fromkeys([*packages, *installed])]
    # Of a package that no test imports, the report says enough.
    run["disable_warnings"] = [*run.get("disable_warnings", []), "module-not-imported"]
    return tables


def _own_settings(file: str) -> tuple[dict[str, Any], list[str]]:
    """Its tables as far as they are kept, and the packages that are installed copies of its folders."""
    import coverage

    read = coverage.Coverage(config_file=file, data_file=None)
    run = {name: found for name in _KEPT_RUN if (found := _option(read, f"run:{name}"))}
    # Without "subprocess", which is ours to do; versions before 7.10 know none of them.
    patches = [name for name in _option(read, "run:patch") or [] if name != "subprocess"]
    report = {name: _option(read, f"report:{name}") for name in _KEPT_REPORT}
    plugins = {name: _escaped(read.config.get_plugin_options(name)) for name in run.get("plugins", [])}
    options = {name: values for name, values in plugins.items() if values}
    tables = {"run": run | ({"patch": patches} if patches else {}), "report": report, **options}
    return tables, _installed_packages(_option(read, "paths") or {})


def _installed_packages(paths: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of installed packages that the project's `[paths]` call the same as a folder of it: it may be installed
    under a name that its folders do not have.
    """
    places = (re.split(r"[\\/]+", place.rstrip("\\/")) for each in paths.values() for place in each[1:])
    names = [parts[_after_site_packages(parts) :] for parts in places]
    return [".".join(parts) for parts in names if parts and all(part.isidentifier() for part in parts)]


def _after_site_packages(parts: Sequence[str]) -> int:
    """The place of the first part behind the last of such folders; behind the end where there is none."""
    return next((n + 1 for n in reversed(range(len(parts))) if parts[n] in _INSTALLED), len(parts))


def _option(read: Any, name: str) -> Any:
    """None for one that this coverage.py does not know."""
    from coverage.exceptions import ConfigError

    try:
        return _escaped(read.get_option(name))
    except ConfigError:
        return None


def _escaped(value: Any) -> Any:
    """coverage.py replaces `$NAME` in its settings."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list | tuple) else value


def _settings_file(root: str) -> str:
    """The one that coverage.py would read by itself in `root`, "" for none."""
    files = (Path(root, name) for name in _SETTINGS_FILES)
    return next((str(file) for file in files if file.is_file() and _has_coverage_settings(file)), "")


def _has_coverage_settings(file: Path) -> bool:
    if file.name.startswith(".coveragerc"):
        return True
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix != ".toml":
        return re.search(r"^\[coverage:", text, re.MULTILINE) is not None
    try:
        return "coverage" in tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        return False


def _require_a_run(order: _Order, heard: _Heard, end: JobEnd) -> None:
    """Raises what there is to say when there is no evidence at all."""
    if end.reason == "refused":
        raise SandboxError(f"the sandbox refused to run the suite: {end.detail}", slug="sandbox-refused")
    if end.reason == "crashed":
        raise InternalError(f"the worker of the suite broke: {end.detail or end.stderr_tail}", slug="internal-error")
    if heard.not_started:
        raise _not_runnable(order, f"coverage.py cannot be started in it: {heard.not_started}")
    if not heard.end or not heard.end["in_time"] or heard.outcomes:
        return
    tail = str(heard.end["tail"])
    if not heard.begun and "No module named pytest" in tail:
        raise pytest_missing(order.python)
    if _has_no_tests(order, heard):
        return
    if not heard.collected or heard.end["status"] in (_MISUSED, _NOTHING_COLLECTED):
        raise _not_runnable(order, heard.uncollected[0] if heard.uncollected else _last_words(tail))


def _has_no_tests(order: _Order, heard: _Heard) -> bool:
    """pytest looked for itself and found none: that is an answer. Where some were named, there should have been some."""
    nothing = not heard.collected and heard.end["status"] == _NOTHING_COLLECTED
    return nothing and not (heard.uncollected or order.tests or order.arguments)


def _not_runnable(order: _Order, why: str) -> ProjectError:
    return ProjectError(
        f"the project's suite cannot be run: {why}",
        slug="suite-not-runnable",
        where=order.root,
        hint=f"see what {order.spelled!r} says there",
    )


def _last_words(output: str) -> str:
    """What went wrong as pytest tells it, else the last that was said."""
    lines = [line.strip() for line in _COLOUR.sub("", output).splitlines() if line.strip(" =-_")]
    errors = [line for line in lines if re.match(r"E  |ERROR|ImportError|INTERNALERROR> \w+Error|.*: error: ", line)]
    return "; ".join((errors or lines)[-_TOLD:])[:500] or "it said nothing"


def _problem(order: _Order, heard: _Heard, end: JobEnd) -> str:
    """Why it did not come to its end; a suite whose tests fail did."""
    at = heard.at or "the start"
    how_far = f"at {at}, after {len(heard.outcomes)} of {heard.collected} tests"
    if end.reason == "stopped":
        return f"it was interrupted {how_far}"
    if not heard.end or not heard.end["in_time"]:
        return f"it was stopped after {order.seconds:g} s {how_far}"
    status = int(heard.end["status"])
    if status < 0:
        return f"it was ended by {_signal_name(-status)} {how_far}"
    if not heard.finished:
        return f"its process ended with status {status} {how_far}"
    if status in (2, 3) and not heard.uncollected:
        return f"pytest gave up {how_far}: {_last_words(str(heard.end['tail']))}"
    return ""


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def _isolation(heard: _Heard) -> str:
    """In words that say what the suite could and could not do."""
    folder = heard.world.get("folder")
    if not heard.world.get("alone"):
        return PLAIN
    if folder == "real":
        return "no outer network"
    files = "read-only files" if folder == "read-only" else "a copy of the project, all else read-only"
    return f"no outer network, {files}"


def _notices(heard: _Heard) -> Iterator[str]:
    if not heard.world.get("alone"):
        why = "this system gives no namespaces" if sys.platform.startswith("linux") else "this is not Linux"
        yield f"the suite ran as your own pytest run does, with network and your files: {why}"
    elif heard.world["folder"] == "real":
        yield "the suite ran in the project's own folder: this system lets us mount nothing"
    elif heard.world["folder"] == "read-only":
        yield f"the suite could not write into the project's folder, as it could not be copied: {heard.no_copy}"
    if heard.world.get("lent"):
        version = heard.world.get("coverage")
        yield f"the project's interpreter has no coverage.py of version 7.6 or newer: ours, {version}, measured"
    if heard.uncollected:
        yield f"{counted(heard.uncollected, 'test file')} cannot be collected: {first_few(heard.uncollected)}"
    if heard.details:
        not_passed = [f"{node}: {detail}" for node, detail in heard.details.items()]
        yield f"{counted(not_passed, 'test')} did not pass: {first_few(not_passed)}"
    if heard.unmeasured:
        yield f"a test ended the measuring, so that what came after it is not known: {heard.unmeasured}"


def _combined(place: Path, notices: list[str]) -> tuple[str, ...]:
    """One data file of those that the suite's processes left; one cut off in the middle is left out."""
    from coverage import CoverageData
    from coverage.exceptions import CoverageException

    whole = CoverageData(basename=str(place / "combined"))
    unread = 0
    for file in sorted((place / "data").glob("coverage.*")):
        try:
            part = CoverageData(basename=str(file))
            part.read()
            whole.update(part)
        except CoverageException:
            unread += 1
    if unread:
        notices.append(f"what {unread} processes of the suite executed is not known: they were ended while writing it")
    return (str(place / "combined"),) if whole.measured_files() else ()
