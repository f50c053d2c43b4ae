"""The workflow of `testwright audit`: evidence of what the tests cover, figures by function, what to test next, gates."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from testwright.assess.baseline import Baseline, Counts, FileRecord, baseline_text, changes, read_baseline
from testwright.assess.coverage_files import Surroundings
from testwright.assess.diff_coverage import diff_coverage
from testwright.assess.history import churn
from testwright.assess.importers import importer_counts
from testwright.assess.ratchet import floors_of
from testwright.config.audit_order import AuditOrder
from testwright.config.changed_lines import added_lines
from testwright.config.real_paths import RealPaths
from testwright.config.request import Request
from testwright.errors import ProjectError, UsageError
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import CoverageEvidence, ModuleCoverage, SuiteOrder
from testwright.python_source.parsing import without_collector
from testwright.workers import remove_abandoned
from testwright.workflows.audit_evidence import AuditEvidence, ProjectSuite, evidence_of
from testwright.workflows.audit_figures import project_figures
from testwright.workflows.audit_judgement import judge, known_floors, sum_up
from testwright.workflows.audit_result import AuditResult, MutantCount
from testwright.write.stored_file import REMEMBERED, remember

if TYPE_CHECKING:
    from testwright.workflows.audit_suite import SuiteDiagnosis

__all__ = ["audit_project", "named_sources", "require_floors"]

STALE_TOLD = 5


def audit_project(
    request: Request, order: AuditOrder, *, progress: Callable[[str], None], among: Surroundings | None = None
) -> AuditResult:
    """What was counted is stored in .testwright/, and used by the next audit as far as nothing has changed. `among` are
    the projects that are audited beside this one.

    Raises ProjectError and UsageError where evidence, history or suite cannot be had.
    """
    require_floors(order, request.options.audit_ratchet)
    remove_abandoned()
    return _Audit(request, order, progress, among).all()


def require_floors(order: AuditOrder, ratchet: str) -> None:
    """Raises UsageError where floors are to be raised and no file of them was named."""
    if order.update and not ratchet:
        raise UsageError(
            "there are no floors to raise",
            slug="bad-usage",
            where="--update",
            hint="name the file of floors with --ratchet FILE",
        )


def named_sources(request: Request) -> dict[str, str]:
    """By real path the name of each module of the project, and of what was asked for beside."""
    asked = _asked(request)
    return asked if request.is_whole else _of_project(request) | asked


def _asked(request: Request) -> dict[str, str]:
    real = RealPaths()
    return {real.of(target.source): target.module for target in request.targets}


def _of_project(request: Request) -> dict[str, str]:
    real = RealPaths()
    return {real.of(file.path): file.module for file in request.project.modules()}


class _Audit:
    def __init__(
        self,
        request: Request,
        order: AuditOrder,
        progress: Callable[[str], None],
        among: Surroundings | None,
    ) -> None:
        self.among = among
        self.request, self.options, self.order, self.progress = request, request.options, order, progress
        self.root = os.path.realpath(request.project.root)
        self.asked = _asked(request)
        self.project = dict(self.asked) if request.is_whole else _of_project(request)
        """By real path the name of each module of the project."""
        self.contents: dict[str, str] = {}
        """By path relative to the root the hash of each source's text."""
        self.result = AuditResult(self.root)

    def all(self) -> AuditResult:
        started = time.monotonic()
        since, update = self.order.since, self.order.update
        floors = known_floors(self.options, update=update)  # a damaged file is told before the suite runs
        wants_changes = since is not None or self.options.audit_diff_fail_under is not None
        changed = added_lines(self.root, since or "") if wants_changes else None
        names = self.project | self.asked
        suite = ProjectSuite(
            self.request, self.root, names, self.progress, self.among.sources if self.among is not None else ()
        )
        evidence = evidence_of(
            self.request, suite, root=self.root, names=names, fresh=self.order.fresh, among=self.among
        )
        self.result.suite = evidence.suite
        self._note(evidence.notices)
        if self.order.diagnose:
            self.result.diagnosis = self._diagnosis(suite, evidence.suite)
        if self.order.mutants:
            self.result.mutants = self._mutants()
        self.progress("reading the source and its history")
        with without_collector():
            self._measure(evidence, names, changed or {})
            if changed is not None:
                self.result.diff = diff_coverage(self._asked_for(), changed)
            sum_up(self.result, self.options.sort)
        judge(self.result, self.options, floors, update=update)
        self._compare_with_last()
        self.result.seconds = time.monotonic() - started
        return self.result

    def _diagnosis(self, suite: ProjectSuite, first: SuiteRun | None) -> SuiteDiagnosis | None:
        from testwright.workflows.audit_suite import diagnose_suite

        tops = frozenset(name.partition(".")[0] for name in self.project.values())
        try:
            run = first if first is not None else suite.once(SuiteOrder())
            found = diagnose_suite(run, suite.once, root=self.root, tops=tops, progress=self.progress)
        except ProjectError as error:  # the rest of the audit needs none of it
            self._note([f"the tests are not diagnosed: {error.message}"])
            return None
        self._note(found.notices)
        return found

    def _mutants(self) -> Mapping[str, MutantCount] | None:
        """By path relative to the root."""
        from testwright.workflows.mutate_suite import mutate_suite

        try:
            found = mutate_suite(self.request, progress=self.progress)
        except ProjectError as error:
            self._note([f"no mutants were judged: {error.message}"])
            return None
        counts: dict[str, MutantCount] = {}
        for verdict in found.judged:
            path = os.path.relpath(os.path.realpath(verdict.mutant.path), self.root).replace(os.sep, "/")
            counts[path] = counts.get(path, MutantCount()).plus(verdict.caught)
        return counts

    # ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _measure(self, evidence: AuditEvidence, names: Mapping[str, str], changed: Mapping[str, set[int]]) -> None:
        history = churn(self.root)
        found = project_figures(evidence, root=self.root, names=names, asked=self.asked.keys(), fresh=self.order.fresh)
        self.result.origins, self.result.files = evidence.origins, found.files
        self.contents = {figures.path: found.contents[path] for path, figures in found.modules.items()}
        self._note(found.notices)
        self._note(history.notices)
        by_module = {name: path for path, name in names.items()}
        counts = importer_counts(by_module, found.imports, self.request.project.source_roots)
        self.result.modules = [
            figures.rated(
                commits=history.of(path), importers=counts.get(path, 0), changed_lines=changed.get(path, frozenset())
            )
            for path, figures in found.modules.items()
        ]
        self._note(_stale_notices(self.result.modules))

    def _asked_for(self) -> CoverageEvidence:
        return CoverageEvidence({path: file for path, file in self.result.files.items() if path in self.asked})

    # ── what was before ───────────────────────────────────────────────────────────────────────────────────

    def _compare_with_last(self) -> None:
        """With the last audit of the whole project, and stores this one in its place, if it is of the whole too and its
        suite came to the end.
        """
        if self.asked.keys() != self.project.keys() or not self.result.is_whole:
            return
        path = os.path.join(self.root, REMEMBERED, "audit.json")
        before, notices = read_baseline(path)
        self._note(notices)
        now = self._baseline()
        if before is not None:
            self.result.before, self.result.changes = before.totals, changes(before, now)
        try:
            remember(Path(path), baseline_text(now))
        except ProjectError as error:
            self._note([f"the next audit will not know of this one: {error.message}"])

    def _baseline(self) -> Baseline:
        totals = self.result.totals
        records = {
            path: FileRecord(counts, self.contents.get(path, ""))
            for path, counts in floors_of(self.result.modules).items()
        }
        return Baseline(Counts(totals.covered, totals.statements, totals.taken, totals.branches), records)

    def _note(self, notices: tuple[str, ...] | list[str]) -> None:
        self.result.notices += [notice for notice in notices if notice not in self.result.notices]


def _stale_notices(modules: Sequence[ModuleCoverage]) -> list[str]:
    stale = [module for module in modules if module.stale]
    told = [f"{module.path} has changed since it was measured: {module.stale}" for module in stale[:STALE_TOLD]]
    return [*told, f"so have {len(stale) - STALE_TOLD} more files"] if len(stale) > STALE_TOLD else told
