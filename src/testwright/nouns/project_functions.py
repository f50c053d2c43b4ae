"""Holds which functions and factories of a project its settings name for writing its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ProjectFunctions"]


@dataclass(frozen=True, slots=True)
class ProjectFunctions:
    """All by dotted path. `factories` have a `path` and whether a `pk` is given; `hook_modules` only have to be imported;
    `sources` says where each kind is set, `notes` what else there is to say of those settings.
    """

    factories: Sequence[Mapping[str, Any]] = ()
    trace_processors: Sequence[str] = ()
    field_parsers: Sequence[str] = ()
    hooks: Sequence[str] = ()
    hook_modules: Sequence[str] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def to_plain(self) -> dict[str, Any]:
        """As the worker takes them."""
        return {
            "factories": [dict(each) for each in self.factories],
            "trace_processors": list(self.trace_processors),
            "field_parsers": list(self.field_parsers),
            "hooks": list(self.hooks),
            "hook_modules": list(self.hook_modules),
        }
