"""Makes the functions that stand in for comparisons, lookups and calls: record what is plain, then do the very same."""

from __future__ import annotations

import operator
import re
import types
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any, Final

from .arcs import Site
from .snapshots import OPAQUE, elements, is_type, keys, snapshot, type_or_opaque

__all__ = ["Hook", "Note", "plain_hook", "recording_hook"]

Hook = Callable[..., Any]
Note = Callable[[int, str, Any, Any], None]
"""Keeps (site, op, left, right)."""


def _in(left: Any, right: Any) -> bool:
    return left in right


def _not_in(left: Any, right: Any) -> bool:
    return left not in right


_OPERATE: Final[dict[str, Hook]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _in,
    "not in": _not_in,
    "is": operator.is_,
    "is not": operator.is_not,
}
_SECOND: Final[Hook] = dict[int, Any]().get
"""`_SECOND(0, x)` is x: the cheapest call of C code that hands its second argument back."""
_DICTS = frozenset({dict, OrderedDict, defaultdict, Counter})
_SEQUENCES = frozenset({bytes, list, str, tuple})
_MAPPING_METHODS = frozenset({"get", "pop", "setdefault"})
_REGEX_METHODS = frozenset({"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"})
_REGEX_FUNCTIONS: Final[dict[str, Hook]] = {name: getattr(re, name) for name in _REGEX_METHODS}
_BUILTINS: Final[dict[str, Hook]] = {
    "isinstance": isinstance,
    "issubclass": issubclass,
    "hasattr": hasattr,
    "getattr": getattr,
    "int": int,
    "float": float,
    "complex": complex,
}
_PATTERN_METHOD: Final = type(re.compile("").match)
"""Methods that are handed their class as well, as a pattern's are, have a type of their own."""
_PARSERS = frozenset({"strptime", "fromisoformat", "fromhex"})


def plain_hook(site: Site) -> Hook:
    """What stands at the site while nothing is recorded; C functions where there is one."""
    if site.form == "compare":
        return _OPERATE[site.op]
    if site.form == "item":
        return operator.getitem
    if site.form == "chain":
        return _plain_chain([op for op, _ in site.detail])
    return _SECOND


def recording_hook(site: Site, note: Note) -> Hook:
    if site.form == "compare":
        return _compare(site.number, site.op, site.detail, note)
    if site.form == "chain":
        return _chain(site, note)
    makers: dict[str, Callable[[Site, Note], Hook]] = {
        "item": _item,
        "method": _method,
        "function": _function,
        "match": _match,
    }
    return makers[site.form](site, note)


def _compare(number: int, op: str, length: str, note: Note) -> Hook:
    operate = _OPERATE[op]
    if op in ("in", "not in"):

        def membership(left: Any, right: Any) -> Any:
            note(number, op, snapshot(left), elements(right))
            return operate(left, right)

        return membership
    if length:

        def by_length(left: Any, right: Any) -> Any:
            first, second = (left, right) if length == "left" else (right, left)
            note(number, "len", snapshot(first), snapshot(second))
            return operate(left, right)

        return by_length

    def comparison(left: Any, right: Any) -> Any:
        note(number, op, snapshot(left), snapshot(right))
        return operate(left, right)

    return comparison


def _plain_chain(ops: list[str]) -> Hook:
    return _chain_of([_OPERATE[op] for op in ops])


def _chain(site: Site, note: Note) -> Hook:
    return _chain_of([_compare(site.number, op, length, note) for op, length in site.detail])


def _chain_of(links: list[Hook]) -> Hook:
    """Only for chains whose operands from the third on are constants, so that they may be evaluated beforehand."""
    last = len(links) - 1

    def chain(*operands: Any) -> Any:
        for number in range(last):
            result = links[number](operands[number], operands[number + 1])
            if not result:
                return result
        return links[last](operands[last], operands[last + 1])

    return chain


def _item(site: Site, note: Note) -> Hook:
    number = site.number

    def item(container: Any, key: Any) -> Any:
        kind = type(container)
        if type(kind) is type:
            if kind in _DICTS:
                note(number, "key", snapshot(key), keys(container))
            elif type(key) is int and kind in _SEQUENCES:
                note(number, "index", key, len(container))
        return container[key]

    return item


def _method(site: Site, note: Note) -> Hook:
    """Only methods written in C are wrapped; the target's own are called by the target's own frame, as ever."""
    number, name = site.number, site.op

    def method(_: int, bound: Any) -> Any:
        kind = type(bound)
        if kind is types.BuiltinMethodType or kind is _PATTERN_METHOD:
            read = _reader(bound, name)
            if read is not None:
                return _recorded(bound, number, read, note)
        elif name in _REGEX_METHODS and bound is _REGEX_FUNCTIONS[name]:
            return _recorded(bound, number, _regex_function(name), note)
        return bound

    return method


