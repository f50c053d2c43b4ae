"""Writes values of the interpreter's own classes: containers, numbers, texts, and what can be named.

Each is also given instances of subclasses (`base_of`), so none asks the value itself: `list.__len__(value)`, not
`len(value)`, which the subclass may have written anew.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from itertools import islice
from typing import Any

from .class_reading import class_name, mro_of, names_of_module, space_of, text_of
from .moment import WIDEST, Moment, Write, cut_short, wide
from .plain_tree import Plain

__all__ = ["BUILTIN", "CONTENT", "class_reference", "first_pairs", "opaque"]

Content = Callable[[Moment, list[Any], Any, int], None]
"""Writes what is in a container to the list that has its tag already."""

_RETRIES = 3
_NAMES = vars(types.ModuleType)["__dict__"].__get__


def opaque(value: Any, why: str) -> Plain:
    return ["opaque", class_name(type(value)), why]


# -- scalars ----------------------------------------------------------------------------------------------------------


def _itself(moment: Moment, value: Any, depth: int) -> Plain:
    return value


def _integer(moment: Moment, value: int, depth: int) -> Plain:
    exact = int.__int__(value)
    return exact if exact.bit_length() < WIDEST else wide(exact)


def _float(moment: Moment, value: float, depth: int) -> Plain:
    exact = float.__float__(value)
    return exact if exact - exact == 0.0 else ["float", _odd_float(exact)]


def _odd_float(value: float) -> str:
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _complex(moment: Moment, value: complex, depth: int) -> Plain:
    exact = complex.__complex__(value)
    return ["complex", _float(moment, exact.real, depth), _float(moment, exact.imag, depth)]


def _text(moment: Moment, value: str, depth: int) -> Plain:
    if type(value) is str:
        return moment.text(value)
    return moment.text(str.__getitem__(value, slice(0, moment.limits.hashed)), str.__len__(value))


def _octets(moment: Moment, value: bytes, depth: int) -> Plain:
    return moment.octets(bytes.__getitem__(value, slice(0, moment.limits.hashed)), bytes.__len__(value))


def _bytearray(moment: Moment, value: bytearray, depth: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    begun = bytes(bytearray.__getitem__(value, slice(0, moment.limits.hashed)))
    return moment.begin(value, ["std", "builtins.bytearray", moment.octets(begun, bytearray.__len__(value))])


def _memoryview(moment: Moment, value: memoryview, depth: int) -> Plain:
    if value.ndim != 1 or value.format != "B":
        return opaque(value, f"a view of {value.ndim} dimensions")
    return ["std", "builtins.memoryview", moment.octets(value[: moment.limits.hashed].tobytes(), value.nbytes)]


# -- containers -------------------------------------------------------------------------------------------------------


def _list(moment: Moment, value: list[Any], depth: int) -> Plain:
    known, identity = moment.known, id(value)
    if identity in known:  # spelled out, here and below: most of what is copied goes through these
        return moment.met(value)
    plain: list[Any] = ["list"]
    known[identity] = plain, value
    length = len(value)
    granted = moment.take(length, depth)
    moment.add_items(plain, value[:granted], depth + 1)
    return plain if granted == length else cut_short(plain, "list", length, granted)


def _tuple(moment: Moment, value: tuple[Any, ...], depth: int) -> Plain:
    """Not looked up: nobody can tell one tuple from an equal other one but by `is`."""
    plain: list[Any] = ["tuple"]
    length = len(value)
    granted = moment.take(length, depth)
    moment.add_items(plain, value[:granted], depth + 1)
    return plain if granted == length else cut_short(plain, "tuple", length, granted)


def _dict(moment: Moment, value: dict[Any, Any], depth: int) -> Plain:
    known, identity = moment.known, id(value)
    if identity in known:
        return moment.met(value)
    plain: list[Any] = ["dict"]
    known[identity] = plain, value
    length = len(value)
    granted = moment.take(length, depth)
    pairs = first_pairs(value, granted)
    moment.add_pairs(plain, pairs, depth + 1)
    return plain if len(pairs) == length else cut_short(plain, "dict", length, len(pairs))


def _set(moment: Moment, value: set[Any], depth: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    plain = moment.begin(value, ["set"])
    _set_content(moment, plain, value, depth)
    return plain


def _frozenset(moment: Moment, value: frozenset[Any], depth: int) -> Plain:
    plain: list[Any] = ["frozenset"]
    _frozenset_content(moment, plain, value, depth)
    return plain


def _list_content(moment: Moment, plain: list[Any], value: list[Any], depth: int) -> None:
    granted = moment.take(list.__len__(value), depth)
    moment.add_items(plain, list.__getitem__(value, slice(0, granted)), depth + 1)
    cut_short(plain, "list", list.__len__(value), granted)


def _tuple_content(moment: Moment, plain: list[Any], value: tuple[Any, ...], depth: int) -> None:
    granted = moment.take(tuple.__len__(value), depth)
    moment.add_items(plain, tuple.__getitem__(value, slice(0, granted)), depth + 1)
    cut_short(plain, "tuple", tuple.__len__(value), granted)


def _dict_content(moment: Moment, plain: list[Any], value: dict[Any, Any], depth: int) -> None:
    pairs = first_pairs(value, moment.take(dict.__len__(value), depth))
    moment.add_pairs(plain, pairs, depth + 1)
    cut_short(plain, "dict", dict.__len__(value), len(pairs))


def _set_content(moment: Moment, plain: list[Any], value: set[Any], depth: int) -> None:
    granted = moment.take(set.__len__(value), depth)
    moment.add_items(plain, list(islice(set.__iter__(value), granted)), depth + 1)
    plain[1:] = sorted(plain[1:], key=repr)  # of plain values: their order must not depend on hashes
    cut_short(plain, "set", set.__len__(value), granted)


def _frozenset_content(moment: Moment, plain: list[Any], value: frozenset[Any], depth: int) -> None:
    granted = moment.take(frozenset.__len__(value), depth)
    moment.add_items(plain, list(islice(frozenset.__iter__(value), granted)), depth + 1)
    plain[1:] = sorted(plain[1:], key=repr)
    cut_short(plain, "frozenset", frozenset.__len__(value), granted)


def first_pairs(value: dict[Any, Any], wanted: int) -> list[tuple[Any, Any]]:
    """The first pairs; once more where another thread is changing the dictionary, and none where it never stops."""
    for _ in range(_RETRIES):
        try:
            pairs = dict.items(value)
            return list(pairs if dict.__len__(value) <= wanted else islice(pairs, wanted))
        except RuntimeError:
            continue
    return []


# -- what has a name --------------------------------------------------------------------------------------------------


def class_reference(moment: Moment, value: type, depth: int) -> Plain:
    name = class_name(value)
    if "<" in name or "?" in name:
        return opaque(value, f"a class that has no place of its own: {name}")
    return ["name", name]


def _function(moment: Moment, value: types.FunctionType, depth: int) -> Plain:
    """By its name, or by where it is written: a lambda's column tells it from others on its line."""
    name = f"{text_of(value.__module__)}:{text_of(value.__qualname__)}"
    if "<" not in name and "?" not in name and _is_found(value, name):
        return ["name", name]
    met = moment.met(value)
    if met is not None:
        return met
    code = value.__code__
    name = f"{text_of(value.__module__)}:{text_of(code.co_qualname)}"
    column = _column(code) if code.co_name == "<lambda>" else -1
    place = [text_of(code.co_filename), code.co_firstlineno, column]
    plain = moment.begin(value, ["function", name, moment.number(value), *place])
    cells = zip(code.co_freevars, value.__closure__ or (), strict=False)
    moment.add_attributes(plain, [(free, content) for free, cell in cells for content in _contents(cell)], depth)
    return plain


