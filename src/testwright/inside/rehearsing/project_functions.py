"""Imports and calls the functions that a project's settings name: parsers of fields, processors of traces, hooks."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

from ..recording.values import snapshot
from .kolo_hooks import KoloHooks

__all__ = [
    "FieldPath",
    "FunctionFailed",
    "FunctionProblem",
    "NotImportable",
    "hooked",
    "imported",
    "importable",
    "parsed_values",
    "processed",
]

_AS_TEXT = (date, time, timedelta, Decimal, UUID, PurePath)
PARTS = ("imports", "fixtures", "decorators", "arrange", "request", "asserts")


class FunctionProblem(Exception):
    """What is wrong with one of them; `kind` is the setting that names it."""

    slug = ""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind

    def to_plain(self) -> dict[str, str]:
        return {"slug": self.slug, "message": str(self), "kind": self.kind}


class NotImportable(FunctionProblem):
    """What a setting names is not there, or not of use."""

    slug = "setting-not-importable"


class FunctionFailed(FunctionProblem):
    """A function raised, ended its process, or gave nonsense."""

    slug = "project-function-failed"


class FieldPath(str):
    """The dotted path of a field's class, as Kolo's parsers take it; `name`, `model` and `field` tell the rest."""

    __slots__ = ("field", "model", "name")
    field: Any
    name: str
    model: str

    def __new__(cls, field: Any) -> FieldPath:
        kind = type(field)
        path = super().__new__(cls, f"{kind.__module__}.{kind.__qualname__}")
        path.field, path.name, path.model = field, field.name, field.model._meta.label
        return path


def imported(path: str, kind: str) -> Any:
    """FunctionProblem where the dotted path leads to nothing."""
    module, _, name = path.rpartition(".")
    try:
        if not module:
            raise ImportError("a dotted path has a module and a name")
        return getattr(importlib.import_module(module), name)
    except Exception as error:
        raise _not_importable(path, kind, error) from error


def importable(functions: Mapping[str, Sequence[Any]]) -> None:
    """FunctionProblem for the first that cannot be imported or called."""
    for kind in ("field_parsers", "trace_processors", "hooks"):
        for path in functions.get(kind, ()):
            _function(path, kind)


def _not_importable(path: str, kind: str, error: Exception) -> FunctionProblem:
    return NotImportable(f"{path!r} cannot be imported: {type(error).__name__}: {error}", kind)


def _function(path: str, kind: str) -> Callable[..., Any]:
    found = imported(path, kind)
    if not callable(found):
        raise NotImportable(f"{path!r} is {found!r:.80}, which cannot be called", kind)
    function: Callable[..., Any] = found
    return function


def _called(function: Callable[..., Any], path: str, kind: str, what: str, *given: Any) -> Any:
    try:
        return function(*given)
    except Exception as error:
        raise FunctionFailed(f"{path!r} raised {type(error).__name__}: {error} for {what}", kind) from error


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def parsed_values(functions: Mapping[str, Sequence[Any]], orders: Iterable[Mapping[str, Any]]) -> bytes:
    """JSON: for each of the orders ("label", "attname", and the "text" and "imports" of a value's source) the plain value
    that parsers have put in its place, in a list; None where they left it.
    """
    from django.apps import apps

    parsers = [(path, _function(path, "field_parsers")) for path in functions.get("field_parsers", ())]
    names: dict[str, Any] = {}
    found: list[Any] = []
    for order in orders:
        exec(order["imports"], names)
        value = eval(order["text"], names)
        before = snapshot(value)
        model = apps.get_model(order["label"])
        field = next(each for each in model._meta.concrete_fields if each.attname == order["attname"])
        what = f"{order['label']}.{order['attname']} = {order['text']:.80}"
        for path, parser in parsers:
            value = _called(parser, path, "field_parsers", what, value, FieldPath(field))
        after = snapshot(value)
        found.append(None if after == before else [_writable(after, value, what)])
    return json.dumps(found).encode()


def _writable(plain: Any, value: Any, what: str) -> Any:
    if '["opaque"' in json.dumps(plain) or '["object"' in json.dumps(plain):
        raise FunctionFailed(
            f"a field parser gave {value!r:.80} for {what}, which no test can write down",
            "field_parsers",
        )
    return plain


# ── traces ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def processed(functions: Mapping[str, Sequence[Any]], contexts: Sequence[dict[str, Any]]) -> bytes:
    """JSON: for each context the names that processors have added or changed."""
    processors = [(path, _function(path, "trace_processors")) for path in functions.get("trace_processors", ())]
    return json.dumps([_processed(processors, context) for context in contexts]).encode()


def _processed(processors: Sequence[tuple[str, Callable[..., Any]]], context: dict[str, Any]) -> dict[str, Any]:
    given = {name: json.dumps(value) for name, value in context.items()}
    for path, processor in processors:
        found = _called(processor, path, "trace_processors", f"trace {context.get('trace')}", context)
        if found and not isinstance(found, Mapping):
            raise _nonsense(path, f"gave {found!r:.80}, not a dictionary")
        for name, value in dict(found or {}).items():
            if not isinstance(name, str):
                raise _nonsense(path, f"gave a dictionary with the key {name!r:.80}, which is no text")
            context[name] = _plain(value, path, name)
    whole = {name: _plain(value, processors[-1][0], name) for name, value in context.items()}
    return {name: value for name, value in whole.items() if given.get(name) != json.dumps(value)}


def _plain(value: Any, path: str, name: str) -> Any:
    """What a template can have: JSON; moments, decimals, paths and the like as their text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each, path, name) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, path, name) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(each, path, name) for each in value), key=str)
    raise _nonsense(path, f"gave {name!r} = {value!r:.80}, which no template can have")


