"""What is the case with many tests for one reason is told once."""

from __future__ import annotations

from testwright.cli.audit_command import report
from testwright.nouns import SuiteFinding
from testwright.workflows.audit_result import AuditResult
from testwright.workflows.audit_suite import SuiteDiagnosis
from testwright.write.audit_markdown import audit_markdown
from testwright.write.finding_groups import FoundTest, finding_groups

CULPRIT = "it passes alone, and fails after tests/test_a.py::test_sets_up"


def victim(number: int, detail: str = "AssertionError") -> SuiteFinding:
    node = f"tests/test_b.py::test_{number}"
    return SuiteFinding("order-dependent", node, "tests/test_b.py", number, f"{CULPRIT}: {detail}", "mend", CULPRIT)


def slow(number: int) -> SuiteFinding:
    return SuiteFinding("slow", f"t.py::test_{number}", "t.py", 0, f"it takes {number} s", "look")


def result_with(*findings: SuiteFinding) -> AuditResult:
    result = AuditResult("/nowhere")
    result.diagnosis = SuiteDiagnosis(60, list(findings), runs=4, steady=40)
    return result


def test_those_with_one_cause_are_one_group_and_keep_what_is_their_own():
    alike, other = finding_groups(each.to_plain() for each in (victim(1), slow(3), victim(2, "KeyError")))
    assert (alike.slug, alike.words, alike.hint) == ("order-dependent", CULPRIT, "mend")
    assert [test.own for test in alike.tests] == ["AssertionError", "KeyError"]
    assert other.words == "it takes 3 s"
    assert other.tests == (FoundTest("t.py", 0, "test_3", ""),)


def test_what_is_the_same_with_all_is_not_repeated():
    (group,) = finding_groups(victim(number).to_plain() for number in range(20))
    assert group.words == f"{CULPRIT}: AssertionError"
    assert {test.own for test in group.tests} == {""}


def test_another_culprit_is_another_group():
    other = SuiteFinding("order-dependent", "t.py::b", "t.py", 1, "it fails alone", "mend", "it fails alone")
    assert len(finding_groups([victim(1).to_plain(), other.to_plain()])) == 2


def test_the_report_names_a_culprit_once_and_its_victims_with_their_number():
    shown = report(result_with(*(victim(number) for number in range(1, 21)), slow(3), slow(4)), show=-1)
    assert shown.count(CULPRIT) == 1
    assert "20 tests [order-dependent]\n" in shown
    assert "    tests/test_b.py:1 test_1\n" in shown
    assert "    and 12 more; -v names them all" in shown
    assert "2 tests [slow]\n  look\n    t.py test_3: it takes 3 s\n" in shown
    assert "tests: 40 of 60 are steady" in shown


def test_the_report_names_all_of_them_where_it_shows_everything():
    assert "test_20" in report(result_with(*(victim(number) for number in range(1, 21))), show=15)


def test_one_alone_is_told_with_its_place():
    shown = report(result_with(victim(7)), show=15)
    assert f"tests/test_b.py:7 test_7 [order-dependent]\n  {CULPRIT}: AssertionError\n  mend" in shown


def test_markdown_has_one_row_for_one_cause():
    text = audit_markdown(result_with(*(victim(number) for number in range(1, 21))).to_plain())
    assert text.count("fails after") == 1
    assert "20 findings" in text
    assert "and 15 more" in text
