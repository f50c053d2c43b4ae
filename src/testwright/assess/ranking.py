"""Orders functions and modules by what is best tested next; nothing is ever left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from testwright.config.function_orders import ORDERS
from testwright.errors import UsageError
from testwright.nouns import FunctionCoverage, ModuleCoverage

__all__ = ["HALF", "prioritize_modules", "ranked", "value_of_next_test"]

HALF = 50.0
"""Modules covered to less percent than this come before all others in the order "next"."""

_Key: TypeAlias = Callable[[ModuleCoverage, FunctionCoverage], tuple[Any, ...]]


def ranked(modules: Iterable[ModuleCoverage], sort: str = "next", *, untested: bool = False) -> list[FunctionCoverage]:
    """All functions of the modules, or those that lack tests, in one of ORDERS; equal ones by path and line.

    Raises UsageError `bad-value`.
    """
    if sort not in _KEYS:
        raise UsageError(
            f"{sort!r} is no order of functions", slug="bad-value", hint=f"name one of {', '.join(ORDERS)}"
        )
    key = _KEYS[sort]
    pairs = [
        (module, function)
        for module in modules
        for function in module.functions
        if not (untested and function.is_tested)
    ]
    pairs.sort(key=lambda pair: (*key(*pair), *_place(pair[1])))
    return [function for _, function in pairs]


def prioritize_modules(modules: Iterable[ModuleCoverage], min_threshold: float | None = None) -> list[ModuleCoverage]:
    """The modules by priority, where that is equal (no source was read) by how much of them is missing, then by path.

    With a threshold in percent those below it come first; none is ever dropped.
    """

    def key(module: ModuleCoverage) -> tuple[bool, float, int, str, str]:
        above = min_threshold is not None and module.percent >= min_threshold
        return above, -module.priority, -_missing_of_module(module), module.path, module.module

    return sorted(modules, key=key)


def value_of_next_test(function: FunctionCoverage) -> float:
    """Priority by estimated test; 0 where nothing is missing."""
    return function.priority / function.effort.tests if function.effort.tests else 0.0


def _next(module: ModuleCoverage, function: FunctionCoverage) -> tuple[Any, ...]:
    # What is covered to the last line is nothing to test next, however little the rest of its module is.
    if function.is_tested:
        # Of these the likeliest to hide a bug is the one that decides most, and that the fewest tests go through.
        return True, False, -function.complexity / (1 + len(function.tests))
    return False, module.percent >= HALF, -value_of_next_test(function)


_KEYS: dict[str, _Key] = {
    "next": _next,
    "priority": lambda module, function: (-function.priority,),
    "crap": lambda module, function: (-function.crap,),
    "missing": lambda module, function: (-_missing(function),),
    "path": lambda module, function: (),
}


def _place(function: FunctionCoverage) -> tuple[str, int, str]:
    return function.path, function.line, function.qualname


def _missing(function: FunctionCoverage) -> int:
    return len(function.missing_lines) + function.branches - function.taken


def _missing_of_module(module: ModuleCoverage) -> int:
    return module.statements - module.covered + (module.branches or 0) - (module.taken or 0)
