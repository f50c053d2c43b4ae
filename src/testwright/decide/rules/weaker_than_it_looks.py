"""Rejects a test that still passes with nearly every bug in the code that it calls."""

from __future__ import annotations

import re

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence, Survivor

__all__ = ["weaker_than_it_looks"]

ENOUGH, ONE_IN = 5, 5
"""So many mutants are needed to tell, and of so many it must catch one at least."""
SHOWN = 2


def weaker_than_it_looks(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Only mutants count that are on lines which it runs, in functions which it calls itself."""
    tried, passed = evidence.challenged, len(evidence.survivors)
    if tried < ENOUGH or (tried - passed) * ONE_IN >= tried:
        return None
    shown = [_shown(survivor) for survivor in _apart(evidence.survivors)[:SHOWN]]
    line = evidence.written.line if evidence.written is not None else 0
    return Objection(
        "weaker-than-it-looks",
        f"it catches {tried - passed} of {tried} bugs planted in what it calls; it passes with {', and with '.join(shown)}",
        line,
    )


def _apart(survivors: tuple[Survivor, ...]) -> list[Survivor]:
    """One of each place first."""
    seen: dict[tuple[str, int], Survivor] = {}
    for survivor in survivors:
        seen.setdefault((survivor.mutant.path, survivor.mutant.line), survivor)
    return list(seen.values())


def _shown(survivor: Survivor) -> str:
    """The lines that it changes, as one."""
    before = "; ".join(line[2:].strip() for line in survivor.diff if line.startswith("- "))
    after = "; ".join(line[2:].strip() for line in survivor.diff if line.startswith("+ "))
    name = re.split(r"[/\\]", survivor.mutant.path)[-1]
    place = f"{name}:{survivor.mutant.line}"
    return f"`{after or 'nothing'}` for `{before}` ({place})"
