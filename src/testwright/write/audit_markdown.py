"""Writes an audit as Markdown that fits a comment on a pull request: the figures open, the rest folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from testwright.python_source.line_ranges import line_ranges
from testwright.write.audit_words import share, shown_percent
from testwright.write.finding_groups import FindingGroup, finding_groups

__all__ = ["audit_markdown"]

_MOST_TESTS = 5
"""Named of those that have the same cause."""
_MOST = 30
"""Functions shown: a comment may have 65,536 characters."""


def audit_markdown(result: dict[str, Any]) -> str:
    """`result` is what `AuditResult.to_plain` gives."""
    parts = [_heading(result), *_gates(result), _diff(result), _packages(result), _suite(result)]
    parts += [_untested(result), _plan(result)]
    parts += [f"> {_plain(notice)}" for notice in result["notices"]]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(result: dict[str, Any]) -> str:
    totals, health = result["totals"], result["health"]
    covered = totals["covered_statements"] + (totals["covered_branches"] or 0)
    percent = shown_percent(covered, totals["statements"] + (totals["branches"] or 0))
    head = f"### Test audit: {percent} covered"
    if health is None or health["score"] is None:
        return head
    return f"{head}, health {health['score']:.0f} of 100\n\n<sub>{_plain(health['formula'])}</sub>"


def _gates(result: dict[str, Any]) -> list[str]:
    return [f"**Gate failed**: {_plain(gate['message'])}. {_plain(gate['hint'])}" for gate in result["gates"]]


def _diff(result: dict[str, Any]) -> str:
    diff = result["diff"]
    if diff is None:
        return ""
    if diff["percent"] is None:
        return "No line changed that counts."
    rows = [(f"`{f['path']}`", line_ranges(f["missing"])) for f in diff["files"] if f["missing"]]
    said = f"**{diff['percent']:.1f}%** of the changed lines and branches are covered."
    return said if not rows else f"{said}\n\n{_table(('file', 'changed lines without a test'), rows)}"


def _packages(result: dict[str, Any]) -> str:
    rows = [
        (
            f"`{p['name']}`",
            shown_percent(
                p["covered_statements"] + (p["covered_branches"] or 0), p["statements"] + (p["branches"] or 0)
            ),
            share(p["covered_statements"], p["statements"]),
            share(p["covered_branches"], p["branches"]),
            share(p["tested_functions"], p["functions"]),
        )
        for p in result["packages"]
    ]
    shown = _table(("package", "covered", "lines", "branches", "functions tested"), rows)
    return _folded(f"{len(rows)} packages", shown)


def _suite(result: dict[str, Any]) -> str:
    diagnosis = result["diagnosis"]
    if diagnosis is None:
        return ""
    said = f"{diagnosis['steady_tests']} of {diagnosis['tests']} tests are steady"
    rows = [(_tests_named(group), group.slug, _plain(_told(group))) for group in finding_groups(diagnosis["findings"])]
    if not rows:
        return f"{said}, nothing is wrong with any."
    more = f"\n\nand {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    number = len(diagnosis["findings"])
    return _folded(
        f"{said}, {number} finding{'' if number == 1 else 's'}", _table(("test", "finding", ""), rows[:_MOST]) + more
    )


def _tests_named(group: FindingGroup) -> str:
    named = ", ".join(f"`{test.path}::{test.name}`" for test in group.tests[:_MOST_TESTS])
    rest = len(group.tests) - _MOST_TESTS
    return f"{named} and {rest} more" if rest > 0 else named


def _told(group: FindingGroup) -> str:
    return group.words or "; ".join(dict.fromkeys(test.own for test in group.tests[:_MOST_TESTS]))


def _untested(result: dict[str, Any]) -> str:
    functions = result["untested"]
    if not functions:
        return "Every function is covered."
    rows = [
        (
            f"`{f['path']}:{f['line']}` `{f['function']}`",
            str(f["complexity"]),
            f"{f['crap']:.1f}",
            f["effort"]["size"],
            line_ranges(f["missing_lines"]) or f"{f['branches'] - f['covered_branches']} branches",
        )
        for f in functions[:_MOST]
    ]
    shown = _table(("function", "complexity", "CRAP", "effort", "missing lines"), rows)
    if len(functions) > _MOST:
        shown += f"\n\nand {len(functions) - _MOST} more"
    return _folded(f"{len(functions)} functions lack tests", shown)


def _plan(result: dict[str, Any]) -> str:
    rows = [
        (str(n), f"`{b['name']}`", str(b["tests"]), str(len(b["functions"]))) for n, b in enumerate(result["plan"], 1)
    ]
    return _folded("Plan", _table(("", "batch", "tests", "functions"), rows)) if rows else ""


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _plain(text: str) -> str:
    """Nothing in it is markup: a message may quote anything."""
    for character in "\\`*_<>[]|":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
