"""What an audit shows beside lines: nothing twice, nothing that breaks the format, the same mark when lines move."""

from __future__ import annotations

from typing import Any

from testwright.write.audit_findings import audit_annotations, audit_sarif
from testwright.write.github_annotations import Annotation, annotation_line
from testwright.write.sarif import sarif_log

GATE = {"slug": "gate-crap", "message": "1 function", "where": "src/a.py:4", "hint": "split it"}


def function(line: int = 4, **more: Any) -> dict[str, Any]:
    return {
        "module": "a", "function": "f", "path": "src/a.py", "line": line, "end_line": line + 3, "statements": 4,
        "covered_statements": 1, "branches": 2, "covered_branches": 2, "complexity": 2, "crap": 3.7, "changed": False, **more,
    }  # fmt: skip


def result(**more: Any) -> dict[str, Any]:
    return {"gates": [], "untested": [], "diagnosis": None, "diff": None, **more}


def fingerprints(found: dict[str, Any]) -> list[str]:
    log = sarif_log(audit_sarif(found, "/project"), root="/project", version="1")
    return [each["partialFingerprints"]["testwright/v1"] for each in log["runs"][0]["results"]]


def test_a_function_keeps_its_mark_when_it_moves_and_no_two_have_the_same():
    assert fingerprints(result(untested=[function(4)])) == fingerprints(result(untested=[function(40)]))
    others = [function(), function(function="g"), function(path="src/b.py", module="b")]
    assert len(set(fingerprints(result(untested=others, gates=[GATE])))) == 4


def test_gates_are_errors_and_what_changed_is_a_warning():
    found = audit_sarif(result(gates=[GATE], untested=[function(), function(changed=True)]), "/project")
    assert [(each.level, each.line) for each in found] == [("error", 4), ("note", 4), ("warning", 4)]
    assert found[1].message == "f: not covered are 3 of 4 lines (complexity 2, CRAP 3.7)"


def test_changed_lines_are_told_rather_than_functions_where_they_were_asked_for():
    diff = {"files": [{"path": "src/a.py", "missing": [3, 4, 9]}]}
    found = audit_annotations(result(gates=[GATE], untested=[function()], diff=diff))
    assert [(each.level, each.line, each.end_line) for each in found] == [
        ("error", 4, 0),
        ("warning", 3, 4),
        ("warning", 9, 9),
    ]
    told = audit_annotations(result(untested=[function(n) for n in range(30)]))
    assert {each.level for each in told} == {"notice"}
    assert len(told) == 10


def test_nothing_in_an_annotation_ends_it():
    line = annotation_line(Annotation("error", "a: b, c", "100 %\nmore::", "src/a,b.py", 3))
    assert line == "::error file=src/a%2Cb.py,line=3,title=a%3A b%2C c::100 %25%0Amore::"
