"""Sums up what an audit measured, of one project or of several, and holds it against the limits that were set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from testwright.assess.baseline import Counts
from testwright.assess.batches import Batch, group_into_batches
from testwright.assess.gates import GateFigures, GateLimits, failed_gates
from testwright.assess.health import health, simple_share
from testwright.assess.ranking import ranked
from testwright.assess.ratchet import drops, floors_of, floors_text, raised_floors, read_floors
from testwright.config.options import Options
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import FunctionCoverage
from testwright.workflows.audit_result import AuditResult
from testwright.write.stored_file import write_atomically

__all__ = ["judge", "known_floors", "sum_up"]


def known_floors(options: Options, *, update: bool) -> dict[str, Counts]:
    """Those of the ratchet file, which need not be there when it is made. Raises ProjectError for a damaged one."""
    return read_floors(options.audit_ratchet, required=not update) if options.audit_ratchet else {}


def sum_up(result: AuditResult, sort: str) -> None:
    """Makes of its modules the order of work, the batches and the health."""
    result.functions = ranked(result.modules, sort, untested=True)
    result.batches = _batches(result)
    result.health = health(
        {
            "coverage": result.totals.percent if result.totals.statements else None,
            "complexity": simple_share(function for module in result.modules for function in module.functions),
            "diff coverage": result.diff.percent if result.diff is not None else None,
            "strength": result.strength,
            "stability": result.diagnosis.stability if result.diagnosis else _stability(result.suite),
        }
    )


def judge(result: AuditResult, options: Options, floors: dict[str, Counts], *, update: bool) -> None:
    """Adds the gates that it fails; with `update`, raises the floors."""
    now = floors_of(result.modules)
    figures = GateFigures(modules=result.modules, diff=result.diff, drops=drops(floors, now), root=result.root)
    limits = GateLimits(
        fail_under=options.audit_fail_under,
        diff_fail_under=options.audit_diff_fail_under,
        max_crap=options.audit_max_crap,
    )
    result.failures += failed_gates(figures, limits)
    if update and options.audit_ratchet:
        raised = raised_floors(floors, now, result.root)
        write_atomically(Path(options.audit_ratchet), floors_text(raised.floors))
        added, higher, dropped = result.raised or (0, 0, 0)
        result.raised = added + len(raised.added), higher + len(raised.raised), dropped + len(raised.dropped)


def _batches(result: AuditResult) -> list[Batch]:
    """No batch is of two projects: their modules may have the same names."""
    by_project: dict[str, list[FunctionCoverage]] = {}
    for function in result.functions:
        by_project.setdefault(result.project_of(function.path), []).append(function)
    found = [
        replace(batch, name=result.told_apart(project, batch.name))
        for project, functions in by_project.items()
        for batch in group_into_batches(functions)
    ]
    return sorted(found, key=lambda batch: -batch.priority)


def _stability(suite: SuiteRun | None) -> float | None:
    """Percent of the tests that pass, or fail as is expected of them."""
    if suite is None or not suite.outcomes:
        return None
    steady = sum(outcome in ("passed", "xfailed") for outcome in suite.outcomes.values())
    # Of a suite that did not come to its end, some tests have no outcome: they are not steady either.
    return 100.0 * steady / max(len(suite.outcomes), suite.collected if suite.problem else 0)
