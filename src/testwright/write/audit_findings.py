"""Decides what of an audit is a finding to show beside a line: gates, changed lines without a test, untested functions."""

from __future__ import annotations

import os
from typing import Any

from testwright.python_source.line_ranges import line_runs
from testwright.write.github_annotations import Annotation
from testwright.write.sarif import SarifResult

__all__ = ["audit_annotations", "audit_sarif"]

_MOST_SARIF = 5000
"""GitHub shows so many of one run."""
_MOST_NOTICES = 10
"""GitHub shows so many of each level for one step."""


def audit_sarif(result: dict[str, Any], root: str) -> list[SarifResult]:
    """Of `AuditResult.to_plain`: gates and failing tests as errors, what else is wrong with tests as warnings, functions
    that lack tests as warnings if changed, else as notes.

    A function keeps its fingerprint when it moves within its file.
    """
    found = [_gate_result(gate, root) for gate in result["gates"]]
    if result["diagnosis"] is not None:
        found += [_test_result(finding, root) for finding in result["diagnosis"]["findings"]]
    found += [_function_result(function, root) for function in result["untested"]]
    return found[:_MOST_SARIF]


def audit_annotations(result: dict[str, Any]) -> list[Annotation]:
    """Gates, then the changed lines without a test; where no changes were asked for, the functions to test next."""
    found = [_gate_annotation(gate) for gate in result["gates"]]
    if result["diff"] is not None:
        return found + [
            Annotation("warning", "changed, not tested", _lines_message(first, last), file["path"], first, last)
            for file in result["diff"]["files"]
            for first, last in line_runs(file["missing"])
        ]
    return found + [
        Annotation("notice", "not tested", _told(function), function["path"], function["line"], function["end_line"])
        for function in result["untested"][:_MOST_NOTICES]
    ]


def _gate_result(gate: dict[str, Any], root: str) -> SarifResult:
    path, line = _place(gate["where"])
    message = f"{gate['message']}. {gate['hint']}"
    return SarifResult(
        gate["slug"], message, os.path.join(root, path), line, "error", fingerprint=_told_apart(gate, gate["slug"])
    )


def _test_result(finding: dict[str, Any], root: str) -> SarifResult:
    return SarifResult(
        finding["slug"],
        f"{finding['test'].partition('::')[2]}: {finding['message']}; {finding['hint']}",
        os.path.join(root, finding["path"]),
        finding["line"],
        "error" if finding["slug"] == "fails" else "warning",
        fingerprint=f"{finding['slug']}:{finding['test']}",
    )


def _function_result(function: dict[str, Any], root: str) -> SarifResult:
    return SarifResult(
        "untested-path",
        _told(function),
        os.path.join(root, function["path"]),
        function["line"],
        "warning" if function["changed"] else "note",
        # Of functions of one name, coverage.py tells the others by "@" and their line, which moves.
        fingerprint=_told_apart(function, f"{function['module']}:{function['function'].partition('@')[0]}"),
    )


def _told_apart(record: dict[str, Any], name: str) -> str:
    """Projects that are audited together may have modules of one name."""
    project = record.get("project")
    return f"{project}:{name}" if project else name


def _gate_annotation(gate: dict[str, Any]) -> Annotation:
    path, line = _place(gate["where"])
    return Annotation("error", gate["slug"], f"{gate['message']}. {gate['hint']}", path, line)


def _place(where: str) -> tuple[str, int]:
    path, _, line = where.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() else (where, 0)


def _lines_message(first: int, last: int) -> str:
    return f"no test runs line {first}" if first == last else f"no test runs lines {first} to {last}"


def _told(function: dict[str, Any]) -> str:
    missing = function["statements"] - function["covered_statements"]
    ways = function["branches"] - function["covered_branches"]
    lines = f"{missing} of {function['statements']} lines" if missing else ""
    branches = f"{ways} of {function['branches']} branches" if ways else ""
    uncovered = " and ".join(part for part in (lines, branches) if part)
    weight = f"complexity {function['complexity']}, CRAP {function['crap']:.1f}"
    return f"{function['function']}: not covered are {uncovered} ({weight})"
