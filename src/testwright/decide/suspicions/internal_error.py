"""Suspects a call that the code promises to serve and that ends in a complaint of the interpreter about the code."""

from __future__ import annotations

import ast
import re

from testwright.decide.given_values import holds_none, holds_text, texts
from testwright.decide.known_code import KnownCode
from testwright.inside.scenario import Sign
from testwright.nouns import Observation, Suspicion

__all__ = ["internal_error"]

_LOOKUPS = re.compile(
    r"(?:^|_)(?:get|find|lookup|look_up|pop|index|remove|delete|discard|select|resolve|fetch|key|item|nth|at|load|first"
    r"|last|peek|head|tail|top|choose|pick)(?:_|$|item)"
)
_LACKS = re.compile(r"'(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'")
_LACKING = re.compile(r"has no attribute '(?P<name>\w+)'")
_FOR_SUBCLASSES = re.compile(r"base class|subclass|mixin|abstract|must be overridden|override", re.IGNORECASE)
_ARITHMETIC = (ast.Div, ast.FloorDiv, ast.Mod)
_USUAL, _UNSURE = 0.8, 0.4
_OF_FORM = frozenset({"IndexError", "KeyError", "AttributeError", "TypeError"})
"""What a text of the wrong form most often ends in; a function that never refuses one leaves that to its callers."""


def internal_error(observation: Observation, code: KnownCode) -> Suspicion | None:
    """Unless the documentation speaks of that error, or the caller's own value is to blame for it."""
    sign = next((s for s in observation.outcome.signs if s.kind == "error"), None) if observation.outcome else None
    target = observation.scenario.target
    if sign is None or target not in code.functions:
        return None
    confidence = _confidence(sign, target, code)
    if holds_none(observation) and "'NoneType'" in sign.seen:
        confidence = min(confidence, _UNSURE)
    lacking = _LACKING.search(sign.seen)
    asked_for = lacking is not None and lacking["name"] in texts(observation)
    if asked_for or (sign.what in _OF_FORM and holds_text(observation) and not code.words_errors(target, sign.line)):
        confidence = min(confidence, _UNSURE)
    if not confidence:
        return None
    return Suspicion(
        "internal-error",
        target,
        observation.scenario,
        "a result, or an error in the module's own words",
        f"{sign.what}: {sign.seen}",
        sign.line,
        confidence,
    )


def _confidence(sign: Sign, target: str, code: KnownCode) -> float:
    if sign.what == "NameError":  # no input could have helped
        return 0.0 if _is_imported_by_chance(sign, code) else 0.9
    if sign.outside or not code.is_served(target) or code.expects(sign.what, target, sign.line):
        return 0.0
    judge = _JUDGES.get(sign.what)
    confidence = _USUAL if judge is None else judge(sign, target, code)
    return min(confidence, _UNSURE) if _depends_on_state(sign, code) else confidence


def _depends_on_state(sign: Sign, code: KnownCode) -> bool:
    """What the object holds by now is missing: other methods may have to be called first."""
    if sign.what not in ("IndexError", "KeyError") and "'NoneType'" not in sign.seen:
        return False
    parts = [n.value for n in code.at(sign.line) if isinstance(n, (ast.Attribute, ast.Subscript))]
    parts = [part.func if isinstance(part, ast.Call) else part for part in parts]
    return any(
        isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "self"
        for part in parts
    )


def _is_imported_by_chance(sign: Sign, code: KnownCode) -> bool:
    """The module binds the name somewhere, so that whether it is there depends on what is installed."""
    name = re.search(r"name '(\w+)'", sign.seen)
    return name is None or bool(re.search(rf"import\b.*\b{name[1]}\b|^\s+{name[1]}\s*=", code.source, re.MULTILINE))


def _of_key(sign: Sign, target: str, code: KnownCode) -> float:
    """A key, or a mapping, that the caller passed is the caller's to choose."""
    if _LOOKUPS.search(target.rpartition(".")[2].lower()):
        return 0.0
    nodes = [node for node in code.at(sign.line) if isinstance(node, ast.Subscript)]
    keys = [node.slice for node in nodes]
    if not keys or any(code.is_given(each, sign.line) for node in nodes for each in (node.slice, node.value)):
        return 0.3
    return 0.7 if any(isinstance(key, ast.Constant) for key in keys) else 0.6


def _of_index(sign: Sign, target: str, code: KnownCode) -> float:
    """So is an index, and whether there is anything to be taken out."""
    if _LOOKUPS.search(target.rpartition(".")[2].lower()) or "pop from" in sign.seen:
        return 0.3
    nodes = [n for n in code.at(sign.line) if isinstance(n, ast.Subscript) and not isinstance(n.slice, ast.Slice)]
    return 0.3 if any(isinstance(n.slice, ast.Name) and code.is_given(n.slice, sign.line) for n in nodes) else _USUAL


def _of_division(sign: Sign, target: str, code: KnownCode) -> float:
    nodes = [n for n in code.at(sign.line) if isinstance(n, ast.BinOp) and isinstance(n.op, _ARITHMETIC)]
    statement = code.statement_at(sign.line)
    divisors = [n.right for n in nodes]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, _ARITHMETIC):
        divisors.append(statement.value)
    if not divisors:
        return 0.3
    counted = all(isinstance(d, ast.Call) and isinstance(d.func, ast.Name) and d.func.id == "len" for d in divisors)
    return _USUAL if counted or not any(code.is_given(d, sign.line) for d in divisors) else 0.3


def _of_attribute(sign: Sign, target: str, code: KnownCode) -> float:
    """An attribute that only subclasses have is for them to give."""
    lacking = _LACKS.search(sign.seen)
    owner = code.classes.get(lacking["owner"]) if lacking else None
    if owner is None:
        return 0.9 if "'NoneType'" in sign.seen else _USUAL
    inherited = any(owner.name in other.bases for other in code.classes.values())
    meant = inherited or _FOR_SUBCLASSES.search(f"{owner.name} {owner.docstring}") or owner.bases
    return 0.3 if meant else _USUAL


def _of_type(sign: Sign, target: str, code: KnownCode) -> float:
    """Values that cannot be compared are each in order where several types are."""
    if any(
        words in sign.seen
        for words in (
            "abstract",
            "exactly one argument",
            "expected a character",
            "positional argument",
            "keyword argument",
        )
    ):
        return 0.3  # how many, and which, the caller decides where they are passed on
    return _UNSURE if "not supported between" in sign.seen and "'NoneType'" not in sign.seen else _USUAL


_JUDGES = {
    "KeyError": _of_key,
    "IndexError": _of_index,
    "ZeroDivisionError": _of_division,
    "AttributeError": _of_attribute,
    "TypeError": _of_type,
}
