"""Says in words what an audit found of one function, one batch, one total: the same in every format for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from testwright.nouns import FunctionCoverage, percentage
from testwright.python_source.line_ranges import line_ranges

__all__ = ["facts_of", "missing_words", "share", "shown_percent", "size_counts"]


def shown_percent(part: int | None, whole: int | None) -> str:
    """Only what is covered altogether reads 100, and only what is not at all 0, as with coverage.py; "-" where nothing was
    measured or there is nothing.
    """
    if part is None or not whole:
        return "-"
    rounded = round(percentage(part, whole), 1)
    return f"{rounded if part in (0, whole) else min(99.9, max(0.1, rounded)):.1f}%"


def share(part: int | None, whole: int | None) -> str:
    """ "12 of 40"."""
    return "-" if part is None or whole is None else f"{part} of {whole}"


def facts_of(function: FunctionCoverage) -> str:
    """What makes it matter: complexity, CRAP, history, use, the tests that reach it."""
    parts = [f"complexity {function.complexity}", f"CRAP {function.crap:.1f}"]
    if function.commits is not None:
        parts.append(f"{_counted(function.commits, 'commit')} in 12 months")
    parts.append(f"imported by {function.importers}")
    if function.tests:
        parts.append(f"reached by {_counted(len(function.tests), 'test')}")
    elif not function.covered:
        parts.append("never called")
    if function.changed:
        parts.append("changed")
    effort = function.effort
    hard = f", {', '.join(effort.hard_inputs)}" if effort.hard_inputs else ""
    return " · ".join([*parts, f"effort {effort.size} ({_counted(effort.tests, 'test')}{hard})"])


def missing_words(function: FunctionCoverage, *, most: int = 6) -> list[str]:
    """Its missing lines in one row, then a row for each way not taken from a line that is run; at most so many."""
    missing = set(function.missing_lines)
    rows = []
    if missing:
        named = f"line{'s' if len(missing) > 1 else ''} {line_ranges(missing)}"
        rows.append(named if function.covered else f"all of it, {named}")
    ways = [f"line {b.line}: {b.words}" for b in function.missing_branches if b.line not in missing]
    rows += ways[:most]
    if len(ways) > most:
        rows.append(f"and {len(ways) - most} more ways not taken")
    return rows


def size_counts(functions: Sequence[FunctionCoverage]) -> str:
    """ "3 S, 1 L"."""
    sizes = Counter(function.effort.size for function in functions)
    return ", ".join(f"{sizes[size]} {size}" for size in "SML" if sizes[size])


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
