"""Audits several projects, each in its own folder with its own suite, and joins what was found in one result."""

from __future__ import annotations

import os
import posixpath
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from testwright.assess.baseline import Change, Counts
from testwright.assess.coverage_files import Surroundings
from testwright.assess.diff_coverage import DiffCoverage
from testwright.assess.gates import GateFailure
from testwright.config.audit_order import AuditOrder
from testwright.config.joint_request import JointRequest
from testwright.config.request import Request
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import FileCoverage, FunctionCoverage, ModuleCoverage
from testwright.workflows.audit_judgement import judge, known_floors, sum_up
from testwright.workflows.audit_project import audit_project, named_sources, require_floors
from testwright.workflows.audit_result import AuditResult, MutantCount

if TYPE_CHECKING:
    from testwright.workflows.audit_suite import SuiteDiagnosis

__all__ = ["audit", "joined"]


def audit(request: Request | JointRequest, order: AuditOrder, *, progress: Callable[[str], None]) -> AuditResult:
    """Of one project as `audit_project` has it; of several, each is audited as if alone, and all are judged together.

    Raises ProjectError and UsageError where evidence, history or the suite of any of them cannot be had.
    """
    if isinstance(request, Request):
        return audit_project(request, order, progress=progress)
    started = time.monotonic()
    ratchets = [request.options.audit_ratchet, *(part.options.audit_ratchet for part in request.parts.values())]
    require_floors(order, next(filter(None, ratchets), ""))
    floors = known_floors(request.options, update=order.update)  # a damaged file is told before a suite runs
    result = joined(request.root, dict(_each(request, order, progress)))
    sum_up(result, request.options.sort)
    judge(result, request.options, floors, update=order.update)
    result.seconds = time.monotonic() - started
    return result


def _each(
    request: JointRequest, order: AuditOrder, progress: Callable[[str], None]
) -> Iterator[tuple[str, AuditResult]]:
    since = order.since
    if since is None and request.options.audit_diff_fail_under is not None:
        since = ""
    among = _surroundings(request)
    for label, part in request.parts.items():
        own = replace(order, since=since, update=order.update and bool(part.options.audit_ratchet))
        yield label, audit_project(part, own, progress=_with_label(label, progress), among=among)


