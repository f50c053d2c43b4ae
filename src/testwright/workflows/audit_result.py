"""Holds what an audit found, and writes it down as plain values."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from testwright.assess.baseline import Change, Counts, plain_counts
from testwright.assess.batches import Batch
from testwright.assess.diff_coverage import DiffCoverage
from testwright.assess.gates import GateFailure
from testwright.assess.health import Health
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import FileCoverage, FunctionCoverage, ModuleCoverage, percentage

if TYPE_CHECKING:
    from testwright.workflows.audit_suite import SuiteDiagnosis

__all__ = ["AuditResult", "Totals"]

SLOWEST = 10
"""So many tests are named with the seconds that they took."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over modules. `branches` and `taken` are None where none were measured."""

    name: str
    modules: int
    statements: int
    covered: int
    branches: int | None
    taken: int | None
    functions: int
    tested: int
    """Functions of which nothing is missing."""

    @classmethod
    def of(cls, name: str, modules: Sequence[ModuleCoverage]) -> Totals:
        measured = [module for module in modules if module.branches is not None]
        functions = [function for module in modules for function in module.functions]
        return cls(
            name,
            len(modules),
            sum(module.statements for module in modules),
            sum(module.covered for module in modules),
            sum(module.branches or 0 for module in measured) if measured else None,
            sum(module.taken or 0 for module in measured) if measured else None,
            len(functions),
            sum(function.is_tested for function in functions),
        )

    @property
    def percent(self) -> float:
        """Lines and branches together."""
        return percentage(self.covered + (self.taken or 0), self.statements + (self.branches or 0))

    def to_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "modules": self.modules,
            "statements": self.statements,
            "covered_statements": self.covered,
            "branches": self.branches,
            "covered_branches": self.taken,
            "percent": round(self.percent, 2),
            "functions": self.functions,
            "tested_functions": self.tested,
        }


@dataclass(frozen=True, slots=True)
class MutantCount:
    """How many planted bugs were tried, and how many the suite caught."""

    tried: int = 0
    caught: int = 0

    def plus(self, caught: bool) -> MutantCount:
        return MutantCount(self.tried + 1, self.caught + caught)


@dataclass
class AuditResult:
    """`modules` by path; `functions` are those that lack tests, in the order asked for; `batches` the same as work.

    `diff` is None where no changes were asked for, `suite` where the evidence was given, `diagnosis` and `mutants` (by the
    paths of the modules) where they were not wanted. `origins` says what the
    figures are from, `files` are by real path what is known of each line. `before` are the totals of the last audit of
    the whole project, `changes` the files of which something else was counted then; `raised` counts the floors that were
    added, raised and dropped. `projects` are the folders of several, relative to the root, "" = there is one.
    """

    root: str
    modules: list[ModuleCoverage] = field(default_factory=list)
    functions: list[FunctionCoverage] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    health: Health | None = None
    files: Mapping[str, FileCoverage] = field(default_factory=dict)
    diff: DiffCoverage | None = None
    suite: SuiteRun | None = None
    diagnosis: SuiteDiagnosis | None = None
    mutants: Mapping[str, MutantCount] | None = None
    failures: list[GateFailure] = field(default_factory=list)
    before: Counts | None = None
    changes: tuple[Change, ...] = ()
    raised: tuple[int, int, int] | None = None
    origins: tuple[str, ...] = ()
    notices: list[str] = field(default_factory=list)
    seconds: float = 0.0
    projects: tuple[str, ...] = ()

    def project_of(self, path: str) -> str:
        """Of several projects the one that a module's path lies in, the inner one first; "" where there is one."""
        if not self.projects:
            return ""
        inside = [each for each in self.projects if each == "." or path.startswith(f"{each}/")]
        return max(inside, key=lambda each: (each != ".", len(each)), default="")

    def told_apart(self, project: str, name: str) -> str:
        """The name of a package, with the project before it where another may have the same."""
        return f"{project}: {name}" if project else name

    @cached_property
    def totals(self) -> Totals:
        """To be asked for once all modules are there."""
        return Totals.of("all", self.modules)

    @property
    def is_whole(self) -> bool:
        """The suite, if it was run, came to its end."""
        return self.suite is None or not self.suite.problem

    @property
    def strength(self) -> float | None:
        """The mutation score in percent, else the share of tests whose assertions can fail; None: neither was measured."""
        if self.mutants is not None:
            tried = sum(count.tried for count in self.mutants.values())
            return 100.0 * sum(count.caught for count in self.mutants.values()) / tried if tried else None
        return self.diagnosis.strength if self.diagnosis is not None else None

    def by_package(self) -> list[Totals]:
        """One for each package of each project, by name; a module in no package is one of its own."""
        return [Totals.of(self.told_apart(*place), modules) for place, modules in self._grouped()]

    def _grouped(self) -> list[tuple[tuple[str, str], list[ModuleCoverage]]]:
        """By project and package."""
        grouped: dict[tuple[str, str], list[ModuleCoverage]] = {}
        for module in self.modules:
            grouped.setdefault((self.project_of(module.path), _package(module)), []).append(module)
        return sorted(grouped.items())

    def to_plain(self) -> dict[str, Any]:
        return {
            "health": _health(self.health),
            "totals": self.totals.to_plain(),
            "packages": [
                {**totals.to_plain(), "project": place[0]}
                for totals, (place, _) in zip(self.by_package(), self._grouped(), strict=True)
            ],
            "modules": [
                {**_module(module, self.mutants), "project": self.project_of(module.path)} for module in self.modules
            ],
            "untested": [
                {**_function(function), "project": self.project_of(function.path)} for function in self.functions
            ],
            "plan": [self._batch(batch) for batch in self.batches],
            "diff": _diff(self.diff, self.root),
            "suite": _suite(self.suite),
            "diagnosis": _diagnosis(self.diagnosis),
            "gates": [_gate(failure) for failure in self.failures],
            "before": None if self.before is None else plain_counts(self.before),
            "changes": [_change(change) for change in self.changes],
            "origins": list(self.origins),
            "notices": self.notices,
            "seconds": round(self.seconds, 2),
        }

    def _batch(self, batch: Batch) -> dict[str, Any]:
        """Of several projects, functions go by their file: their modules may have the same names."""
        return {
            "name": batch.name,
            "project": self.project_of(batch.functions[0].path) if batch.functions else "",
            "modules": list(batch.modules),
            "functions": [f"{f.path if self.projects else f.module}:{f.qualname}" for f in batch.functions],
            "tests": batch.tests,
            "priority": round(batch.priority, 2),
        }


