"""Decides what to ask for where a property does not hold of all values: plain text, numbers within what is compared."""

from __future__ import annotations

from dataclasses import replace

from testwright.inside.recipes import Const
from testwright.nouns.property_test import Import
from testwright.propose.properties.strategies import Strategy
from testwright.python_source.model import ParameterModel

__all__ = ["narrower"]

_STRING = frozenset({("string", "")})
_PRINTABLE, _LETTERS = "st.text(alphabet=string.printable)", "st.text(alphabet=string.ascii_lowercase, min_size=1)"
_TEXT, _INTEGERS, _FLOATS = "st.text()", "st.integers()", "st.floats(allow_nan=False, allow_infinity=False)"
_LESS = (
    ((" | st.none()", ""), ("st.none() | ", "")),
    ((_INTEGERS, "st.integers(min_value=0)"), (_TEXT, _PRINTABLE), (_FLOATS, "st.floats(min_value=0, max_value=1e9)")),
    ((_INTEGERS, "st.integers(min_value=1)"), (_PRINTABLE, _LETTERS), (_TEXT, _LETTERS)),
    (("st.integers(min_value=0)", "st.integers(min_value=1)"),),
)


def narrower(strategy: Strategy, parameter: ParameterModel) -> list[Strategy]:
    """Strategies for less and less; empty when there is no telling what to leave out."""
    found = _bounded(parameter) if strategy.source == _INTEGERS else []
    source = strategy.source
    for step in _LESS:
        for more, less in step:
            source = source.replace(more, less)
        last = found[-1].source if found else strategy.source
        if source not in (strategy.source, last):
            found.append(replace(strategy, source=source, imports=_imports(strategy, source)))
    return found


def _imports(strategy: Strategy, source: str) -> frozenset[Import]:
    return strategy.imports | _STRING if "=string." in source else strategy.imports


def _bounded(parameter: ParameterModel) -> list[Strategy]:
    """Between the two numbers that the function compares the parameter with, with them and without."""
    compared = {c.value for c in parameter.uses.compared if isinstance(c, Const) and type(c.value) is int}
    if len(compared) < 2:
        return []
    low, high = min(compared), max(compared)
    if high - low < 3:
        return []
    return [Strategy(f"st.integers({low}, {high})"), Strategy(f"st.integers({low + 1}, {high - 1})")]
