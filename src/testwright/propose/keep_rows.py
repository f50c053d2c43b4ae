"""Decides what is left of the tests when only some of their nodes were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from testwright.nouns.candidate import Candidate
from testwright.nouns.verdict import Proof
from testwright.propose.naming import Names

__all__ = ["keep_rows"]


def keep_rows(candidates: Sequence[Candidate], proofs: Mapping[str, Proof]) -> tuple[list[Candidate], dict[str, Proof]]:
    """The tests with their proven rows alone, and the proofs by the names that their nodes now have.

    A table that is left with one row becomes a test of its own; all are named anew, as some names are free again.
    """
    names = Names(c.name for c in candidates if not c.rows)
    kept: list[Candidate] = []
    known: dict[str, Proof] = {}
    for candidate in candidates:
        if not candidate.rows and candidate.name in proofs:  # source from elsewhere
            kept.append(candidate)
            known[candidate.name] = proofs[candidate.name]
        proven = [
            (row, proofs[node])
            for row, node in zip(candidate.rows, candidate.node_names, strict=True)
            if node in proofs
        ]
        if not proven:
            continue
        rows = tuple(row for row, _ in proven)
        left = replace(candidate, rows=rows, source="")
        if len(rows) == 1:
            row = replace(rows[0], case_id="")
            left = replace(left, name=names.for_single(candidate.target, row), rows=(row,))
        else:
            left = replace(left, name=names.for_table(candidate.target, rows))
        kept.append(left)
        known.update(zip(left.node_names, (proof for _, proof in proven), strict=True))
    return kept, known
