"""Decides, once for each class, how its instances are written."""

from __future__ import annotations

import enum
from abc import ABCMeta
from typing import Any

from .builtin_values import BUILTIN, CONTENT, class_reference, opaque
from .class_reading import (
    attributes_of,
    class_name,
    dictionary_getter,
    hides_nothing,
    is_in_its_place,
    mro_of,
    slot_getters,
    text_of,
)
from .foreign_values import foreign_writer
from .moment import Moment, Write
from .plain_tree import Plain
from .sentinels import name_of_sentinel
from .standard_values import BASES, STANDARD, standard_writer

__all__ = ["WRITERS", "writer_of"]

WRITERS: dict[int, Write] = {id(kind): writer for kind, writer in {**BUILTIN, **STANDARD}.items()}
"""By the id of a class; these classes live as long as the interpreter."""

_CLASSES_KNOWN = 4096
_found: dict[int, tuple[type, Write]] = {}

_ARGUMENTS = BaseException.__dict__["args"].__get__
_CAUSE = BaseException.__dict__["__cause__"].__get__
_FILE_NAME = OSError.__dict__["filename"].__get__
_WHY_NOT = {
    "types:GeneratorType": "generator",
    "types:CoroutineType": "coroutine",
    "types:AsyncGeneratorType": "async generator",
    "_io:_IOBase": "file",
    "_socket:socket": "socket",
    "_thread:lock": "lock",
    "_thread:RLock": "lock",
}


def writer_of(kind: type) -> Write:
    """Kept for classes that have a place of their own: others must not live longer for having been recorded."""
    known = _found.get(id(kind))
    if known is not None:
        return known[1]
    writer = _guarded(_decide(kind))
    if is_in_its_place(kind):
        if len(_found) >= _CLASSES_KNOWN:
            _found.clear()
        _found[id(kind)] = (kind, writer)
    return writer


def _guarded(writer: Write) -> Write:
    """A value that cannot be read is told as such, and takes nothing else with it."""

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        try:
            return writer(moment, value, depth)
        except Exception as error:  # noqa: BLE001  a stranger's object may be half built, or changed meanwhile
            return opaque(value, type(error).__name__)

    return write


def _decide(kind: type) -> Write:
    mro = mro_of(kind)
    ids = {id(each) for each in mro}
    name = class_name(kind)
    if id(type) in ids:
        return class_reference
    plainly_made = type(kind) is type or type(kind) is ABCMeta
    known = standard_writer(kind, name) if plainly_made else None
    if known is not None:
        return known
    if id(enum.Enum) in ids:
        return _enum(name, mro)
    foreign = foreign_writer(kind, name, mro)
    if foreign is not None:
        return foreign
    if id(BaseException) in ids:
        return _exception(name, mro)
    base = next((base for base in BASES if id(base) in ids), None)
    if base is not None:
        return _derived(name, mro, base)
    return _object(kind, name, mro)


def _object(kind: type, name: str, mro: tuple[type, ...]) -> Write:
    dictionary, slots = dictionary_getter(mro), slot_getters(mro)
    if not hides_nothing(kind, len(slots)):
        return _unreadable(next((why for each in mro if (why := _WHY_NOT.get(class_name(each)))), "C object"))
    has_place = "<" not in name

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        met = moment.met(value)
        if met is not None:
            return met
        held = attributes_of(value, dictionary, slots)
        if not (held and has_place) and (known := name_of_sentinel(value)):
            return ["name", known]
        plain = moment.begin(value, ["object", name, moment.number(value)])
        moment.add_attributes(plain, held, depth)
        return plain

    return write


def _unreadable(why: str) -> Write:
    def write(moment: Moment, value: Any, depth: int) -> Plain:
        return opaque(value, why)

    return write


def _derived(name: str, mro: tuple[type, ...], base: type) -> Write:
    """What the builtin class holds, and what the derived one adds."""
    dictionary = dictionary_getter(mro)
    # Instances of differing lengths have no room for slots; what looks so are names of a struct_time's items.
    slots = [] if base.__itemsize__ else [pair for pair in slot_getters(mro) if pair[0] not in base.__dict__]
    content = CONTENT.get(base)
    write_base = {**BUILTIN, **STANDARD}.get(base)

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        met = moment.met(value)
        if met is not None:
            return met
        inner: Any = [base.__name__]
        if content is not None:
            plain = moment.begin(value, ["items", name, moment.number(value), inner])
            content(moment, inner, value, depth)
        else:
            assert write_base is not None
            inner = write_base(moment, value, depth)
            plain = moment.begin(value, ["items", name, moment.number(value), inner])
        moment.add_attributes(plain, attributes_of(value, dictionary, slots), depth)
        return plain

    return write


def _enum(name: str, mro: tuple[type, ...]) -> Write:
    """By its name, `A|B` for several flags; the number of flags that have none."""
    dictionary, slots = dictionary_getter(mro), slot_getters(mro)

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        held = dict(attributes_of(value, dictionary, slots))
        member = held.get("_name_")
        if type(member) is str:
            return ["enum", name, text_of(member)]
        return ["items", name, moment.number(value), moment.write(held.get("_value_"), depth + 1)]

    return write


def _exception(name: str, mro: tuple[type, ...]) -> Write:
    """Those of the interpreter as the call that makes them; of others what they hold, as they may have any constructor."""
    dictionary = dictionary_getter(mro)
    slots = slot_getters(tuple(kind for kind in mro if class_name(kind).partition(":")[0] != "builtins"))
    own = name.startswith("builtins:")
    of_files = any(kind is OSError for kind in mro)

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        met = moment.met(value)
        if met is not None:
            return met
        arguments, cause = _ARGUMENTS(value), _CAUSE(value)
        added = attributes_of(value, dictionary, slots)
        if of_files and len(arguments) == 2 and _FILE_NAME(value) is not None:
            arguments = (*arguments, _FILE_NAME(value))
        if own and cause is None and not added:
            plain = moment.begin(value, ["std", name.replace(":", ".")])
            granted = moment.take(len(arguments), depth)
            moment.add_items(plain, arguments[:granted], depth + 1)
            return plain if granted == len(arguments) else ["opaque", name, "budget"]
        plain = moment.begin(value, ["object", name, moment.number(value)])
        caused = [] if cause is None else [("__cause__", cause)]
        moment.add_attributes(plain, [("args", arguments), *caused, *added], depth)
        return plain

    return write