def _function(site: Site, note: Note) -> Hook:
    number, name = site.number, site.op
    expected = _BUILTINS.get(name) or _REGEX_FUNCTIONS[name]
    read = _BUILTIN_READERS.get(name) or _regex_function(name)

    def function(_: int, called: Any) -> Any:
        return _recorded(called, number, read, note) if called is expected else called

    return function


_Read = Callable[[tuple[Any, ...], dict[str, Any]], tuple[str, Any, Any] | None]


def _recorded(called: Hook, number: int, read: _Read, note: Note) -> Hook:
    def call(*args: Any, **kwargs: Any) -> Any:
        found = read(args, kwargs)
        if found is not None:
            note(number, *found)
        return called(*args, **kwargs)

    return call


def _match(site: Site, note: Note) -> Hook:
    number = site.number
    examples, classes = site.detail

    def match(_: int, subject: Any) -> Any:
        if examples:
            note(number, "match", snapshot(subject), examples)
        if classes:
            note(number, "match-class", type(subject), classes)
        return subject

    return match


# Readers: what a call that is about to happen tells.


def _reader(bound: Any, name: str) -> _Read | None:
    owner = bound.__self__
    kind = type(owner)
    if type(kind) is not type:
        # A class is an instance of its metaclass, `type` for the ones meant here: datetime.strptime, bytes.fromhex.
        return None
    if kind is str or kind is bytes:
        return None if name in _MAPPING_METHODS else lambda args, kwargs: (name, owner, _first(args))
    if kind in _DICTS and name in _MAPPING_METHODS:
        return lambda args, kwargs: ("key", _first(args), keys(owner))
    if kind in (list, tuple) and name in ("index", "count", "remove"):
        return lambda args, kwargs: ("in", _first(args), elements(owner))
    if kind is re.Pattern and name in _REGEX_METHODS:
        return _regex_method(name, owner)
    if kind is type and name in _PARSERS:
        return lambda args, kwargs: (name, _first(args), snapshot(args[1]) if len(args) > 1 else None)
    return None


def _first(args: tuple[Any, ...]) -> Any:
    return snapshot(args[0]) if args else None


def _regex_method(name: str, pattern: re.Pattern[Any]) -> _Read:
    place = 1 if name in ("sub", "subn") else 0

    def read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any]:
        subject = args[place] if len(args) > place else kwargs.get("string", OPAQUE)
        return f"re.{name}", (pattern.pattern, pattern.flags), snapshot(subject)

    return read


def _regex_function(name: str) -> _Read:
    place = 2 if name in ("sub", "subn") else 1

    def read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any] | None:
        pattern = args[0] if args else kwargs.get("pattern")
        subject = args[place] if len(args) > place else kwargs.get("string", OPAQUE)
        if type(pattern) is re.Pattern:
            return f"re.{name}", (pattern.pattern, pattern.flags), snapshot(subject)
        flags = kwargs.get("flags", args[2] if place == 1 and name != "split" and len(args) > 2 else 0)
        if type(pattern) is str or type(pattern) is bytes:
            return f"re.{name}", (pattern, int(flags) if type(flags) in (int, re.RegexFlag) else 0), snapshot(subject)
        return None

    return read


def _classes(asked: object, depth: int = 0) -> tuple[Any, ...]:
    """The second argument of `isinstance`, flat: classes, tuples of them, unions."""
    if is_type(asked):
        return (asked,)
    if type(asked) is types.UnionType:
        return tuple(part for part in asked.__args__ if is_type(part))
    if type(asked) is tuple and depth < 3:
        return tuple(found for part in asked for found in _classes(part, depth + 1))
    return ()


def _read_isinstance(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any] | None:
    return ("isinstance", type(args[0]), _classes(args[1])) if len(args) == 2 else None


def _read_issubclass(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any] | None:
    return ("issubclass", type_or_opaque(args[0]), _classes(args[1])) if len(args) == 2 else None


def _read_attribute(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any] | None:
    return ("attr", type(args[0]), args[1]) if len(args) > 1 and type(args[1]) is str else None


def _conversion(name: str) -> _Read:
    def read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any, Any] | None:
        base = args[1] if len(args) > 1 else kwargs.get("base")
        return name, snapshot(args[0]) if args else OPAQUE, snapshot(base)

    return read


_BUILTIN_READERS: Final[dict[str, _Read]] = {
    "isinstance": _read_isinstance,
    "issubclass": _read_issubclass,
    "hasattr": _read_attribute,
    "getattr": _read_attribute,
    "int": _conversion("int"),
    "float": _conversion("float"),
    "complex": _conversion("complex"),
}
