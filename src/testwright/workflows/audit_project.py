"""The workflow of `testwright audit`: evidence of what the tests cover, figures by function, what to test next, gates."""

from __future__ import annotations

import ast
import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from testwright.assess.baseline import Baseline, Counts, FileRecord, baseline_text, changes, read_baseline
from testwright.assess.batches import group_into_batches
from testwright.assess.coverage_files import CoverageReader, SourceFile
from testwright.assess.diff_coverage import diff_coverage
from testwright.assess.gates import GateFigures, GateLimits, failed_gates
from testwright.assess.health import health, simple_share
from testwright.assess.history import churn
from testwright.assess.importers import import_targets, importer_counts
from testwright.assess.module_figures import ModuleFigures, module_figures
from testwright.assess.ranking import ranked
from testwright.assess.ratchet import drops, floors_of, floors_text, raised_floors, read_floors
from testwright.config.changed_lines import added_lines
from testwright.config.request import Request
from testwright.errors import UsageError
from testwright.execute.suite_coverage import SuiteRun, run_suite
from testwright.nouns import CoverageEvidence, FileCoverage, ModuleCoverage
from testwright.python_source.parsing import without_collector
from testwright.workers import remove_abandoned, scratch_folder
from testwright.workflows.audit_result import AuditResult
from testwright.write.apply import write_atomically

__all__ = ["audit_project"]

STALE_TOLD = 5
TOLD_OFTEN, TENTHS = 20, 10
"""The run of the suite is told of after so many tests, but not much more often than so."""


def audit_project(
    request: Request, *, since: str | None = None, update: bool = False, progress: Callable[[str], None]
) -> AuditResult:
    """`since` asks for what changed since that revision ("" = the merge base with the main branch); the gate on changes
    asks for it too. With `update` the floors of the ratchet file are raised. What was counted is stored in .testwright/.

    Raises ProjectError and UsageError where evidence, history or suite cannot be had.
    """
    if update and not request.options.audit_ratchet:
        raise UsageError(
            "there are no floors to raise",
            slug="bad-usage",
            where="--update",
            hint="name the file of floors with --ratchet FILE",
        )
    remove_abandoned()
    return _Audit(request, progress).all(since, update)


