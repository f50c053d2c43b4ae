"""Gets what an audit counts from: the files that are named, or a run of the project's suite, now or a while ago."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from testwright.assess.coverage_files import CoverageReader, Surroundings
from testwright.assess.coverage_files.exclusion_settings import exclusion_settings
from testwright.assess.figures_store import evidence_key
from testwright.config.request import Request
from testwright.errors import ProjectError, UsageError
from testwright.execute.kept_suite import kept_run, may_be_kept, suite_state, text_to_keep
from testwright.execute.suite_coverage import SuiteRun, run_suite
from testwright.nouns import SuiteOrder
from testwright.workers import scratch_folder
from testwright.write.stored_file import REMEMBERED, remember

__all__ = ["AuditEvidence", "ProjectSuite", "evidence_of"]

TOLD_OFTEN, TENTHS = 20, 10
"""The run of the suite is told of after so many tests, but not much more often than so."""


@dataclass
class AuditEvidence:
    """`key` stands for all that is in it; `suite` is None where files were named. It is read when that is needed."""

    files: tuple[str, ...]
    root: str
    names: Mapping[str, str]
    """By real path the module of each source."""
    remap: Sequence[tuple[str, str]]
    among: Surroundings | None = None
    """What else the files may speak of, where they are given for several projects."""
    origins: tuple[str, ...] = ()
    suite: SuiteRun | None = None
    notices: list[str] = field(default_factory=list)
    key: bytes = b""

    @cached_property
    def reader(self) -> CoverageReader:
        return CoverageReader(self.files, root=self.root, sources=[*self.names], remap=self.remap, among=self.among)

    def identified(self) -> AuditEvidence:
        """With its key; a file that is not there is told of as whoever reads it does."""
        around = self.among or Surroundings(self.root, (), ())
        places = dict.fromkeys((self.root, *around.projects, around.root))
        settings = [
            self.root,
            *(f"{path}={name}" for path, name in sorted(self.names.items())),
            *map(repr, self.remap),
            *(_text(exclusion_settings(os.path.realpath(place))[0]) for place in places),
            *places,
            *sorted(around.sources),
        ]
        try:
            self.key = evidence_key(self.files, settings)
        except OSError:
            self.read()  # and say what is the matter
        return self

    def read(self) -> CoverageReader:
        return self.reader


def evidence_of(
    request: Request,
    suite: ProjectSuite,
    *,
    root: str,
    names: Mapping[str, str],
    fresh: bool,
    among: Surroundings | None = None,
) -> AuditEvidence:
    """`names` gives the module of each source by real path; `fresh` runs the suite also where nothing has changed.
    `among` are the projects that are audited beside this one.

    Raises ProjectError where evidence cannot be had, UsageError for a --remap that says nothing.
    """
    options = request.options
    made = AuditEvidence(options.coverage, root, names, [_pair(text) for text in options.remap])
    if options.coverage:
        made.origins, made.among = options.coverage, among
        return made.identified()
    kept = None if fresh else suite.kept()
    if kept is not None:
        made.suite, made.origins = kept
        made.files, made.notices = made.suite.data_files, [*made.suite.notices]
        return made.identified()
    with scratch_folder() as scratch:
        made.suite = run = suite.now(scratch)
        made.notices += run.notices
        made.files, made.origins = run.data_files, ("the project's suite, run for this audit",)
        made.identified()
        made.read()  # before the folder goes
    return made


class ProjectSuite:
    """The suite, as the project and the options have it."""

    def __init__(
        self,
        request: Request,
        root: str,
        names: Mapping[str, str],
        progress: Callable[[str], None],
        beside: Sequence[str] = (),
    ) -> None:
        self.beside = beside
        """Sources of projects that are audited together with this one: its tests may import them in place."""
        self.request, self.options, self.root, self.progress = request, request.options, root, progress
        self.packages = sorted({name.partition(".")[0] for name in names.values()})
        self.place = Path(root, REMEMBERED, "suite.json")
        self.data = Path(root, REMEMBERED, "suite.coverage")

    @cached_property
    def state(self) -> str:
        options = self.options
        settings = [
            *options.tests,
            "",
            *options.pytest_arguments,
            "",
            *self.request.project.source_roots,
            *self.packages,
            "",
            *map(_stamp, self.beside),
        ]
        return suite_state(self.root, options.python, settings)

    def kept(self) -> tuple[SuiteRun, tuple[str, ...]] | None:
        found = kept_run(self.place, self.data, self.state)
        if found is None:
            return None
        suite, age = found
        return suite, (f"the project's suite, run {_ago(age)} ago; nothing has changed since (--fresh runs it again)",)

    def now(self, scratch: Path) -> SuiteRun:
        self.progress("running the project's tests once, measured by coverage.py")
        state = self.state
        suite = self._run(scratch, None, self._tell)
        if state and may_be_kept(suite):
            # A folder that cannot be written is no reason to fail: the suite will run again.
            with suppress(ProjectError):
                remember(self.data, Path(suite.data_files[0]).read_bytes())
                remember(self.place, text_to_keep(suite, state))
        return suite

    def once(self, order: SuiteOrder) -> SuiteRun:
        """Another run, of which nothing is kept."""
        with scratch_folder() as scratch:
            return self._run(scratch, order, None)

    def _run(
        self, scratch: Path, order: SuiteOrder | None, on_progress: Callable[[int, int, str], None] | None
    ) -> SuiteRun:
        return run_suite(
            root=self.root,
            python=self.options.python,
            tests=self.options.tests,
            sources=self.request.project.source_roots,
            packages=self.packages,
            arguments=self.options.pytest_arguments,
            seconds=self.options.suite_seconds,
            scratch=scratch,
            on_progress=on_progress,
            order=order,
        )

    def _tell(self, done: int, collected: int, node: str) -> None:
        if done and done % max(TOLD_OFTEN, collected // TENTHS) == 0:
            self.progress(f"{done} of {collected} tests have run")


def _stamp(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError:  # gone meanwhile: that is a change too
        return path
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def _ago(seconds: float) -> str:
    size, unit = next((each for each in ((3600, "hour"), (60, "minute")) if seconds >= each[0]), (1, "second"))
    count = max(1, int(seconds // size))
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _pair(text: str) -> tuple[str, str]:
    before, sign, after = text.partition("=")
    if not sign or not before:
        raise UsageError(
            f"{text!r} does not say what stands for what",
            slug="bad-value",
            where="--remap",
            hint="write FROM=TO, such as --remap /home/ci/build=.",
        )
    return before, after


def _text(path: str) -> str:
    if not path:
        return ""
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()
