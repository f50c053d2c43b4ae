"""Suspects code that gives something else than the example in its documentation shows."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from testwright.decide.known_code import KnownCode
from testwright.inside.recipes import Call, Const, Dictionary, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Outcome
from testwright.nouns import Observation, Suspicion
from testwright.nouns.suspicion import FROM_DOCSTRING

__all__ = ["contradicted_example", "contradiction"]

UNKNOWN: Any = object()
_SURROUNDINGS = re.compile(
    r"(?:OS|IO|Import|ModuleNotFound|FileNotFound|Permission|Connection|Timeout|Unicode)\w*Error"
)
_ENDS_IN = re.compile(r"^(?:[\w.]+\.)?(?P<type>\w+)(?::|$)", re.MULTILINE)


def contradicted_example(observation: Observation, code: KnownCode) -> Suspicion | None:
    """Where both results can be read as plain values; what is written otherwise says nothing here."""
    outcome, shown = observation.outcome, observation.documented.strip()
    if outcome is None or not shown or observation.scenario.origin == FROM_DOCSTRING:
        return None
    happened = contradiction(outcome, shown, observation)
    if not happened:
        return None
    target = observation.scenario.target
    function = code.functions.get(target)
    line = function.line if function else 0
    return Suspicion("contradicted-example", target, observation.scenario, _brief(shown), happened, line, 0.8)


def contradiction(outcome: Outcome, shown: str, observation: Observation) -> str:
    """What happened instead of what is shown, "" = the same, or nothing that can be compared."""
    error = outcome.raised.type.qualname if outcome.raised else ""
    sign = next((s for s in outcome.signs if s.kind == "error"), None)
    if not error and sign is not None:
        error = sign.what
    if shown.startswith("Traceback"):
        return _instead_of_error(shown.splitlines()[-1].strip(), error, outcome)
    wanted = _read(shown)
    if wanted is UNKNOWN:
        return ""
    if error:
        return "" if _SURROUNDINGS.fullmatch(error) else error + (f": {sign.seen}" if sign and sign.seen else "")
    given = _value(_result_of(outcome))
    if given is UNKNOWN or _same(wanted, given) or _shows_otherwise(observation, wanted, given):
        return ""
    return repr(given)[:200]


def _instead_of_error(last: str, error: str, outcome: Outcome) -> str:
    """An error was shown: another one is too little to say anything, for they are renamed and refined."""
    wanted = _ENDS_IN.match(last)
    result = _value(_result_of(outcome))
    return "" if error or wanted is None or result is UNKNOWN else repr(result)[:200]


def _shows_otherwise(observation: Observation, wanted: Any, given: Any) -> bool:
    """The result is printed, or the example was written when texts and bytes were one."""
    last = observation.scenario.steps[-1].recipe
    printed = isinstance(last, Call) and last.function == Name("builtins", "print")
    return printed or given is None or (isinstance(wanted, str) and isinstance(given, bytes))


def _result_of(outcome: Outcome) -> Recipe | None:
    about = [c for c in outcome.checks if c.subject == Variable("result") and c.kind in ("equals", "is", "approx")]
    return about[0].expected if len(about) == 1 else None


def _read(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return UNKNOWN


def _value(recipe: Recipe | None) -> Any:
    """The plain value that a recipe gives, UNKNOWN when it gives no such thing."""
    match recipe:
        case Const(value=value):
            return value
        case Sequence(kind=kind, items=items):
            made = [_value(item) for item in items]
            unknown = any(one is UNKNOWN for one in made)
            return UNKNOWN if unknown else {"list": list, "tuple": tuple, "set": set}.get(kind, frozenset)(made)
        case Dictionary(items=pairs):
            read = [(_value(key), _value(value)) for key, value in pairs]
            return UNKNOWN if any(UNKNOWN in (k, v) for k, v in read) else dict(read)
        case _:
            return UNKNOWN


def _same(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, float) and isinstance(given, (int, float)):
        return math.isclose(wanted, given, rel_tol=1e-3, abs_tol=1e-9)
    if isinstance(wanted, (list, tuple)) and isinstance(given, (list, tuple)):
        return len(wanted) == len(given) and all(_same(w, g) for w, g in zip(wanted, given, strict=True))
    if isinstance(wanted, dict) and isinstance(given, dict):
        return wanted.keys() == given.keys() and all(_same(value, given[key]) for key, value in wanted.items())
    if isinstance(wanted, str) and isinstance(given, str):
        return wanted.split() == given.split() or "..." in wanted
    return bool(wanted == given)


def _brief(shown: str) -> str:
    return f"{shown[:200]}, as the documentation shows"
