"""Says of each place that stays uncovered why: never reached, blocked, only by nonsense, or it looks unreachable."""

from __future__ import annotations

from testwright.execute.coverage_figures import CoverageFigures
from testwright.explore.explore_module import Exploration

__all__ = ["why_uncovered"]

MOST = 40


def why_uncovered(after: CoverageFigures, exploration: Exploration) -> list[dict[str, str]]:
    """Line ranges with a reason each, then branches in coverage.py's words; at most MOST of each."""
    found = [
        {"lines": _range(first, last), "why": _why(range(first, last + 1), exploration)}
        for first, last in _runs(after.missing_lines)
    ]
    missing = set(after.missing_lines)
    arcs = [
        {"lines": str(arc.start), "why": arc.words}
        for arc in after.missing_arcs
        if arc.start not in missing and arc.end not in missing
    ]
    return found[:MOST] + arcs[:MOST]


def _runs(lines: tuple[int, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for line in sorted(lines):
        if runs and line <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], line)
        else:
            runs.append((line, line))
    return runs


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


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
