"""Holds what became of one recorded request: its test, or the reason for there being none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from testwright.nouns import Proof, Trace
from testwright.propose.requests.request_test import RequestTest

__all__ = ["RequestReport"]


@dataclass(slots=True)
class RequestReport:
    """Of one trace: its test, or the `reason` for there being none. `tried` and `caught` are mutants by number."""

    trace: Trace
    slug: str = ""
    reason: str = ""
    test: RequestTest | None = None
    tried: Mapping[int, tuple[str, int, str]] = field(default_factory=dict)
    caught: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)

    proof: Proof | None = None
    name: str = ""
    response: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    """What trace processors give a template."""
    changed: Sequence[str] = ()
    """Files that are not as they were when it was recorded."""
    parts: Mapping[str, Any] | None = None
    """The test's lines, as hooks have changed them."""

    @property
    def kept(self) -> bool:
        return self.test is not None and not self.slug

    def to_plain(self) -> dict[str, Any]:
        return {
            "trace": self.trace.id,
            "request": self.trace.name,
            "status": "kept" if self.kept else "not kept",
            "test": self.name,
            "slug": self.slug,
            "reason": self.reason,
            "notes": self.notes,
            "changed": list(self.changed),
            "runs": self.proof.runs if self.proof is not None else 0,
            "mutants": {"tried": len(self.tried), "caught": len(self.caught)},
        }
