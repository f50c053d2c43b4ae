"""Decides whether one test is kept: it is if no rule of the policy objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from testwright.decide.objection import Objection, Rule
from testwright.nouns import Candidate, Evidence, Proof, Verdict

__all__ = ["keep_or_reject", "verdicts"]


def keep_or_reject(candidate: Candidate, evidence: Evidence, policy: Sequence[Rule]) -> Verdict:
    """The verdict on the node of `evidence`, which is the candidate's own or one of its rows."""
    objection = _first_objection(candidate, evidence, policy)
    if objection is not None:
        return Verdict(evidence.node, kept=False, slug=objection.slug, reason=objection.reason, line=objection.line)
    return Verdict(evidence.node, kept=True, proof=_proof(evidence))


def verdicts(
    candidates: Iterable[Candidate], evidence: Mapping[str, Evidence], policy: Sequence[Rule]
) -> tuple[Verdict, ...]:
    """One verdict for each node of each candidate, in their order; a node without evidence was never run."""
    return tuple(
        keep_or_reject(candidate, evidence.get(node) or Evidence(node, ()), policy)
        for candidate in candidates
        for node in candidate.node_names
    )


def _first_objection(candidate: Candidate, evidence: Evidence, policy: Sequence[Rule]) -> Objection | None:
    for rule in policy:
        objection = rule(candidate, evidence)
        if objection is not None:
            return objection
    return None


def _proof(evidence: Evidence) -> Proof:
    passed = sum(run.outcome == "passed" for run in evidence.runs)
    caught, catchable = tuple(sorted(evidence.caught)), tuple(sorted(evidence.catchable))
    return Proof(passed, len(evidence.runs), len(evidence.new_lines), len(evidence.new_arcs), caught, catchable)
