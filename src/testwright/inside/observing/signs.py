"""Notes what may betray a bug: a complaint of the interpreter about the module's code, a result of another type than said."""

from __future__ import annotations

import collections.abc
import types
import typing
from typing import Any

from ..contract import Contract
from ..internal_errors import spot_of
from ..recipes import Attribute, Await, Call, Name, Recipe, resolve_name
from ..running import Ending
from ..scenario import Scenario, Sign

__all__ = ["mismatch", "signs_of"]

LONGEST = 200
PLAIN = (int, float, str, bool, bytes, list, dict, tuple, set, frozenset, bytearray, type(None))
NUMBERS = (int, float, complex)
ITEMS_LOOKED_AT = 20
LATER = (
    collections.abc.Generator,
    collections.abc.Coroutine,
    collections.abc.AsyncGenerator,
    collections.abc.Awaitable,
    collections.abc.AsyncIterator,
)


def signs_of(scenario: Scenario, ending: Ending, *, module: str, path: str) -> tuple[Sign, ...]:
    """Those that a run shows whose last step was reached."""
    error = ending.error
    found = _of_error(error, path) if error is not None else _of_result(scenario, ending.value, module)
    if found is None:
        return ()
    kind, what, seen, line, function, weak = found
    return (Sign(kind, what, seen, line, function, Contract().breach(scenario), weak),)


_Found = tuple[str, str, str, int, str, bool]


def _of_error(error: BaseException, path: str) -> _Found | None:
    spot = spot_of(error, path)
    if spot is None:
        return None
    return "error", spot[0], _words(error), spot[1], spot[2], False


def _words(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except Exception:  # noqa: BLE001  what the code under test put into it may raise anything
        return ""


def _of_result(scenario: Scenario, value: Any, module: str) -> _Found | None:
    function = _under_test(scenario.steps[-1].recipe, scenario.target, module)
    if function is None or value is NotImplemented or type(value).__module__.startswith("unittest"):
        return None
    try:
        hint = typing.get_type_hints(function).get("return", Any)
    except Exception:  # noqa: BLE001  an annotation may be anything
        return None
    wrong = mismatch(value, hint)
    if not wrong:
        return None
    code = function.__code__
    told = _hint_text(function, hint)
    return "type", told, wrong.removeprefix("~"), code.co_firstlineno, code.co_qualname, wrong.startswith("~")


def _hint_text(function: types.FunctionType, hint: Any) -> str:
    written = function.__annotations__.get("return")
    return written if isinstance(written, str) else getattr(hint, "__name__", str(hint).replace("typing.", ""))


def _under_test(recipe: Recipe, target: str, module: str) -> types.FunctionType | None:
    """The plain function whose direct result the step gives."""
    while isinstance(recipe, Await):
        recipe = recipe.target
    name = target.rpartition(".")[2]
    called = recipe.function if isinstance(recipe, Call) else recipe
    said = called.qualname.rpartition(".")[2] if isinstance(called, Name) else getattr(called, "name", "")
    if said != name or not isinstance(called, (Name, Attribute)):
        return None
    try:
        owner, _, last = target.rpartition(".")
        holder = resolve_name(module, owner) if owner else None
        found = vars(holder)[last] if isinstance(holder, type) else resolve_name(module, target)
    except (ImportError, AttributeError, KeyError):
        return None
    if isinstance(found, (staticmethod, classmethod)):
        found = found.__func__
    if isinstance(found, property):
        found = found.fget
    return found if isinstance(found, types.FunctionType) and not _is_later(found) else None


def _is_later(function: types.FunctionType) -> bool:
    """What it gives is not what its annotation is about: it is decorated, or its body runs later."""
    return hasattr(function, "__wrapped__") or bool(function.__code__.co_flags & 0x220)  # generators


def mismatch(value: Any, hint: Any) -> str:
    """What the value is, where that surely is nothing the hint allows; with ~ before it where hints are often loose."""
    if hint is None:
        hint = type(None)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in args:
            return ""
        wrongs = [mismatch(value, one) for one in args if one is not type(None)]
        return min(wrongs, key=lambda w: (bool(w), w.startswith("~"))) if all(wrongs) else ""
    if origin is typing.Literal:
        plain = type(value) in (int, str, bool, bytes, type(None))
        return repr(value)[:LONGEST] if plain and not any(type(a) is type(value) and a == value for a in args) else ""
    kind = origin or hint
    if not isinstance(kind, type) or kind in (object, Any, type(None)) or issubclass(kind, LATER):
        return ""
    if value is None:
        return "" if isinstance(None, kind) else "None"
    if type(value) not in PLAIN:
        return ""
    if not _is_instance(value, kind):
        return _shown(value, kind)
    return _of_items(value, args)


def _is_instance(value: Any, kind: type) -> bool:
    if kind in NUMBERS and type(value) in (int, float, bool):
        return NUMBERS.index(kind) >= NUMBERS.index(int if type(value) is bool else type(value))
    try:
        return isinstance(value, kind)
    except Exception:  # noqa: BLE001  a metaclass may answer as it likes
        return True


def _shown(value: Any, kind: type) -> str:
    """A number for another, something that is true or false for a bool, one sequence for another: often meant so."""
    loose = (
        kind is bool
        or (kind in NUMBERS and type(value) in NUMBERS)
        or (kind in (list, tuple) and type(value) in (list, tuple))
        or kind not in PLAIN
    )
    return ("~" if loose else "") + repr(value)[:LONGEST]


def _of_items(value: Any, args: tuple[Any, ...]) -> str:
    """None among items that are never None."""
    if type(value) is dict and len(args) == 2:
        items = list(value.values())[:ITEMS_LOOKED_AT]
        return repr(value)[:LONGEST] if any(mismatch(i, args[1]) == "None" for i in items) else ""
    if type(value) is tuple and args and args[-1] is not ...:
        if len(args) != len(value):
            return "" if args == ((),) else repr(value)[:LONGEST]
        pairs = zip(value, args, strict=True)
        return repr(value)[:LONGEST] if any(mismatch(i, a) == "None" for i, a in pairs) else ""
    if type(value) in (list, tuple, set, frozenset) and args:
        items = list(value)[:ITEMS_LOOKED_AT]
        return repr(value)[:LONGEST] if any(mismatch(i, args[0]) == "None" for i in items) else ""
    return ""
