"""Decides by which name each function of a file goes, as coverage.py's own report by function has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from testwright.assess.statement_survey import SurveyedFunction

__all__ = ["reported_names"]


def reported_names(functions: Sequence[SurveyedFunction], filled: Sequence[bool]) -> list[str]:
    """Of several with one name, the first that has statements (it is `filled`) keeps it, the others get "@" and their line
    ("Cart.total@45").
    """
    count = Counter([function.qualname for function in functions])
    if len(count) == len(functions):
        return list(count)
    pairs = [*zip(functions, filled, strict=True)]
    full = {function.qualname for function, is_filled in pairs if is_filled}
    names: dict[str, None] = {}
    for function, is_filled in pairs:
        name = function.qualname
        if name in names or (count[name] > 1 and name in full and not is_filled):
            name += f"@{function.line}"
        names[name] = None
    return list(names)
