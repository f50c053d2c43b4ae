"""Runs one real pytest over copies of the test files in this (restricted) process."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .each_alone import EachAlone
from .line_tracer import LineTracer
from .reporter import Reporter

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Plan", "run_pytest"]

# Plugins that reorder, repeat, spread, trace or end tests: the gate does that itself, and must see plainly.
_UNWANTED_PLUGINS = (
    "cacheprovider",
    "randomly",
    "random_order",
    "xdist",
    "xdist.looponfail",
    "pytest_cov",
    "rerunfailures",
    "flaky",
    "timeout",
    "pytest_timeout",
    "sugar",
    "forked",
)


@dataclass(frozen=True)
class Plan:
    """One run. `files` are (name, content): the child may not be allowed to read them where they are.

    `deselect` are node names. Without `plugins` pytest loads none but its own.
    """

    files: tuple[tuple[str, bytes], ...]
    source: str
    order: str
    trace: bool
    plugins: bool
    deselect: frozenset[str]
    test_seconds: float
    import_seconds: float

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> Plan:
        return cls(
            files=tuple((Path(name).name, Path(name).read_bytes()) for name in job["files"]),
            source=str(job["source"]),
            order=str(job.get("order", "given")),
            trace=bool(job.get("trace", False)),
            plugins=bool(job.get("plugins", False)),
            deselect=frozenset(job.get("deselect", ())),
            test_seconds=float(job.get("test_seconds", 10.0)),
            import_seconds=float(job.get("import_seconds", 60.0)),
        )


class CollectingBeat:
    """Gives signs of life while the test files are imported, so that `import_seconds` limit that, not a test's."""

    def __init__(self, channel: Channel, import_seconds: float, test_seconds: float) -> None:
        self._channel = channel
        self._pause = min(1.0, test_seconds / 4)
        self._beats = int(import_seconds / self._pause)
        self._collected = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def pytest_collection_finish(self, session: Any) -> None:
        self.end()

    def end(self) -> None:
        """For good, before a test runs: tests may count threads."""
        self._collected.set()
        self._thread.join()

    def _beat(self) -> None:
        for _ in range(self._beats):
            self._channel.note(0, "collecting")
            if self._collected.wait(self._pause):
                return


def run_pytest(plan: Plan, scratch: Path, channel: Channel) -> None:
    """Sends what `Reporter` sends, then "finished" with pytest's exit code; without it the process died on the way.

    The tracer starts before pytest is imported: it sees the import of the target even where pytest itself needs it.
    """
    _forget_the_users_settings(plan.plugins)
    beat = CollectingBeat(channel, plan.import_seconds, plan.test_seconds)
    tracer = LineTracer(plan.source) if plan.trace else None
    if tracer is not None:
        tracer.start()
    try:
        pytest = _pytest_module(channel)
        if pytest is None:
            return
        code = pytest.main(_arguments(_copied(plan, scratch), scratch), plugins=[*_ours(plan, channel, tracer), beat])
    finally:
        beat.end()
        if tracer is not None:
            tracer.stop()
    atexit._run_exitfuncs()  # as the interpreter will, when people run the tests: this process ends without
    channel.send({"event": "finished", "code": int(code)})


def _ours(plan: Plan, channel: Channel, tracer: LineTracer | None) -> list[Any]:
    several = len(plan.files) > 1
    reporter = Reporter(channel, order=plan.order, deselect=plan.deselect, tracer=tracer, several=several)
    return [reporter, EachAlone(channel, plan.test_seconds)] if plan.order == "alone" else [reporter]


def _forget_the_users_settings(plugins: bool) -> None:
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG", "COVERAGE_PROCESS_START"):
        os.environ.pop(name, None)
    if not plugins:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True  # it would land beside the files, where nothing may be written


def _pytest_module(channel: Channel) -> Any:
    try:
        import pytest
    except ImportError as error:
        channel.send({"event": "pytest-missing", "detail": str(error)})
        return None
    return pytest


def _copied(plan: Plan, scratch: Path) -> list[Path]:
    """Copies in a folder of their own, so that no conftest.py of the project can reach them."""
    folder = scratch / "tests"
    folder.mkdir(exist_ok=True)
    for name, content in plan.files:
        (folder / name).write_bytes(content)
    return [folder / name for name, _ in plan.files]


def _arguments(files: list[Path], scratch: Path) -> list[str]:
    unwanted = [part for name in _UNWANTED_PLUGINS for part in ("-p", f"no:{name}")]
    places = [f"--rootdir={scratch}", f"--confcutdir={scratch}", f"--basetemp={scratch / 'basetemp'}", "-c", os.devnull]
    return [*(str(file) for file in files), "-q", "--tb=short", *unwanted, *places]
