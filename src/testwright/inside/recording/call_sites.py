"""Finds calls in bytecode that may read the clock, chance and the like, by the names that they are made by (CPython 3.11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dis import stack_effect
from opcode import HAVE_ARGUMENT
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

from .instructions import CACHED_CALL
from .opcodes import EXTENDED_ARG, JUMPS, op

__all__ = ["ITEM", "FoundCall", "calls_in", "names_held", "names_imported"]

ITEM = "__getitem__"
_METHODS = frozenset(
    (
        *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"),
        *("now", "utcnow", "today", "localdate", "uuid1", "uuid4", "uuid6", "uuid7", "getenv"),
        *("random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle", "choices"),
        *("normalvariate", "lognormvariate", "expovariate", "vonmisesvariate", "gammavariate", "gauss", "betavariate"),
        *("paretovariate", "weibullvariate", "getrandbits", "randbytes", "binomialvariate"),
        *("randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe"),
        *("open", "read_text", "read_bytes", "write_text", "write_bytes"),
    )
)
_ENVIRON = "environ"
_ALWAYS = _METHODS | {_ENVIRON}
_PLAIN = frozenset(("open", _ENVIRON))
_OP = {name: op(name) for name in ("LOAD_METHOD", "LOAD_ATTR", "LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_DEREF")}
_OP |= {name: op(name) for name in ("LOAD_CLASSDEREF", "IMPORT_FROM", "KW_NAMES", "PRECALL", "CALL_FUNCTION_EX")}
_OP |= {name: op(name) for name in ("BINARY_SUBSCR", "STORE_NAME", "STORE_GLOBAL", "STORE_FAST", "STORE_DEREF")}
_OF_LOCALS = {_OP[name] for name in ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "STORE_FAST", "STORE_DEREF")}
_OF_OBJECTS = {_OP["LOAD_METHOD"], _OP["LOAD_ATTR"]}
_LOADS = frozenset(each for name, each in _OP.items() if name.startswith("LOAD_"))
_STORES = frozenset(each for name, each in _OP.items() if name.startswith("STORE_"))
_LOAD = re.compile(b"[%b]" % re.escape(bytes(_LOADS)))
_IMPORT = re.compile(re.escape(bytes((_OP["IMPORT_FROM"],))))
_NOT_TO_THE_NEXT = frozenset(op(name) for name in ("JUMP_FORWARD", "RETURN_VALUE", "RAISE_VARARGS", "RERAISE"))
_MOST_ARGUMENTS = 200
_CACHED_ITEM = 5


class _Instruction(NamedTuple):
    start: int
    """In units of two bytes, its prefixes included."""
    end: int
    """Without what the interpreter keeps behind it."""
    op: int
    argument: int


class FoundCall(NamedTuple):
    """The interpreter has the called on the stack at `start`, and the result at `end`."""

    start: int
    end: int
    name: str
    """That a method, or another attribute, is asked for by."""
    given: int
    """Arguments on the stack, above the called."""
    keywords: tuple[str, ...] = ()
    """The names of the last of them."""
    is_spread: bool = False
    """What is given is a tuple, and a mapping if there are two."""


def names_held(names: dict[str, Any]) -> frozenset[str]:
    """Of a module's, those that may be functions of interest, whatever they are called there."""
    held: list[tuple[str, Any]] = list(dict.items(names))
    return frozenset(name for name, value in held if _is_of_interest(value))


def _is_of_interest(value: Any) -> bool:
    kind = type(value)
    return (kind is BuiltinFunctionType or kind is FunctionType or kind is MethodType) and value.__name__ in _METHODS


def names_imported(code: CodeType) -> frozenset[str]:
    """By `from random import choice as pick`, in this code and in what is defined in it."""
    found: set[str] = set()
    if not _METHODS.isdisjoint(code.co_names):
        text = code.co_code
        for match in _IMPORT.finditer(text[::2]):
            imported, stored = list(_instructions(text, _start_of(text, match.start()), 2))
            if stored.op in _STORES and code.co_names[imported.argument] in _METHODS:
                found.add(_name(code, stored))
    for each in code.co_consts:
        if type(each) is CodeType:
            found |= names_imported(each)
    return frozenset(found)


