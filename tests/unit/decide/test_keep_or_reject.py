from __future__ import annotations

from testwright.decide.keep_or_reject import keep_or_reject, verdicts
from testwright.decide.objection import Objection
from testwright.decide.policies import GENERATE
from testwright.decide.rules.passes_every_time import passes_every_time
from testwright.inside.recipes import Const
from testwright.inside.scenario import Outcome, Scenario, Step
from testwright.nouns import Candidate, Evidence, Proof, RunResult, Verdict
from testwright.nouns.candidate import Row

CANDIDATE = Candidate("test_a", "f", ())
PASSED = RunResult("hash seed 0, in order", "passed")


def against(candidate: Candidate, evidence: Evidence) -> Objection | None:
    return Objection("against", f"not {evidence.node}")


def never_asked(candidate: Candidate, evidence: Evidence) -> Objection | None:
    raise AssertionError("the first objection is enough")


def content(candidate: Candidate, evidence: Evidence) -> Objection | None:
    return None


def test_kept_with_its_proof() -> None:
    evidence = Evidence("test_a", (PASSED, PASSED), new_lines=frozenset({1, 2}), new_arcs=frozenset({(1, 2)}))
    expected = Verdict("test_a", kept=True, proof=Proof(passed=2, runs=2, new_lines=2, new_branches=1))
    assert keep_or_reject(CANDIDATE, evidence, [content]) == expected


def test_rejected_for_the_first_objection() -> None:
    verdict = keep_or_reject(CANDIDATE, Evidence("test_a", (PASSED,)), [content, against, never_asked])
    assert verdict == Verdict("test_a", kept=False, slug="against", reason="not test_a")


def test_each_row_has_its_verdict_and_one_without_evidence_is_rejected() -> None:
    scenario = Scenario((Step(Const(1)),), "f")
    table = Candidate("test_a", "f", (Row(scenario, Outcome(), "one"), Row(scenario, Outcome(), "two")))

    decided = verdicts([table], {"test_a[two]": Evidence("test_a[two]", (PASSED,))}, [passes_every_time])

    assert [(verdict.node, verdict.kept) for verdict in decided] == [("test_a[one]", False), ("test_a[two]", True)]
    assert decided[0].reason == "it was not run"


def test_generate_asks_whether_it_stayed_inside_first() -> None:
    assert [rule.__name__ for rule in GENERATE] == [
        "stays_inside",
        "passes_every_time",
        "asserts_something",
        "covers_something_new",
    ]
