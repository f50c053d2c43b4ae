"""Holds what is wrong with a test of the project's own suite, and how the suite is to be run to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["SuiteFinding", "SuiteOrder"]


@dataclass(frozen=True, slots=True)
class SuiteFinding:
    """`slug` names the kind, `node` is pytest's id of the test; `path` is relative to the root, `line` 0 = unknown.
    `message` says what is the case with this very test, `hint` what to do; `cause` is what the message begins with where
    other tests may have the same, such as the test that breaks them all.
    """

    slug: str
    node: str
    path: str
    line: int
    message: str
    hint: str
    cause: str = ""

    def to_plain(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "test": self.node,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "hint": self.hint,
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True)
class SuiteOrder:
    """In which order the tests are to run: as pytest has them, from the last to the first, shuffled by `seed`, or just
    some of them one after the other: each of the `parts` from the state that they all find when they have been
    collected. `hash_seed` is PYTHONHASHSEED, None for that of any other run of the suite. With `watched`, sleeping and
    reaching for the network are noted.
    """

    kind: Literal["given", "reversed", "shuffled", "parts"] = "given"
    seed: int = 0
    parts: tuple[tuple[str, ...], ...] = ()
    hash_seed: int | None = None
    watched: bool = False