def calls_in(code: CodeType, aliases: frozenset[str]) -> list[FoundCall]:
    """Of the functions of interest, and of others by these names. What is not understood is left out."""
    plain = _PLAIN | aliases
    if _ALWAYS.isdisjoint(code.co_names) and not any(
        not aliases.isdisjoint(names) for names in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    ):
        return []
    text, found = code.co_code, dict[int, FoundCall]()
    before: _Instruction | None = None
    for match in _LOAD.finditer(text[::2]):
        load = next(_instructions(text, _start_of(text, match.start()), 1))
        call = _call_of(code, text, load, before, plain)
        if call is not None:
            found[call.start] = call
        before = load
    return sorted(found.values())


def _call_of(
    code: CodeType, text: bytes, load: _Instruction, before: _Instruction | None, plain: Iterable[str]
) -> FoundCall | None:
    name = _name(code, load)
    if name == _ENVIRON:
        return _consumer(code, text, load, ITEM)
    if load.op in _OF_OBJECTS:
        is_meant = name in _METHODS or (name == "get" and before is not None and _name(code, before) == _ENVIRON)
        return _consumer(code, text, load, name) if is_meant else None
    return _consumer(code, text, load, "") if name in plain else None


def _consumer(code: CodeType, text: bytes, load: _Instruction, name: str) -> FoundCall | None:
    """Follows what lies on the stack from the loaded value up, until it is called, or gone."""
    height, noted = 1, dict[int, int]()
    previous = load
    for each in _instructions(text, load.end):
        height = noted.setdefault(each.start, height)
        if height < 1:
            return None
        found = _found(code, each, previous, height, name)
        if found is not None:
            return found
        argument = each.argument if each.op >= HAVE_ARGUMENT else None
        if each.op in JUMPS:
            noted.setdefault(each.end + each.argument, height + stack_effect(each.op, argument, jump=True))
        height += stack_effect(each.op, argument, jump=False)
        if each.op in _NOT_TO_THE_NEXT:
            height = 0  # unless somebody jumps to the next
        previous = each
    return None


def _found(code: CodeType, each: _Instruction, previous: _Instruction, height: int, name: str) -> FoundCall | None:
    if name == ITEM:
        is_item = each.op == _OP["BINARY_SUBSCR"] and height == 2
        return FoundCall(each.start, each.start + _CACHED_ITEM, name, 1) if is_item else None
    if each.op == _OP["PRECALL"] and height - each.argument == 1 and each.argument <= _MOST_ARGUMENTS:
        end = each.end + 1 + CACHED_CALL
        if previous.op == _OP["KW_NAMES"]:
            return FoundCall(previous.start, end, name, each.argument, code.co_consts[previous.argument])
        return FoundCall(each.start, end, name, each.argument)
    if each.op == _OP["CALL_FUNCTION_EX"] and height == 2 + (each.argument & 1):
        return FoundCall(each.start, each.end, name, 1 + (each.argument & 1), is_spread=True)
    return None


def _name(code: CodeType, each: _Instruction) -> str:
    if each.op in _OF_LOCALS:
        return str(code._varname_from_oparg(each.argument))  # type: ignore[attr-defined]
    return code.co_names[each.argument >> 1 if each.op == _OP["LOAD_GLOBAL"] else each.argument]


def _instructions(text: bytes, start: int, most: int = -1) -> Iterator[_Instruction]:
    argument, unit = 0, start
    while 2 * unit < len(text) and most:
        number, low = text[2 * unit], text[2 * unit + 1]
        argument, unit = argument << 8 | low, unit + 1
        if number == EXTENDED_ARG:
            continue
        if number:  # else it is kept by the interpreter behind the one before
            yield _Instruction(start, unit, number, argument)
            most -= 1
        argument, start = 0, unit


def _start_of(text: bytes, unit: int) -> int:
    """With its prefixes."""
    while unit and text[2 * unit - 2] == EXTENDED_ARG:
        unit -= 1
    return unit
