"""Reads rows of inputs out of a model's reply, and makes them the scenarios that they are for the engine."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from testwright.inside.recipes import Attribute, Await, Call, Const, Dictionary, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step
from testwright.llm.exchange import Finish
from testwright.nouns.observation import Observation
from testwright.nouns.suspicion import FROM_DOCSTRING
from testwright.propose.from_model.reply_reading import is_repeating, without_thoughts
from testwright.python_source.caller_values import CallerValues
from testwright.python_source.model import FunctionModel, ModuleModel
from testwright.python_source.parsing import parse_expression

__all__ = ["FROM_MODEL", "ReadRows", "can_be_asked_for_rows", "read_json", "read_rows"]

FROM_MODEL = "model"
"""Origin of scenarios whose inputs a model chose."""
MOST_ROWS = 12
_WELL_KNOWN = {
    "Decimal": "decimal.Decimal",
    "Fraction": "fractions.Fraction",
    "OrderedDict": "collections.OrderedDict",
    "UUID": "uuid.UUID",
    **{name: name for name in ("collections", "datetime", "decimal", "fractions", "math", "re", "uuid")},
    **{name: f"datetime.{name}" for name in ("date", "time", "timedelta", "timezone")},
}


@dataclass(frozen=True, slots=True)
class ReadRows:
    """`observations` are to be observed; without any, `slug` and `reason` say why."""

    observations: tuple[Observation, ...] = ()
    slug: str = ""
    reason: str = ""


def can_be_asked_for_rows(function: FunctionModel) -> bool:
    """Whether a call can be written down as its arguments alone."""
    return function.kind in ("function", "staticmethod", "classmethod", "method") and not function.is_abstract


def read_json(text: str, finish: Finish, key: str) -> tuple[Any, str, str]:
    """What the reply's object holds as `key`, or the slug and the reason why nothing."""
    said = without_thoughts(text)
    if is_repeating(said):
        return None, "reply-repeats", "its end says the same again and again"
    if finish != "stop":
        return None, "reply-truncated", "it is cut"
    for start in (n for n, letter in enumerate(said) if letter == "{"):
        try:
            found, _ = json.JSONDecoder().raw_decode(said[start:])
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and key in found:
            return found[key], "", ""
    return None, "reply-not-json", f'it holds no JSON object with "{key}"'


def read_rows(text: str, finish: Finish, target: str, model: ModuleModel, *, origin: str = FROM_MODEL) -> ReadRows:
    """Rows that cannot be made into calls are left out."""
    rows, slug, reason = read_json(text, finish, "rows")
    if slug:
        return ReadRows(slug=slug, reason=reason)
    if not isinstance(rows, list):
        return ReadRows(slug="reply-not-json", reason='"rows" is no list')
    function = next(each for each in model.functions if each.qualname == target)
    found = [each for row in rows[:MOST_ROWS] for each in _Reading(model, function, origin).observations(row)]
    if rows and not found:
        return ReadRows(slug="reply-not-json", reason="none of its rows is a call that can be made")
    return ReadRows(tuple(found))


class _NoValue(Exception):
    """What a row holds cannot be written in a test."""


class _Reading:
    """The rows of one function."""

    def __init__(self, model: ModuleModel, function: FunctionModel, origin: str) -> None:
        self.model, self.function, self.origin = model, function, origin
        self._values = CallerValues(model.module, {f"{model.module}.{n}": n for n in model.names}, frozenset())
        self._values.dotted.update(_WELL_KNOWN)
        self._values.dotted.update({name: f"{model.module}.{name}" for name in model.names})

    def observations(self, row: Any) -> Iterator[Observation]:
        if not isinstance(row, dict):
            return
        try:
            steps = self._steps(row)
        except (_NoValue, RecursionError):
            return
        shown = repr(_plain(row["expected"])) if self.origin == FROM_DOCSTRING and "expected" in row else ""
        yield Observation(Scenario(steps, self.function.qualname, self.origin), (), documented=shown)

    def _steps(self, row: Mapping[str, Any]) -> tuple[Step, ...]:
        function, before = self.function, tuple[Step, ...]()
        owner: Recipe = Name(self.model.module, function.qualname)
        if function.kind == "method":
            name = _variable(function.class_name)
            made = self._call(Name(self.model.module, function.class_name), row.get("init") or {})
            before, owner = (Step(made, name),), Attribute(Variable(name), function.name)
        called: Recipe = self._call(owner, row)
        return (*before, Step(Await(called) if function.is_async else called, "result"))

    def _call(self, called: Recipe, given: Mapping[str, Any]) -> Call:
        args, kwargs = given.get("args") or [], given.get("kwargs") or {}
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            raise _NoValue
        if not all(isinstance(name, str) and name.isidentifier() for name in kwargs):
            raise _NoValue
        named = tuple((name, self._value(value)) for name, value in kwargs.items())
        return Call(called, tuple(self._value(each) for each in args), named)

    def _value(self, value: Any) -> Recipe:
        if isinstance(value, list):
            return Sequence("list", tuple(self._value(each) for each in value))
        if isinstance(value, dict) and set(value) == {"python"} and isinstance(value["python"], str):
            return self._written(value["python"])
        if isinstance(value, dict):
            return Dictionary(tuple((Const(key), self._value(each)) for key, each in value.items()))
        return Const(value)

    def _written(self, text: str) -> Recipe:
        try:
            made = self._values.value(parse_expression(text))
        except (SyntaxError, ValueError, MemoryError) as error:
            raise _NoValue from error
        if made is None:
            raise _NoValue
        return made


def _plain(value: Any) -> Any:
    """A JSON value with its Python expressions read, where they are literals."""
    if isinstance(value, dict) and set(value) == {"python"}:
        try:
            return ast.literal_eval(str(value["python"]))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def _variable(class_name: str) -> str:
    name = class_name.rpartition(".")[2].lstrip("_")
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return words if words.isidentifier() and words != "result" else "instance"
