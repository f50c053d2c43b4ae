"""What tests are worth: each criterion by tests that have it or lack it."""

from __future__ import annotations

import sys

import pytest

from testwright.bench.generators.judging_tests import TestJudge
from testwright.bench.generators.subjects import of_definition
from testwright.nouns.definition import TEST_CRITERIA, BugFix, TestGenerationDefinition

SOURCE = """
def fee(weight):
    if weight <= 0:
        raise ValueError("no weight")
    if weight > 20:
        return 9
    return 4
"""
GOOD = """
import pytest
from parcel import fee

@pytest.mark.parametrize(("weight", "expected"), [(1, 4), (20, 4), (21, 9), (0.5, 4), (20.5, 9)])
def test_fee(weight, expected):
    assert fee(weight) == expected

@pytest.mark.parametrize("weight", [0, -1])
def test_no_weight(weight):
    with pytest.raises(ValueError, match="^no weight$"):
        fee(weight)
"""
BUG = SOURCE.replace("weight > 20", "weight >= 20")


@pytest.fixture(scope="module")
def judge():
    definition = TestGenerationDefinition(
        name="parcel",
        contributor="us",
        criteria=TEST_CRITERIA,
        prompt="Write tests.",
        version="1.0",
        source=SOURCE,
        mutants=(BUG,),
        bug_fix=BugFix(BUG, SOURCE),
    )
    return TestJudge(of_definition(definition, sys.executable), most_mutants=12)


def test_tests_that_catch_all_have_every_criterion(judge):
    found = judge.judge({"test_parcel.py": GOOD})
    assert found.criteria == dict.fromkeys(TEST_CRITERIA, 1.0)
    assert (found.tests, found.passing, found.flaky, found.mutants > 5, found.all_pass) == (7, 7, 0, True, True)


def test_tests_that_assert_nothing_catch_nothing(judge):
    found = judge.judge({"test_parcel.py": "from parcel import fee\n\ndef test_fee():\n    fee(1)\n    fee(21)\n"})
    assert found.criteria["killed_mutants"] < 0.5
    assert found.criteria["fail_to_pass"] == 0
    assert 0.5 < found.criteria["covered_lines"] < 1
    assert found.criteria["covered_branches"] == 0.75


def test_tests_that_fail_or_are_flaky_do_not_count(judge):
    text = """
        import os
        from parcel import fee
        def test_right(): assert fee(20) == 4
        def test_wrong(): assert fee(20) == 9
        def test_flaky(): assert os.environ.get("PYTHONHASHSEED") != "1"
    """
    found = judge.judge({"test_parcel.py": "\n".join(line.strip() for line in text.splitlines())})
    assert (found.tests, found.passing, found.flaky) == (3, 1, 1)
    assert found.criteria["passed_on_reference"] == pytest.approx(1 / 3)
    assert not found.all_pass


@pytest.mark.parametrize(
    ("text", "parsed", "problem"),
    [
        ("def test_x(:", False, False),
        ("import nowhere\ndef test_x(): pass", True, False),
        ("import os\nos._exit(0)", True, True),
        ("x = 1", True, False),
    ],
)
def test_what_cannot_be_collected_is_worth_nothing_more(judge, text, parsed, problem):
    found = judge.judge({"test_parcel.py": text})
    assert (found.parsed, found.collected, found.passing) == (parsed, False, 0)
    assert sum(found.criteria.values()) - found.parsed < 0.5
    assert bool(found.problem) or not problem


def test_no_tests_are_worth_nothing(judge):
    assert set(judge.judge({}).criteria.values()) == {0.0}
