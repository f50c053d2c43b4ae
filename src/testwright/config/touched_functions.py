"""Decides which functions changed lines belong to, and so what is left to do of a request."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from testwright.config.changed_lines import changed_lines
from testwright.config.request import Request
from testwright.nouns.target import Target
from testwright.python_source.function_lines import function_lines

__all__ = ["only_touched", "touched_functions"]


def only_touched(request: Request, since: str) -> Request:
    """The same for the functions that changed since that revision ("" = the merge base with the main branch).

    Modules without any are not among its targets. Raises ProjectError and UsageError as `changed_lines` does.
    """
    changed = changed_lines(request.project.root, since)
    touched: dict[str, list[str]] = {}
    for path, qualname in sorted(touched_functions(changed)):
        touched.setdefault(path, []).append(qualname)
    targets = [_narrowed(t, touched.get(os.path.realpath(t.source), [])) for t in request.targets]
    return replace(request, targets=[target for target in targets if target is not None])


def _narrowed(target: Target, touched: Iterable[str]) -> Target | None:
    only = tuple(name for name in touched if target.asks_for(name))
    return replace(target, only=only) if only else None


def touched_functions(changed: dict[str, set[int]]) -> set[tuple[str, str]]:
    """(path, qualname) of each outermost function that has a changed line."""
    return {
        (path, qualname)
        for path, lines in changed.items()
        for qualname, first, last in function_lines(path)
        if any(first <= line <= last for line in lines)
    }