def _with_label(label: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda text: progress(f"{label}: {text}")


def _surroundings(request: JointRequest) -> Surroundings:
    parts = request.parts.values()
    roots = tuple(os.path.realpath(part.project.root) for part in parts)
    return Surroundings(request.root, roots, tuple(path for part in parts for path in named_sources(part)))


# ── what is joined ───────────────────────────────────────────────────────────────────────────────────────────────────


def joined(root: str, parts: Mapping[str, AuditResult]) -> AuditResult:
    """One result of several, by their folders below `root`. What names a file or a test has its project's folder before
    it. It is not yet summed up and judged; limits of a project's own that it fails are there.
    """
    results = [*parts.values()]
    result = AuditResult(root, projects=tuple(parts))
    modules = [_module(module, label) for label, part in parts.items() for module in part.modules]
    result.modules = sorted(modules, key=lambda module: (module.path, module.module))
    result.files = _Files([part.files for part in results])
    result.diff = _diff(results)
    result.suite = _suite({label: part.suite for label, part in parts.items() if part.suite is not None})
    result.diagnosis = _diagnosis({name: part.diagnosis for name, part in parts.items() if part.diagnosis is not None})
    result.mutants = _mutants(parts)
    result.failures = [_failure(failure, label) for label, part in parts.items() for failure in part.failures]
    result.before = _before(results)
    if result.before is not None:
        result.changes = tuple(_change(change, label) for label, part in parts.items() for change in part.changes)
    raised = [part.raised for part in results if part.raised is not None]
    result.raised = (
        (sum(r[0] for r in raised), sum(r[1] for r in raised), sum(r[2] for r in raised)) if raised else None
    )
    result.origins = tuple(_told_once({label: part.origins for label, part in parts.items()}))
    result.notices = _told_once({label: part.notices for label, part in parts.items()})
    return result


class _Files(Mapping[str, FileCoverage]):
    """What is known of the files of all projects; those of one may be decoded only when they are asked for."""

    def __init__(self, parts: Sequence[Mapping[str, FileCoverage]]) -> None:
        self._place = {path: part for part in parts for path in part}

    def __getitem__(self, path: str) -> FileCoverage:
        return self._place[path][path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)


def _path(label: str, path: str) -> str:
    """Relative to the folder of all."""
    return posixpath.normpath(posixpath.join(label, path))


def _node(label: str, node: str) -> str:
    """A test's id; parameters in it may have slashes too."""
    file, sign, rest = node.partition("::")
    return _path(label, file) + sign + rest if file else node


def _module(module: ModuleCoverage, label: str) -> ModuleCoverage:
    functions = tuple(_function(function, label) for function in module.functions)
    return replace(module, path=_path(label, module.path), functions=functions)


def _function(function: FunctionCoverage, label: str) -> FunctionCoverage:
    tests = tuple(_node(label, test) for test in function.tests)
    return msgspec.structs.replace(function, path=_path(label, function.path), tests=tests)


def _failure(failure: GateFailure, label: str) -> GateFailure:
    where = _path(label, failure.where) if failure.where else label
    return replace(failure, message=f"{label}: {failure.message}", where=where, project=label)


def _change(change: Change, label: str) -> Change:
    return replace(change, path=_path(label, change.path))


def _diff(results: Sequence[AuditResult]) -> DiffCoverage | None:
    """Each part has what changed in its repository, so that the files of one are unknown to the others."""
    found = [part.diff for part in results if part.diff is not None]
    if not found:
        return None
    known = {os.path.realpath(os.path.join(part.root, module.path)) for part in results for module in part.modules}
    files = sorted((file for diff in found for file in diff.files), key=lambda file: file.path)
    unknown = {path for diff in found for path in diff.unknown} - known
    return DiffCoverage(tuple(files), tuple(sorted(unknown)))


def _suite(suites: Mapping[str, SuiteRun]) -> SuiteRun | None:
    if not suites:
        return None
    runs = [*suites.values()]
    sandboxes = {suite.isolation for suite in runs}
    return SuiteRun(
        data_files=tuple(file for suite in runs for file in suite.data_files),
        settings="",
        outcomes={_node(label, node): told for label, suite in suites.items() for node, told in suite.outcomes.items()},
        durations={_node(label, node): s for label, suite in suites.items() for node, s in suite.durations.items()},
        seconds=sum(suite.seconds for suite in runs),
        exit_code=max((suite.exit_code for suite in runs), key=abs),
        collected=sum(suite.collected for suite in runs),
        isolation=sandboxes.pop()
        if len(sandboxes) == 1
        else "; ".join(f"{label}: {suite.isolation}" for label, suite in suites.items()),
        problem="; ".join(f"{label}: {suite.problem}" for label, suite in suites.items() if suite.problem),
    )


def _diagnosis(found: Mapping[str, SuiteDiagnosis]) -> SuiteDiagnosis | None:
    if not found:
        return None
    from testwright.workflows.audit_suite import FINDINGS_IN_ORDER, SuiteDiagnosis

    findings = [
        replace(finding, node=_node(label, finding.node), path=_path(label, finding.path))
        for label, diagnosis in found.items()
        for finding in diagnosis.findings
    ]
    return SuiteDiagnosis(
        tests=sum(each.tests for each in found.values()),
        findings=sorted(
            findings, key=lambda each: (FINDINGS_IN_ORDER.index(each.slug), each.path, each.line, each.node)
        ),
        runs=sum(each.runs for each in found.values()),
        steady=sum(each.steady for each in found.values()),
        weak=sum(each.weak for each in found.values()),
        functions=sum(each.functions for each in found.values()),
    )


def _mutants(parts: Mapping[str, AuditResult]) -> Mapping[str, MutantCount] | None:
    found = {label: part.mutants for label, part in parts.items() if part.mutants is not None}
    if not found:
        return None
    return {_path(label, path): count for label, counts in found.items() for path, count in counts.items()}


def _before(results: Sequence[AuditResult]) -> Counts | None:
    """None where one was never audited as a whole: sums over other projects are nothing to compare with."""
    known = [part.before for part in results if part.before is not None]
    if len(known) < len(results):
        return None
    with_branches = [counts for counts in known if counts.branches is not None]
    return Counts(
        sum(counts.covered for counts in known),
        sum(counts.statements for counts in known),
        sum(counts.taken or 0 for counts in with_branches) if with_branches else None,
        sum(counts.branches or 0 for counts in with_branches) if with_branches else None,
    )


def _told_once(by_label: Mapping[str, Iterable[str]]) -> list[str]:
    """With the project that it is of; what is said of several is said once."""
    count = Counter(text for texts in by_label.values() for text in dict.fromkeys(texts))
    told = [f"{label}: {text}" if count[text] == 1 else text for label, texts in by_label.items() for text in texts]
    return [*dict.fromkeys(told)]