def _is_found(value: types.FunctionType, name: str) -> bool:
    """Whoever follows the name comes to the function, and not to what a decorator has made of it."""
    module, _, qualname = name.partition(":")
    first, *rest = qualname.split(".")
    found: Any = names_of_module(module).get(first)
    for part in rest:
        found = space_of(found).get(part) if any(each is type for each in mro_of(type(found))) else None
    is_wrapped = type(found) is staticmethod or type(found) is classmethod
    return found is value or (is_wrapped and found.__func__ is value)


def _column(code: types.CodeType) -> int:
    """Where its body begins: which instruction comes first is the interpreter's business, and that of who weaves it."""
    positions = code.co_positions()
    places = [
        (line, begin) for line, _, begin, end in positions if line is not None and begin is not None and begin != end
    ]
    return min(places)[1] if places else -1


def _contents(cell: Any) -> list[Any]:
    """Nothing, as long as the variable has no value."""
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def _method(moment: Moment, value: types.MethodType, depth: int) -> Plain:
    """Of a class: its name; of an instance: the instance and the function."""
    owner = value.__self__
    if any(kind is type for kind in mro_of(type(owner))) and type(value.__func__) is types.FunctionType:
        return ["name", f"{class_name(owner)}.{text_of(value.__func__.__name__)}"]  # type: ignore[arg-type]
    plain = ["object", "types:MethodType", moment.number(value)]
    moment.begin(value, plain)
    moment.add_attributes(plain, [("__self__", owner), ("__func__", value.__func__)], depth)
    return plain


def _builtin(moment: Moment, value: types.BuiltinFunctionType, depth: int) -> Plain:
    owner = value.__self__
    if owner is None or type(owner) is types.ModuleType:
        return ["name", f"{text_of(value.__module__)}:{text_of(value.__qualname__)}"]
    if any(kind is type for kind in mro_of(type(owner))):
        return ["name", f"{class_name(owner)}.{text_of(value.__name__)}"]  # type: ignore[arg-type]
    return opaque(value, f"the method {text_of(value.__name__)} of a {class_name(type(owner))}")


def _member(moment: Moment, value: Any, depth: int) -> Plain:
    """`str.upper`, `object.__repr__`."""
    return ["name", f"{class_name(value.__objclass__)}.{text_of(value.__name__)}"]


def _module(moment: Moment, value: types.ModuleType, depth: int) -> Plain:
    held = _NAMES(value)
    return ["name", f"{text_of(dict.get(held, '__name__'))}:"]


def _constant(name: str) -> Write:
    def write(moment: Moment, value: Any, depth: int) -> Plain:
        return ["name", f"builtins:{name}"]

    return write


_METHOD_OF_C = (type(str.upper), type(object.__repr__), type(dict.__dict__["fromkeys"]))

BUILTIN: dict[type, Write] = {
    type(None): _itself,
    bool: _itself,
    int: _integer,
    float: _float,
    complex: _complex,
    str: _text,
    bytes: _octets,
    bytearray: _bytearray,
    memoryview: _memoryview,
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: _frozenset,
    type: class_reference,
    types.FunctionType: _function,
    types.MethodType: _method,
    types.BuiltinFunctionType: _builtin,
    types.ModuleType: _module,
    type(...): _constant("Ellipsis"),
    type(NotImplemented): _constant("NotImplemented"),
    **dict.fromkeys(_METHOD_OF_C, _member),
}

CONTENT: dict[type, Content] = {
    list: _list_content,
    tuple: _tuple_content,
    dict: _dict_content,
    set: _set_content,
    frozenset: _frozenset_content,
}