class _Audit:
    def __init__(self, request: Request, progress: Callable[[str], None]) -> None:
        self.request, self.options, self.progress = request, request.options, progress
        self.root = os.path.realpath(request.project.root)
        self.project = {os.path.realpath(file.path): file.module for file in request.project.modules()}
        """By real path the name of each module of the project."""
        self.asked = {os.path.realpath(target.source): target.module for target in request.targets}
        self.result = AuditResult(self.root)

    def all(self, since: str | None, update: bool) -> AuditResult:
        started = time.monotonic()
        floors = self._floors(update)  # a damaged file is told before the suite runs
        wants_changes = since is not None or self.options.audit_diff_fail_under is not None
        changed = added_lines(self.root, since or "") if wants_changes else None
        evidence = self._evidence()
        self.progress("reading the source and its history")
        with without_collector():
            self._measure(evidence, changed or {})
            if changed is not None:
                self.result.diff = diff_coverage(self._asked_for(), changed)
            self._sum_up()
        self._judge(floors, update)
        self._compare_with_last()
        self.result.seconds = time.monotonic() - started
        return self.result

    # ── evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _evidence(self) -> CoverageReader:
        if self.options.coverage:
            return self._read(self.options.coverage)
        with scratch_folder() as scratch:
            suite = self._run_suite(scratch)
            self._note(suite.notices)
            self.result.suite = suite
            reader = self._read(suite.data_files)
            reader.origins = ("the project's suite, run for this audit",)
            return reader

    def _read(self, files: tuple[str, ...]) -> CoverageReader:
        sources = [*(self.project | self.asked)]
        return CoverageReader(
            files, root=self.root, sources=sources, remap=[_pair(text) for text in self.options.remap]
        )

    def _run_suite(self, scratch: Path) -> SuiteRun:
        self.progress("running the project's tests once, measured by coverage.py")
        return run_suite(
            root=self.root,
            python=self.options.python,
            tests=self.options.tests,
            sources=self.request.project.source_roots,
            packages=sorted({name.partition(".")[0] for name in self.project.values()}),
            arguments=self.options.pytest_arguments,
            seconds=self.options.suite_seconds,
            scratch=scratch,
            on_progress=self._tell,
        )

    def _tell(self, done: int, collected: int, node: str) -> None:
        if done and done % max(TOLD_OFTEN, collected // TENTHS) == 0:
            self.progress(f"{done} of {collected} tests have run")

    def _asked_for(self) -> CoverageEvidence:
        return CoverageEvidence({path: file for path, file in self.result.files.items() if path in self.asked})

    # ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _measure(self, evidence: CoverageReader, changed: Mapping[str, set[int]]) -> None:
        """Each file is parsed and done with before the next: the trees of a large project fill the memory."""
        history = churn(self.root)
        names = self.project | self.asked
        imported: dict[str, frozenset[str]] = {}
        figures: dict[str, ModuleFigures] = {}
        for source, file in evidence.each():
            path = source.path
            self.result.files[path] = file
            if source.tree is not None:
                imported[path] = import_targets(source.tree, names[path], is_package=path.endswith("__init__.py"))
            if path in self.asked:
                figures[path] = self._figures(names[path], source, file)
        self.result.origins = evidence.origins
        self._note(evidence.notices)
        self._note(history.notices)
        by_module = {name: path for path, name in names.items()}
        counts = importer_counts(by_module, imported, self.request.project.source_roots)
        self.result.modules = [
            found.rated(
                commits=history.of(path), importers=counts.get(path, 0), changed_lines=changed.get(path, frozenset())
            )
            for path, found in figures.items()
        ]
        self._note(_stale_notices(self.result.modules))

    def _figures(self, module: str, source: SourceFile, file: FileCoverage) -> ModuleFigures:
        tree = source.tree if source.tree is not None else ast.Module([], [])
        return module_figures(file, module=module, root=self.root, source=source.content, tree=tree)

    def _sum_up(self) -> None:
        result = self.result
        result.functions = [f for f in ranked(result.modules, self.options.sort) if not f.is_tested]
        result.batches = group_into_batches(result.functions)
        functions = [function for module in result.modules for function in module.functions]
        result.health = health(
            {
                "coverage": result.totals.percent if result.totals.statements else None,
                "complexity": simple_share(functions),
                "diff coverage": result.diff.percent if result.diff is not None else None,
                "stability": _stability(result.suite),
            }
        )

    # ── gates, and what was before ───────────────────────────────────────────────────────────────────────────────────

    def _floors(self, update: bool) -> dict[str, Counts]:
        path = self.options.audit_ratchet
        return read_floors(path, required=not update) if path else {}

    def _judge(self, floors: dict[str, Counts], update: bool) -> None:
        result, options = self.result, self.options
        now = floors_of(result.modules)
        figures = GateFigures(modules=result.modules, diff=result.diff, drops=drops(floors, now), root=self.root)
        limits = GateLimits(
            fail_under=options.audit_fail_under,
            diff_fail_under=options.audit_diff_fail_under,
            max_crap=options.audit_max_crap,
        )
        result.failures = failed_gates(figures, limits)
        if update:
            raised = raised_floors(floors, now, self.root)
            write_atomically(Path(options.audit_ratchet), floors_text(raised.floors))
            result.raised = (len(raised.added), len(raised.raised), len(raised.dropped))

    def _compare_with_last(self) -> None:
        """With the last audit of the whole project, and stores this one in its place, if it is of the whole too and its
        suite came to the end.
        """
        if self.asked.keys() != self.project.keys() or not self.result.is_whole:
            return
        path = os.path.join(self.root, ".testwright", "audit.json")
        before, notices = read_baseline(path)
        self._note(notices)
        now = self._baseline()
        if before is not None:
            self.result.before, self.result.changes = before.totals, changes(before, now)
        write_atomically(Path(path), baseline_text(now))

    def _baseline(self) -> Baseline:
        totals = self.result.totals
        records = {
            path: FileRecord(counts, _content_hash(os.path.join(self.root, path)))
            for path, counts in floors_of(self.result.modules).items()
        }
        return Baseline(Counts(totals.covered, totals.statements, totals.taken, totals.branches), records)

    def _note(self, notices: tuple[str, ...] | list[str]) -> None:
        self.result.notices += [notice for notice in notices if notice not in self.result.notices]


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


def _stale_notices(modules: Sequence[ModuleCoverage]) -> list[str]:
    stale = [module for module in modules if module.stale]
    told = [f"{module.path} has changed since it was measured: {module.stale}" for module in stale[:STALE_TOLD]]
    return [*told, f"so have {len(stale) - STALE_TOLD} more files"] if len(stale) > STALE_TOLD else told


def _content_hash(path: str) -> str:
    """ "" for a file that is not there any more."""
    try:
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()[:16]
    except OSError:
        return ""


def _stability(suite: SuiteRun | None) -> float | None:
    """Percent of the tests that pass, or fail as is expected of them."""
    if suite is None or not suite.outcomes:
        return None
    steady = sum(outcome in ("passed", "xfailed") for outcome in suite.outcomes.values())
    # Of a suite that did not come to its end, some tests have no outcome: they are not steady either.
    return 100.0 * steady / max(len(suite.outcomes), suite.collected if suite.problem else 0)
