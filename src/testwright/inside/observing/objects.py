"""Writes objects of classes as calls of the class: dataclasses, attrs, namedtuples, plain classes that define `==`."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import keyword
import sys
from typing import Any

from ..recipes import Call, Const, Dictionary, Name, Recipe, Sequence
from .names import importable_name
from .standard_values import Unexpressible, Write

__all__ = ["attribute_names", "constructor_names", "field_names", "has_own_equality", "is_mock", "write_object"]

MOST_POSITIONAL = 3


def is_mock(kind: type) -> bool:
    """A stand-in of unittest.mock: it is equal to whatever it says, and has every attribute."""
    return any(c.__module__ == "unittest.mock" for c in kind.__mro__)


def has_own_equality(kind: type) -> bool:
    """Some class below `object` defines what `==` means."""
    return getattr(kind, "__eq__", None) is not object.__eq__


def field_names(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's, attrs class's or namedtuple's fields, in order; () for other classes."""
    if dataclasses.is_dataclass(kind):
        return tuple(f.name for f in dataclasses.fields(kind))
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes:
        return tuple(str(a.name) for a in attributes)
    if issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
        return tuple(str(f) for f in kind._fields)  # type: ignore[attr-defined]
    return ()


def constructor_names(kind: type) -> tuple[str, ...]:
    """The names of the constructor's parameters, without `self`, `*rest` and `**rest`."""
    return tuple(p.name for p in _parameters(kind) if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


def _parameters(kind: type) -> tuple[inspect.Parameter, ...]:
    try:
        return tuple(inspect.signature(kind).parameters.values())
    except (ValueError, TypeError):
        return ()


def attribute_names(value: Any) -> tuple[str, ...]:
    """What is stored in the object under a name that code can write: keys of `__dict__`, then filled slots.

    No user code runs.
    """
    names: list[str] = []
    with contextlib.suppress(AttributeError, TypeError):
        names += [k for k in object.__getattribute__(value, "__dict__") if isinstance(k, str)]
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else [s for s in slots if isinstance(s, str)]
    return tuple(dict.fromkeys(n for n in names if n not in ("__dict__", "__weakref__") and _can_be_written(n)))


def _can_be_written(name: str) -> bool:
    """`setattr(x, "", 1)` stores something that no `x.` reads."""
    return name.isidentifier() and not keyword.iskeyword(name)


def write_object(value: Any, write: Write, *, verify: bool) -> Recipe:
    """A call of the value's class that should give an equal object (the caller verifies). Raises Unexpressible."""
    kind = type(value)
    name = importable_name(kind)
    if name is None or is_mock(kind) or not has_own_equality(kind):
        raise Unexpressible
    if dataclasses.is_dataclass(kind):
        return _dataclass(value, name, write)
    if getattr(kind, "__attrs_attrs__", None):
        return _attrs(value, name, write)
    if issubclass(kind, tuple) and field_names(kind):
        return _arranged(name, [(f, getattr(value, f), False) for f in field_names(kind)], write)
    for plain in (str, bytes, int, float, list, dict, tuple, set, frozenset):
        if issubclass(kind, plain):
            return Call(name, (_as_builtin(value, plain, write),))
    if not verify:
        raise Unexpressible
    return _by_constructor(value, name, write)


def _as_builtin(value: Any, plain: type, write: Write) -> Recipe:
    if plain is dict:
        return Dictionary(tuple((write(k), write(v)) for k, v in dict.items(value)))
    if plain in (list, tuple):
        kind: Any = plain
        return Sequence("list", tuple(write(v) for v in kind.__iter__(value)))
    convert: Any = {str: str.__str__, int: int.__int__, float: float.__float__}.get(plain, plain)
    return write(convert(value))


def _dataclass(value: Any, name: Name, write: Write) -> Recipe:
    fields = [f for f in dataclasses.fields(value) if f.init]
    parts = [(f.name, getattr(value, f.name), f.kw_only is True) for f in fields]
    return _arranged(name, parts, write, optional={f.name for f in fields if _stays_empty(f)})


def _stays_empty(field: dataclasses.Field[Any]) -> bool:
    if field.default is not dataclasses.MISSING:
        return _is_empty(field.default)
    return field.default_factory in (list, dict, set)


def _attrs(value: Any, name: Name, write: Write) -> Recipe:
    parts = []
    for attribute in type(value).__attrs_attrs__:
        if attribute.init:
            parameter = getattr(attribute, "alias", None) or str(attribute.name).lstrip("_")
            parts.append((parameter, getattr(value, attribute.name), bool(attribute.kw_only)))
    return _arranged(name, parts, write)


def _arranged(
    name: Name, parts: list[tuple[str, Any, bool]], write: Write, *, optional: set[str] | None = None
) -> Recipe:
    """Few fields are given by position, many by keyword; then those that are empty by default are left out."""
    if len(parts) <= MOST_POSITIONAL and not any(by_keyword for _, _, by_keyword in parts):
        return Call(name, tuple(write(v) for _, v, _ in parts))
    kept = [(k, v) for k, v, _ in parts if not (k in (optional or ()) and _is_empty(v))]
    return Call(name, (), tuple((k, write(v)) for k, v in kept))


def _is_empty(value: Any) -> bool:
    return value is None or value is False or (type(value) in (str, tuple, list, dict, set) and not value)


def _by_constructor(value: Any, name: Name, write: Write) -> Recipe:
    arguments = _stored_arguments(value)
    if arguments is not None:
        positional, named = arguments
        return Call(name, tuple(write(v) for v in positional), tuple((k, write(v)) for k, v in named))
    return Call(name, (Const(_text(value)),))


_ABSENT = object()


def _stored_arguments(value: Any) -> tuple[list[Any], list[tuple[str, Any]]] | None:
    """What the constructor was given, read back from attributes of the parameters' names; None: not all are there."""
    positional: list[Any] = []
    named: list[tuple[str, Any]] = []
    parameters = _parameters(type(value))
    many = len(parameters) > MOST_POSITIONAL
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        stored = _stored(value, parameter.name)
        if stored is _ABSENT:
            if parameter.default is parameter.empty:
                return None
            many = True
        elif many and parameter.kind is not parameter.POSITIONAL_ONLY and _is_plainly(stored, parameter.default):
            continue
        elif parameter.kind is parameter.KEYWORD_ONLY or (many and parameter.kind is parameter.POSITIONAL_OR_KEYWORD):
            named.append((parameter.name, stored))
        else:
            positional.append(stored)
    return (positional, named) if parameters else None


def _is_plainly(stored: Any, default: Any) -> bool:
    """The default and what is stored are the same plain value: nobody writes that into a long call."""
    return type(stored) is type(default) and type(stored) in (type(None), bool, int, str) and stored == default


def _stored(value: Any, name: str) -> Any:
    kept = object.__getattribute__(value, "__dict__") if hasattr(value, "__dict__") else {}
    for key in (name, f"_{name}", f"_{type(value).__name__.lstrip('_')}__{name}"):
        if key in kept:
            return kept[key]
    for key in (name, f"_{name}"):
        found = inspect.getattr_static(value, key, _ABSENT)
        if found is not _ABSENT and not callable(found):
            try:
                return getattr(value, key)
            except Exception:  # noqa: BLE001  a property of the class under test may raise anything
                continue
    return _ABSENT


def _text(value: Any) -> str:
    """The object's own text, when its class words it: `IPv4Address("10.0.0.1")`."""
    kind = type(value)
    if getattr(kind, "__str__", None) is object.__str__ or kind.__module__ not in sys.modules:
        raise Unexpressible
    try:
        text = str(value)
    except Exception:  # noqa: BLE001  a __str__ of the class under test may raise anything
        raise Unexpressible from None
    if len(text) > 200:
        raise Unexpressible
    return text