def _nonsense(path: str, what: str, kind: str = "trace_processors") -> FunctionProblem:
    return FunctionFailed(f"{path!r} {what}", kind)


# ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _kolo_hooks(modules: Sequence[str]) -> list[tuple[str, Callable[..., Any]]]:
    if not modules:
        return []
    hooks = KoloHooks()
    try:
        hooks.load(modules)
    except Exception as error:
        raise _not_importable(", ".join(modules), "hook_modules", error) from error
    return [(", ".join(modules), hooks.changed)]


def _require_code(test: Mapping[str, Any], path: str) -> None:
    body = [*test["arrange"], *test["request"], *test["asserts"]]
    head = [*test["imports"], *test["decorators"], f"def test({', '.join(test['fixtures'])}):"]
    try:
        compile("\n".join([*head, *(f"    {line}" for line in body)]), "<hook>", "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "text", None) or ""
        raise _nonsense(path, f"gave a test that is no Python: {error} at {line.strip()!r}", "hooks") from error


def hooked(functions: Mapping[str, Sequence[Any]], tests: Sequence[dict[str, Any]]) -> bytes:
    """JSON: each test's parts as hooks gave them back. A hook that gives nothing has changed what it was given, or nothing."""
    hooks = [(path, _function(path, "hooks")) for path in functions.get("hooks", ())]
    hooks += _kolo_hooks(functions.get("hook_modules", ()))
    for test in tests:
        for path, hook in hooks:
            found = _called(hook, path, "hooks", f"test {test.get('name')!r}", test)
            if found is not None and not isinstance(found, Mapping):
                raise _nonsense(path, f"gave {found!r:.80}, not a dictionary", "hooks")
            test.update(found or {})
            for part in PARTS:
                lines = test.get(part)
                if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
                    raise _nonsense(path, f"gave {part!r} = {lines!r:.80}, which is no list of lines", "hooks")
            _require_code(test, path)
    return json.dumps([{part: test[part] for part in PARTS} for test in tests]).encode()
