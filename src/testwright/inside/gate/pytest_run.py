"""Runs one real pytest, over copies of the test files or over them where they are, in this (restricted) process."""

from __future__ import annotations

import atexit
import io
import os
import sys
import threading
from collections.abc import Iterable
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..observing.shifted_clock import shift_clock
from .django_tests import DjangoTests
from .each_alone import EachAlone
from .in_place import AbsorbedOptions, arguments_in_place
from .line_tracer import LineTracer
from .pytest_setup import PytestSetup
from .reporter import Reporter

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["UNWANTED_PLUGINS", "Plan", "arguments_apart", "copied", "forget_the_users_settings", "run_pytest"]

# Plugins that reorder, repeat, spread, trace or end tests: the gate does that itself, and must see plainly.
UNWANTED_PLUGINS = (
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
    "testwright",
)
_MISUSED = 4
"""pytest's exit code for options and settings that it cannot work with."""


@dataclass(frozen=True)
class Plan:
    """One run. `files` are (name, content): the child may not be allowed to read them where they are.

    `deselect` are node names. Without `plugins` pytest loads none but its own. With a `place` the files are run where
    they are, in that working folder, with the project's own settings; `sources` are then its files that are traced.
    `sequence` names the tests to run, in this order. `clock` is "" (the real one), "later" or "stand-in" (the same
    objects as for "later", telling the real time). `setup` is for files that are not run where they are. `django`: its
    set-up for tests is done by us.
    """

    files: tuple[tuple[str, bytes], ...]
    source: str
    order: str
    trace: bool
    plugins: bool
    deselect: frozenset[str]
    test_seconds: float
    import_seconds: float
    place: str = ""
    sources: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()
    clock: str = ""
    setup: PytestSetup = field(default_factory=PytestSetup)
    django: bool = False

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> Plan:
        place = str(job.get("place", ""))
        return cls(
            files=tuple((name, b"") if place else (Path(name).name, Path(name).read_bytes()) for name in job["files"]),
            source=str(job["source"]),
            order=str(job.get("order", "given")),
            trace=bool(job.get("trace", False)),
            plugins=bool(job.get("plugins", False)),
            deselect=frozenset(job.get("deselect", ())),
            test_seconds=float(job.get("test_seconds", 10.0)),
            import_seconds=float(job.get("import_seconds", 60.0)),
            place=place,
            sources=tuple(os.path.realpath(name) for name in job.get("sources", ())),
            sequence=tuple(job.get("sequence", ())),
            clock=str(job.get("clock", "")),
            setup=PytestSetup.from_plain(job.get("setup", {})),
            django=bool(job.get("django", False)),
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
    forget_the_users_settings(plan.plugins)
    beat = CollectingBeat(channel, plan.import_seconds, plan.test_seconds)
    if plan.clock:
        shift_clock(shifted=plan.clock == "later", step=0.0)  # how long something takes is no date
    tracer = _tracer(plan) if plan.trace else None
    if tracer is not None:
        tracer.start()
    try:
        pytest = _pytest_module(channel)
        if pytest is None:
            return
        arguments = _arguments_of(plan, scratch)
        code = int(pytest.main(arguments, plugins=[*_ours(plan, channel, tracer), beat]))
    finally:
        beat.end()
        if tracer is not None:
            tracer.stop()
    atexit._run_exitfuncs()  # as the interpreter will, when people run the tests: this process ends without
    words = {"words": _words_of(pytest, arguments)} if code == _MISUSED else {}
    channel.send({"event": "finished", "code": code, **words})


def _tracer(plan: Plan) -> LineTracer:
    return LineTracer(plan.sources, functions_only=True) if plan.place else LineTracer(plan.source)


def _words_of(pytest: Any, arguments: list[str]) -> str:
    """What pytest says of options and settings that it cannot work with."""
    said = io.StringIO()
    with redirect_stderr(said):
        pytest.main(arguments, plugins=[AbsorbedOptions()])
    return " ".join(said.getvalue().split())[:500]


def _ours(plan: Plan, channel: Channel, tracer: LineTracer | None) -> list[Any]:
    reporter = Reporter(channel, plan, tracer=tracer)
    alone = [EachAlone(channel, plan.test_seconds)] if plan.order == "alone" else []
    around = [*([AbsorbedOptions()] if plan.place else []), *([DjangoTests()] if plan.django else [])]
    return [reporter, *alone, *around]


def forget_the_users_settings(plugins: bool) -> None:
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


def _arguments_of(plan: Plan, scratch: Path) -> list[str]:
    if not plan.place:
        return arguments_apart(copied(plan.files, scratch, plan.setup), scratch, plan.setup)
    os.chdir(plan.place)
    return arguments_in_place([name for name, _ in plan.files], str(scratch), UNWANTED_PLUGINS)


def copied(files: Iterable[tuple[str, bytes]], scratch: Path, setup: PytestSetup) -> list[Path]:
    """Copies in a folder of their own, so that no conftest.py of the project can reach them but those of the set-up."""
    folder = setup.laid_out(scratch / "tests")
    written = []
    for name, content in files:
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return written


def arguments_apart(files: Iterable[Path], scratch: Path, setup: PytestSetup) -> list[str]:
    """With no settings but pytest's own, and those that the files rely on."""
    unwanted = [part for name in UNWANTED_PLUGINS for part in ("-p", f"no:{name}")]
    places = [f"--rootdir={scratch}", f"--confcutdir={scratch}", f"--basetemp={scratch / 'basetemp'}", "-c", os.devnull]
    return [*(str(file) for file in files), "-q", "--tb=short", *unwanted, *places, *setup.arguments]
