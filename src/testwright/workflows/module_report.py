"""What one module gained from `testwright generate`: made from its results, stored for `--resume`, and told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.errors import TestwrightError
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Edit, Target
from testwright.workflows.carved_calls import carved_calls
from testwright.workflows.generate_module import GeneratedModule
from testwright.workflows.generate_properties import properties_to_plain
from testwright.workflows.stored_evidence import record_of
from testwright.workflows.suspect import plain_suspicion
from testwright.workflows.uncovered import why_uncovered

__all__ = ["ModuleReport", "failed_report", "plain_problem", "report_of", "stored_report"]


@dataclass(slots=True)
class ModuleReport:
    """What one module gained; `problem` has slug, message, where, hint when it gave nothing."""

    module: str
    file: str
    before: float = 0.0
    after: float = 0.0
    kept: int = 0
    rejected: list[dict[str, str]] = field(default_factory=list)
    uncovered: list[dict[str, str]] = field(default_factory=list)
    suspicions: list[dict[str, Any]] = field(default_factory=list)
    """What looks like a bug, the surest first."""
    executions: int = 0
    seconds: float = 0.0
    mutants: dict[str, Any] = field(default_factory=dict)
    """Of those planted in the module: how many there are, are caught, and were left out as equivalent; the survivors."""
    recorded: dict[str, Any] = field(default_factory=dict)
    """What `carved_calls` gives."""
    problem: dict[str, str] | None = None
    edit: Edit | None = None
    text: str = ""
    setup: dict[str, Any] = field(default_factory=dict)
    """What `PytestSetup.to_plain` gives: on this of the project's own the text relies."""
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    crashes: int = 0
    engine_failures: list[str] = field(default_factory=list)
    isolation: str = ""
    only: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict)
    """What `ModuleProperties.to_plain` gives, {} = not asked for."""
    property_edit: Edit | None = None
    model: dict[str, Any] = field(default_factory=dict)
    """What `plain_gain` gives, {} = no model was asked."""
    model_edit: Edit | None = None

    def to_plain(self) -> dict[str, Any]:
        plain = {k: getattr(self, k) for k in _REPORTED} | properties_to_plain(self.properties, self.property_edit)
        plain["edit"] = None if self.edit is None else {"path": self.edit.path, "note": self.edit.note}
        plain["tests"] = self.evidence
        plain["model"] = _plain_model(self)
        return plain

    def take_gain(self, gain: dict[str, Any]) -> None:
        """Counts what a model brought, as `plain_gain` gives it, with what the engine did."""
        self.model = gain
        self.kept += len(gain["tests"])
        self.rejected += gain["rejected"]
        if self.mutants:
            caught = {(operator, span[0], text) for operator, span, text in gain["caught"]}
            left = [s for s in self.mutants["survivors"] if (s["operator"], s["line"], s["instead"]) not in caught]
            self.mutants["caught"] += len(self.mutants["survivors"]) - len(left)
            self.mutants["survivors"] = left


def _plain_model(report: ModuleReport) -> dict[str, Any]:
    told = {name: value for name, value in report.model.items() if name not in ("text", "setup", "rejected", "caught")}
    edit = report.model_edit
    return {**told, "edit": None if edit is None else {"path": edit.path, "note": edit.note}} if told else {}


_REPORTED = (
    "module",
    "file",
    "before",
    "after",
    "kept",
    "rejected",
    "uncovered",
    "suspicions",
    "executions",
    "seconds",
    "mutants",
    "recorded",
    "problem",
    "crashes",
    "engine_failures",
)


def stored_report(store: Path) -> ModuleReport | None:
    """None when it is not there, or cannot be read."""
    try:
        plain = json.loads(store.read_text(encoding="utf-8"))
        setup = PytestSetup.from_plain(plain.get("setup", {})).to_plain()
        if plain["model"].get("text"):
            PytestSetup.from_plain(plain["model"]["setup"])
        return ModuleReport(**{**plain, "edit": None, "only": tuple(plain["only"]), "setup": setup})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def failed_report(target: Target, error: TestwrightError) -> ModuleReport:
    """Of a module that gave nothing."""
    return ModuleReport(target.module, target.source, problem=plain_problem(error, target))


def plain_problem(error: TestwrightError, target: Target) -> dict[str, str]:
    """For reports."""
    return {"slug": error.slug, "message": error.message, "where": error.where or target.source, "hint": error.hint}


def report_of(made: GeneratedModule, options: Options) -> ModuleReport:
    """Without the edit, which only all modules together decide."""
    exploration = made.exploration
    report = ModuleReport(
        made.target.module,
        made.target.source,
        before=round(made.before.percent, 1) if made.before else 0.0,
        after=round(made.after.percent, 1) if made.after else 0.0,
        kept=len(made.kept),
        rejected=[{"node": v.node, "slug": v.slug, "reason": v.reason} for v in made.rejected],
        executions=exploration.executions,
        seconds=round(exploration.cpu_seconds, 2),
        text=made.text,
        setup=made.setup.to_plain(),
        isolation=exploration.isolation,
        crashes=exploration.crashes,
        engine_failures=list(exploration.failures),
        only=made.target.only,
        mutants=_mutants(made),
        recorded=carved_calls(made),
        suspicions=[plain_suspicion(each, made.target) for each in made.suspicions],
    )
    if made.after is not None:
        report.uncovered = why_uncovered(made.after, exploration, made.target)
    report.evidence = _evidence(made, options)
    return report


def _mutants(made: GeneratedModule) -> dict[str, Any]:
    """Empty when none were planted."""
    matrix = made.matrix
    caught = {number for v in made.kept if v.proof is not None for number in v.proof.caught}
    caught |= matrix.at_import if made.kept else set()
    if not matrix.mutants:
        return {}
    already = {m.number for m in matrix.mutants if (m.operator, m.span, m.text) in made.caught_already}
    survivors = [m for m in matrix.mutants if m.number not in caught | already]
    return {
        "planted": len(matrix.mutants),
        "caught": len(caught | already),
        "caught_before": len(already),
        "equivalent": matrix.equivalent,
        "search": {k: made.exploration.mutants.get(k, 0) for k in ("scenarios", "executions", "cpu")},
        "survivors": [
            {"line": m.line, "function": m.function, "operator": m.operator, "instead": m.text} for m in survivors
        ],
    }


def _evidence(made: GeneratedModule, options: Options) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}
    for verdict in made.kept:
        target = f"{made.target.module}:{made.targets.get(verdict.node, '')}"
        record = record_of(verdict, made.evidence[verdict.node], target)
        records[verdict.node] = {**record, "python": options.python}
    return records
