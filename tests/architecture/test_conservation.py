"""Nothing is lost: every executed test gets exactly one verdict, kept with a proof or rejected with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from testwright.decide.keep_or_reject import verdicts
from testwright.decide.policies import GENERATE
from testwright.inside.recipes import Const
from testwright.inside.scenario import Outcome, Scenario, Step
from testwright.nouns import Candidate, Evidence, RunResult
from testwright.nouns.candidate import Row

OUTCOMES = ["passed", "failed", "error", "skipped", "xfailed", "xpassed", "missing", "crashed", "timeout", "escaped"]
LINES = st.frozensets(st.integers(1, 30), max_size=4)
ARCS = st.frozensets(st.tuples(st.integers(1, 30), st.integers(-30, 30)), max_size=4)
RUNS = st.lists(st.builds(RunResult, st.just("hash seed 0, in order"), st.sampled_from(OUTCOMES)), max_size=6)
FATES = st.builds(
    Evidence,
    node=st.just(""),
    runs=RUNS.map(tuple) | st.just((RunResult("hash seed 0, in order", "passed"),) * 5),
    lines=LINES,
    arcs=ARCS,
    new_lines=LINES,
    new_arcs=ARCS,
    assertions=st.integers(0, 3),
    touched=st.lists(st.just("open /x"), max_size=2).map(tuple),
)


def candidate(number: int, rows: int) -> Candidate:
    row = Scenario((Step(Const(1)),), "f")
    ids = [f"case-{n}" for n in range(rows)] if rows > 1 else [""]
    return Candidate(f"test_{number}", "f", tuple(Row(row, Outcome(), case) for case in ids))


@given(st.data())
def test_executed_is_kept_plus_rejected(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(1, 4), max_size=6))
    candidates = [candidate(number, count) for number, count in enumerate(rows)]
    nodes = [node for each in candidates for node in each.node_names]
    fates = {node: data.draw(FATES | st.none()) for node in nodes}
    evidence = {node: replace(fate, node=node) for node, fate in fates.items() if fate is not None}

    decided = verdicts(candidates, evidence, GENERATE)

    assert Counter(verdict.node for verdict in decided) == Counter(nodes)
    for verdict in decided:
        assert verdict.kept == (verdict.proof is not None)
        assert verdict.kept == (not verdict.slug) == (not verdict.reason)
        if verdict.kept:
            assert all(run.outcome == "passed" for run in evidence[verdict.node].runs)
            assert verdict.proof is not None
            assert verdict.proof.passed == verdict.proof.runs > 0
            assert verdict.proof.new_lines + verdict.proof.new_branches > 0


@given(FATES)
def test_the_same_evidence_gives_the_same_verdict(fate: Evidence) -> None:
    evidence = {"test_0": fate}
    assert verdicts([candidate(0, 1)], evidence, GENERATE) == verdicts([candidate(0, 1)], dict(evidence), GENERATE)
