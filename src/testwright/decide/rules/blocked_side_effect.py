"""Leaves a test unjudged that needs what the sandbox does not give: the network, another process, a file elsewhere."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["blocked_side_effect"]

_LONGEST = 80


def blocked_side_effect(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Whether it passes without the sandbox, nobody has tried."""
    if not evidence.touched:
        return None
    first = evidence.touched[0]
    shown = first if len(first) <= _LONGEST else first[:_LONGEST] + "…"
    more = f" and {len(evidence.touched) - 1} more" if len(evidence.touched) > 1 else ""
    return Objection("blocked-side-effect", f"the sandbox blocked {shown}{more}")
