"""A reason to reject is one file, one function, one slug and one page, all of the same name."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from testwright.decide.policies import GENERATE, PROVE, UNJUDGED
from testwright.decide.property_verdicts import PROPERTIES
from testwright.nouns import (
    Candidate,
    Dependence,
    Evidence,
    Mutant,
    Patch,
    Place,
    PropertyEvidence,
    PropertyTest,
    PropertyTrial,
    RunResult,
    Survivor,
    WrittenTest,
)

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = CHECKOUT / "docs" / "reasons"
RULES = sorted(path.stem for path in (CHECKOUT / "src/testwright/decide/rules").glob("*.py") if path.stem != "__init__")
NOWHERE = Place(1, "x")
WRITTEN = WrittenTest(
    "test_a", 1, trivial=(NOWHERE,), swallowing=NOWHERE, own_mock=NOWHERE, sleeps=(NOWHERE,), self_contained=True
)
WORST = Evidence(
    "test_a",
    (RunResult("hash seed 0", "failed"),),
    assertions=0,
    touched=("open /x",),
    written=WRITTEN,
    left=("a thread left running",),
    misplaced=((Patch("a", "b", 1), "c.py:1"),),
    same_as="test_b",
    challenged=5,
    survivors=(Survivor(Mutant(1, "comparison", "/a.py", "f", (1, 0, 1, 5), "a < b", 1), ("- a > b", "+ a < b")),) * 5,
)
WORST_OF = {
    "skipped": replace(WORST, runs=(RunResult("hash seed 0", "skipped"),)),
    "flaky": replace(WORST, depends=Dependence("chance", "x")),
    "order_dependent": replace(WORST, depends=Dependence("order", "x")),
    "clock_dependent": replace(WORST, depends=Dependence("date", "x")),
    "hash_seed_dependent": replace(WORST, depends=Dependence("hash seed", "x")),
    "surroundings_dependent": replace(WORST, depends=Dependence("surroundings", "x")),
}
OF_PROPERTIES = {rule.__name__ for rule in PROPERTIES}
PROPERTY = PropertyTest("test_a", "idempotence", "f(f(x)) == f(x)", ("f",), (), (), ())
BROKEN = PropertyEvidence("test_a", (PropertyTrial("1", 1000, "failed", "AssertionError"),))
HOLDING = PropertyEvidence("test_a", (PropertyTrial("1", 1000, "passed"),), frozenset({1}), reached=3)
BLAMELESS = Evidence("test_a", (RunResult("hash seed 0", "passed"),), new_lines=frozenset({1}))


def test_there_are_rules():
    assert len(RULES) >= 4


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_the_one_function_of_its_file_and_gives_its_own_slug(rule):
    module = importlib.import_module(f"testwright.decide.rules.{rule}")
    assert module.__all__ == [rule]
    function = getattr(module, rule)
    assert list(inspect.signature(function).parameters) == ["candidate", "evidence"]
    worst = (PROPERTY, BROKEN) if rule in OF_PROPERTIES else (Candidate("test_a", "f", ()), WORST_OF.get(rule, WORST))
    objection = function(*worst)
    assert objection.slug == rule.replace("_", "-")
    assert objection.reason


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_page_with_all_its_parts(rule):
    text = (PAGES / f"{rule.replace('_', '-')}.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        f"# {rule.replace('_', '-')}",
        "## What it does",
        "## Why",
        "## Example",
        "## What to do next",
    ]


def test_every_rule_is_in_a_policy():
    assert sorted(rule.__name__ for rule in {*GENERATE, *PROVE, *UNJUDGED, *PROPERTIES}) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_nothing_against_a_blameless_test(rule):
    function = getattr(importlib.import_module(f"testwright.decide.rules.{rule}"), rule)
    blameless = (PROPERTY, HOLDING) if rule in OF_PROPERTIES else (Candidate("test_a", "f", ()), BLAMELESS)
    assert function(*blameless) is None
