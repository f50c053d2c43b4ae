"""What `prove` shows of a result, and the exit code that it ends with."""

from __future__ import annotations

import pytest

from testwright.cli.prove_command import exit_code, report
from testwright.nouns import Evidence, Verdict
from testwright.workflows.prove_tests import FileReport, ProveResult, TestReport

PROBLEM = {"slug": "syntax-error", "message": "what", "where": "here", "hint": "this"}


def one(node: str, slug: str = "", *, line: int = 3, judged: bool = True) -> TestReport:
    verdict = Verdict(node, kept=not slug, slug=slug, reason="because" if slug else "", judged=judged)
    return TestReport(verdict, Evidence(node, ()), line)


def result(*tests: TestReport, problem: dict[str, str] | None = None, **more: bool) -> ProveResult:
    files = [FileReport("/p/test_a.py", list(tests), isolation="rlimits")] if tests else []
    return ProveResult([*files, *([FileReport("/p/test_b.py", problem=problem)] if problem else [])], "/p", **more)


FINE, WEAK, UNJUDGED = one("test_a"), one("test_b", "flaky"), one("test_c", "skipped", judged=False)


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (result(FINE), 0),
        (result(FINE, UNJUDGED), 0),
        (result(FINE, WEAK), 1),
        (result(FINE, problem=PROBLEM), 1),
        (result(problem=PROBLEM), 2),
        (result(FINE, interrupted=True), 130),
    ],
)
def test_the_exit_code_says_whether_something_was_rejected(shown, code):
    assert exit_code(shown) == code


def test_one_line_a_test_and_rows_that_are_alike_share_theirs():
    rows = [one("test_d[a]"), one("test_d[b]"), one("test_d[c]", "flaky", line=9), one("test_e[x]")]
    text = report(result(FINE, WEAK, UNJUDGED, *rows))
    assert text.splitlines() == [
        "/p/test_a.py:3  test_a  ok",
        "/p/test_a.py:3  test_b  flaky: because",
        "/p/test_a.py:3  test_c  unjudged, skipped: because",
        "/p/test_a.py:3  test_d (2 rows)  ok",
        "/p/test_a.py:9  test_d[c]  flaky: because",
        "/p/test_a.py:3  test_e[x]  ok",
        "",
        "4 ok, 2 rejected, 1 could not be judged · 1 file · sandbox rlimits",
    ]
    quiet = report(result(FINE, WEAK), quiet=True).splitlines()
    assert quiet == ["/p/test_a.py:3  test_b  flaky: because", "", "1 ok, 1 rejected · 1 file · sandbox rlimits"]


def test_the_document_tells_all():
    plain = result(FINE, WEAK, problem=PROBLEM).to_plain()
    assert plain["counts"] == {"ok": 1, "rejected": 1, "unjudged": 0}
    first, second = plain["files"]
    assert [(test["test"], test["status"], test["slug"]) for test in first["tests"]] == [
        ("test_a", "ok", ""),
        ("test_b", "rejected", "flaky"),
    ]
    assert second["problem"] == PROBLEM
