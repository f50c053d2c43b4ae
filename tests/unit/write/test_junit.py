"""Checks as CI servers read tests."""

from __future__ import annotations

from xml.etree import ElementTree

from testwright.write.junit import Check, junit_xml


def test_each_check_is_a_case_and_what_failed_says_why():
    text = junit_xml(
        "audit", [Check("--max-crap 30"), Check("--fail-under 80", "gate-coverage", "79 < 80\x00 & <b>")], seconds=1.5
    )
    root = ElementTree.fromstring(text)
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "1.50")
    passed, failed = root.iter("testcase")
    assert list(passed) == []
    (failure,) = failed
    assert failure.get("type") == "gate-coverage"
    assert failure.text == "79 < 80\ufffd & <b>"


def test_no_checks_are_a_suite_all_the_same():
    assert ElementTree.fromstring(junit_xml("audit", [], seconds=0)).get("tests") == "0"
