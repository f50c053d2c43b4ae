"""Decides what is said of a test that testwright has not written: sound, weak for one reason, or not to be judged here."""

from __future__ import annotations

from testwright.decide.keep_or_reject import keep_or_reject
from testwright.decide.policies import EVEN_IF_BLOCKED, PROVE, UNJUDGED
from testwright.nouns import Candidate, Evidence, Verdict

__all__ = ["judge"]


def judge(evidence: Evidence) -> Verdict:
    candidate = Candidate(evidence.node.partition("[")[0], "", ())
    first = keep_or_reject(candidate, evidence, EVEN_IF_BLOCKED)
    if not first.kept:
        return first
    for rule in UNJUDGED:
        objection = rule(candidate, evidence)
        if objection is not None:
            return Verdict(evidence.node, kept=False, slug=objection.slug, reason=objection.reason, judged=False)
    return keep_or_reject(candidate, evidence, PROVE)