def _package(module: ModuleCoverage) -> str:
    if module.path.endswith("__init__.py"):
        return module.module
    return module.module.rpartition(".")[0] or module.module


def _health(health: Health | None) -> dict[str, Any] | None:
    if health is None:
        return None
    parts = [
        {"name": p.name, "weight": p.weight, "value": None if p.value is None else round(p.value, 1)}
        for p in health.parts
    ]
    score = None if health.score is None else round(health.score, 1)
    return {"score": score, "formula": health.formula, "parts": parts}


def _module(module: ModuleCoverage, mutants: Mapping[str, MutantCount] | None) -> dict[str, Any]:
    count = None if mutants is None else mutants.get(module.path, MutantCount())
    return {
        "module": module.module,
        "path": module.path,
        "statements": module.statements,
        "covered_statements": module.covered,
        "missing_lines": list(module.missing_lines),
        "branches": module.branches,
        "covered_branches": module.taken,
        "percent": round(module.percent, 2),
        "priority": round(module.priority, 2),
        "measured": module.measured,
        "stale": module.stale,
        "functions": len(module.functions),
        "tested_functions": sum(function.is_tested for function in module.functions),
        "mutants": None if count is None else {"tried": count.tried, "caught": count.caught},
    }


def _function(function: FunctionCoverage) -> dict[str, Any]:
    return {
        "module": function.module,
        "function": function.qualname,
        "path": function.path,
        "line": function.line,
        "end_line": function.end_line,
        "statements": function.statements,
        "covered_statements": function.covered,
        "missing_lines": list(function.missing_lines),
        "branches": function.branches,
        "covered_branches": function.taken,
        "missing_branches": [{"line": b.line, "to": b.end, "words": b.words} for b in function.missing_branches],
        "complexity": function.complexity,
        "crap": round(function.crap, 2),
        "risk": round(function.risk, 2),
        "priority": round(function.priority, 2),
        "effort": {
            "size": function.effort.size,
            "tests": function.effort.tests,
            "hard_inputs": list(function.effort.hard_inputs),
        },
        "commits": function.commits,
        "importers": function.importers,
        "tests": list(function.tests),
        "changed": function.changed,
    }


def _gate(failure: GateFailure) -> dict[str, Any]:
    return {
        "slug": failure.slug,
        "message": failure.message,
        "where": failure.where,
        "hint": failure.hint,
        "project": failure.project,
    }


def _diff(diff: DiffCoverage | None, root: str) -> dict[str, Any] | None:
    if diff is None:
        return None
    files = [
        {
            "path": _relative(f.path, root),
            "statements": list(f.statements),
            "missing": list(f.missing),
            "partial": list(f.partial),
        }
        for f in diff.files
    ]
    return {
        "percent": diff.percent,
        "line_percent": diff.line_percent,
        "files": files,
        "unknown": [_relative(path, root) for path in diff.unknown],
    }


def _relative(path: str, root: str) -> str:
    """As the paths of modules are."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def _change(change: Change) -> dict[str, Any]:
    before, now = (None if counts is None else plain_counts(counts) for counts in (change.before, change.now))
    return {"path": change.path, "before": before, "now": now, "edited": change.edited}


def _suite(suite: SuiteRun | None) -> dict[str, Any] | None:
    if suite is None:
        return None
    return {
        "outcomes": dict(sorted(Counter(suite.outcomes.values()).items())),
        "slowest": {node: round(suite.durations[node], 3) for node in _slowest(suite)},
        "seconds": round(suite.seconds, 2),
        "collected": suite.collected,
        "isolation": suite.isolation,
        "problem": suite.problem,
    }


def _diagnosis(diagnosis: SuiteDiagnosis | None) -> dict[str, Any] | None:
    if diagnosis is None:
        return None
    return {
        "tests": diagnosis.tests,
        "steady_tests": diagnosis.steady,
        "runs": diagnosis.runs,
        "findings": [finding.to_plain() for finding in diagnosis.findings],
    }


def _slowest(suite: SuiteRun) -> list[str]:
    return sorted(suite.durations, key=lambda node: (-suite.durations[node], node))[:SLOWEST]
