"""Says of each place that stays uncovered why: never reached, blocked, only by nonsense, or it looks unreachable."""

from __future__ import annotations

from testwright.execute.coverage_figures import CoverageFigures
from testwright.explore.explore_module import Exploration
from testwright.nouns import Target
from testwright.python_source.function_lines import function_lines
from testwright.python_source.line_ranges import line_runs, shown_range

__all__ = ["why_uncovered"]

MOST = 40


def why_uncovered(after: CoverageFigures, exploration: Exploration, target: Target) -> list[dict[str, str]]:
    """Line ranges of what was asked for with a reason each, then branches in coverage.py's words; at most MOST of each."""
    asked = _lines_asked_for(target)
    missing = set(after.missing_lines)
    listed = missing if asked is None else missing & asked
    found = [
        {"lines": shown_range(first, last), "why": _why(range(first, last + 1), exploration)}
        for first, last in line_runs(listed)
    ]
    arcs = [
        {"lines": str(arc.start), "why": arc.words}
        for arc in after.missing_arcs
        if arc.start not in missing and arc.end not in missing and (asked is None or arc.start in asked)
    ]
    return found[:MOST] + arcs[:MOST]


def _lines_asked_for(target: Target) -> set[int] | None:
    """None = all."""
    if not target.only:
        return None
    asked = ((first, last) for name, first, last in function_lines(target.source) if target.asks_for(name))
    return {line for first, last in asked for line in range(first, last + 1)}


def _why(lines: range, exploration: Exploration) -> str:
    here = [number for number, (line, _, _) in exploration.arcs.items() if line in lines]
    if any(n in exploration.covered and n not in exploration.baseline for n in here):
        return "reached while exploring, but by no test that could be kept"
    if any(n in exploration.touched and n not in exploration.baseline for n in here):
        return "reached only by calls that end in an error which is no behaviour of the module"
    if exploration.blocked:
        return f"never reached; side effects were blocked ({exploration.blocked[0]})"
    functions = {exploration.arcs[n][1] for n in here} - {""}
    entered = {q for n, (_, q, _) in exploration.arcs.items() if n in exploration.touched}
    if functions and not functions & entered:
        return "never reached: its function could not be called; it may need a collaborator"
    return "never reached"
