"""Holds what the probes and hooks of one instrumented module stand for: Arc, Site, and what numbers them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FINER_KINDS", "HITS", "HOOKS", "Arc", "ArcDraft", "Instrumented", "Register", "Site"]

HITS = "_tw_hit"
HOOKS = "_tw_cmp"
# One leading underscore: two would be mangled inside classes, none would be exported by `from target import *`.

FINER_KINDS = frozenset({"boolop", "ifexp-true", "ifexp-false", "comprehension-body", "lambda", "with-end"})
"""Kinds that tell runs apart further than the lines and branches that coverage counts."""


@dataclass(frozen=True, slots=True)
class Arc:
    """One probe. `line` is the first statement it guards, or the branching statement when it guards none.

    `qualname` is the function it is in ("" = outside of functions), with `<locals>` as Python writes it; a lambda's
    arcs belong to the function around it. `lines` are the lines on which the statements start that have begun to run
    once the probe is hit; `end` is where the last of them ends. What decides whether control gets here: `before` are
    the arcs by which it reaches the decision (none = unknown), `sites` the first of the hooked expressions that take
    part in it and the one after the last.
    """

    number: int
    line: int
    qualname: str
    kind: str
    end: int
    lines: tuple[int, ...]
    before: tuple[int, ...] = ()
    sites: tuple[int, int] = (0, 0)

    @property
    def start(self) -> int:
        return self.line


@dataclass(frozen=True, slots=True)
class Site:
    """One hooked expression: `form` says how it is hooked, `op` which operator or name stands there.

    form: "compare" (detail: is the length on the "left", "right" or ""), "chain" (detail: ((op, length side), …)),
    "item", "method", "function", "match" (detail: (example values, class names)).
    """

    number: int
    form: str
    op: str
    line: int
    qualname: str
    detail: Any = None


@dataclass(frozen=True, slots=True)
class Instrumented:
    tree: ast.Module
    arcs: list[Arc]
    sites: list[Site]
    path: str


@dataclass(slots=True)
class ArcDraft:
    """An arc whose lines are still being gathered."""

    number: int
    line: int
    qualname: str
    kind: str
    end: int
    lines: list[int] = field(default_factory=list)
    before: tuple[int, ...] = ()
    sites: tuple[int, int] = (0, 0)

    def cover(self, line: int, end: int) -> None:
        self.lines.append(line)
        self.end = max(self.end, end)

    def finished(self) -> Arc:
        lines = tuple(dict.fromkeys(self.lines))
        return Arc(self.number, self.line, self.qualname, self.kind, self.end, lines, self.before, self.sites)


Decision = tuple[tuple[int, ...], tuple[int, int]]
"""The `before` and the `sites` of an arc."""


@dataclass(slots=True)
class Register:
    """Numbers arcs and sites in the order in which the source is walked; knows where the walk is."""

    drafts: list[ArcDraft] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    arrived: tuple[int, ...] = ()
    """The arcs by which control gets to the statement that is walked."""
    first_site: int = 0
    """The first site of that statement."""

    def arc(self, kind: str, line: int, qualname: str, decision: Decision | None = None) -> ArcDraft:
        draft = ArcDraft(len(self.drafts), line, qualname, kind, line)
        draft.before, draft.sites = decision or self.decision()
        self.drafts.append(draft)
        return draft

    def at_statement(self, frontier: list[ArcDraft]) -> None:
        self.arrived, self.first_site = tuple(draft.number for draft in frontier), len(self.sites)

    def decision(self) -> Decision:
        """What the part of the statement that was walked so far decides."""
        return self.arrived, (self.first_site, len(self.sites))

    def site(self, form: str, op: str, at: ast.expr, qualname: str, detail: Any = None) -> int:
        self.sites.append(Site(len(self.sites), form, op, at.lineno, qualname, detail))
        return len(self.sites) - 1
