"""Reads classes and the attributes of their instances without running a line of anybody's code.

`type(value)`, the getters that CPython itself keeps in `type.__dict__`, and the descriptors that it makes for
`__dict__` and for each slot are all that is used: no `__getattribute__`, property or metaclass has a say.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

__all__ = [
    "Getter",
    "attributes_of",
    "class_name",
    "dictionary_getter",
    "function_at",
    "hides_nothing",
    "is_in_its_place",
    "mro_of",
    "names_of_module",
    "own_function",
    "slot_getters",
    "space_of",
    "text_of",
]

Getter = Callable[[Any], Any]

_GET_MRO: Getter = type.__dict__["__mro__"].__get__
_GET_SPACE: Getter = type.__dict__["__dict__"].__get__
_GET_MODULE: Getter = type.__dict__["__module__"].__get__
_GET_QUALNAME: Getter = type.__dict__["__qualname__"].__get__
_GET_SIZE: Getter = type.__dict__["__basicsize__"].__get__
_GET_DICT_PLACE: Getter = type.__dict__["__dictoffset__"].__get__
_GET_WEAKREF_PLACE: Getter = type.__dict__["__weakrefoffset__"].__get__

_GET_NAMES: Getter = vars(types.ModuleType)["__dict__"].__get__

_MOST_DECORATORS = 5
_POINTER = tuple.__itemsize__
_SMALLEST = object.__basicsize__
IN_TYPES = {
    id(kind): name
    for name, kind in reversed(vars(types).items())
    if type(kind) is type and kind.__module__ == "builtins"
}
"""Classes that say they live in `builtins`, where nobody finds them; the module `types` has them."""


def mro_of(kind: type) -> tuple[type, ...]:
    """The classes that `kind` derives from, itself first."""
    found: tuple[type, ...] = _GET_MRO(kind)
    return found


def space_of(kind: type) -> dict[str, Any]:
    """A copy of what the class's own body defined."""
    return dict(_GET_SPACE(kind).items())


def text_of(value: object) -> str:
    """The characters of a str, of a subclass too, without what JSON cannot carry; "?" for anything else."""
    if type(value) is not str and not any(kind is str for kind in mro_of(type(value))):
        return "?"
    text = str.__str__(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def class_name(kind: type) -> str:
    """`module:Qualified.Name`."""
    if id(kind) in IN_TYPES:
        return f"types:{IN_TYPES[id(kind)]}"
    try:
        module = _GET_MODULE(kind)
    except AttributeError:
        module = None  # somebody deleted it
    return f"{text_of(module)}:{text_of(_GET_QUALNAME(kind))}"


def names_of_module(name: str) -> dict[str, Any]:
    """What a module that is loaded has, unless something else was put in its place."""
    module = sys.modules.get(name)
    if not any(kind is types.ModuleType for kind in mro_of(type(module))):
        return {}
    held: dict[str, Any] = _GET_NAMES(module)
    return held


def own_function(kind: type, name: str) -> types.FunctionType | None:
    """What instances have for a method of that name, if it is a function in Python."""
    for each in mro_of(kind):
        found = _GET_SPACE(each).get(name)
        if found is not None:
            return found if type(found) is types.FunctionType else None
    return None


def is_in_its_place(kind: type) -> bool:
    """Whoever follows the class's module and name comes to the class."""
    module, _, qualname = class_name(kind).partition(":")
    first, *rest = qualname.split(".")
    found: Any = names_of_module(module).get(first)
    for part in rest:
        found = space_of(found).get(part) if any(each is type for each in mro_of(type(found))) else None
    return found is kind


def function_at(names: Mapping[str, Any], code: types.CodeType) -> types.FunctionType | None:
    """The function with that code, if its qualified name leads to it from the names of its module, decorators aside."""
    first, *rest = code.co_qualname.split(".")
    found: Any = dict.get(names, first) if type(names) is dict else None
    for part in rest:
        found = space_of(found).get(part) if any(each is type for each in mro_of(type(found))) else None
    for _ in range(_MOST_DECORATORS):
        if type(found) is types.FunctionType:
            if found.__code__ is code:
                return found
            found = found.__dict__.get("__wrapped__")
        elif type(found) is staticmethod or type(found) is classmethod:
            found = found.__func__
        else:
            found = found.fget if type(found) is property else None
    return None


def dictionary_getter(mro: tuple[type, ...]) -> Getter | None:
    """What gives an instance's own `__dict__`; None where there is none, or a property stands in its place."""
    for kind in mro:
        for found in space_of(kind).values():
            # A member is what some classes written in C have instead.
            is_getter = type(found) is types.GetSetDescriptorType or type(found) is types.MemberDescriptorType
            if is_getter and found.__name__ == "__dict__":
                return found.__get__  # type: ignore[no-any-return]
    return None


def slot_getters(mro: tuple[type, ...]) -> list[tuple[str, Getter]]:
    """The attributes that instances keep in slots, those of the first classes first."""
    found: dict[str, Getter] = {}
    for kind in mro:
        for member in space_of(kind).values():
            if type(member) is types.MemberDescriptorType and member.__name__ != "__dict__":
                found.setdefault(text_of(member.__name__), member.__get__)
    return list(found.items())


def hides_nothing(kind: type, slots: int) -> bool:
    """An instance's memory holds its dictionary and slots alone: there is no struct of C that only C can read."""
    known: int = _SMALLEST + _POINTER * (slots + (_GET_DICT_PLACE(kind) > 0) + (_GET_WEAKREF_PLACE(kind) > 0))
    size: int = _GET_SIZE(kind)
    return size <= known


def attributes_of(value: Any, dictionary: Getter | None, slots: list[tuple[str, Getter]]) -> list[tuple[str, Any]]:
    """Names and values of what is set: of the dictionary, then of the slots."""
    found: list[tuple[str, Any]] = []
    if dictionary is not None:
        held = dictionary(value)
        found += [(name if type(name) is str else text_of(name), one) for name, one in list(dict.items(held))]
    for name, getter in slots:
        try:
            found.append((name, getter(value)))
        except AttributeError:
            continue  # not set
    return found
