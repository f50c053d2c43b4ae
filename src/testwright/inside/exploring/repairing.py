"""Reads what an interpreter's complaint says of an input (wrong type, missing key, too short) and puts a fitting one there."""

from __future__ import annotations

import builtins
import pkgutil
import re
import sys
from collections.abc import Iterator
from types import ModuleType

from ..providers.maker import Maker
from ..recipes import Call, Const, Dictionary, Function, Name, Recipe, Sequence
from ..scenario import Scenario
from .editing import Edit, nodes
from .recalling import call_repairs
from .substitution import Values

__all__ = ["repairs"]

TEXT: tuple[Recipe, ...] = (Const("abc"), Const("1"), Const(""))
NUMBER: tuple[Recipe, ...] = (Const(1), Const(0), Const(2.5))
LIST: tuple[Recipe, ...] = (
    Sequence("list", (Const(1), Const(2), Const(3))),
    Sequence("list", (Const("a"), Const("b"))),
    Sequence("list", ()),
)
MAPPING: tuple[Recipe, ...] = (Dictionary(((Const("a"), Const(1)),)), Dictionary(()))
FUNCTION: tuple[Recipe, ...] = (
    Function("*args, **kwargs", Const(None)),
    Function("*args, **kwargs", Const(1)),
    Function("*args, **kwargs", Const("abc")),
)
PAIRS: tuple[Recipe, ...] = (
    Sequence("list", (Sequence("tuple", (Const("a"), Const(1))),)),
    Sequence("list", (Const("ab"), Const("cd"))),
)
BYTES: tuple[Recipe, ...] = (Const(b"abc"), Const(b""))
BY_TYPE: dict[str, tuple[Recipe, ...]] = {
    "str": TEXT,
    "int": NUMBER[:2],
    "float": NUMBER[2:],
    "list": LIST,
    "tuple": (Sequence("tuple", (Const("a"), Const(1))),),
    "dict": MAPPING,
    "bytes": BYTES,
    "set": (Sequence("set", (Const("a"),)),),
}
COMPLAINTS: tuple[tuple[re.Pattern[str], tuple[Recipe, ...]], ...] = tuple(
    (re.compile(pattern), offers)
    for pattern, offers in (
        (r"'(\w+)' object is not iterable", LIST + TEXT[:1] + MAPPING),
        (r"argument of type '(\w+)' is not (?:iterable|a container)", LIST + TEXT[:1] + MAPPING),
        (r"'(\w+)' object is not subscriptable", LIST + TEXT[:1] + MAPPING),
        (r"'(\w+)' object does not support item", MAPPING + LIST),
        (r"'(\w+)' object is not callable", FUNCTION),
        (r"'(\w+)' object is not a mapping", MAPPING),
        (r"object of type '(\w+)' has no len", LIST + TEXT[:1]),
        (r"'(\w+)' object is not an iterator", (Call(Name("builtins", "iter"), (LIST[0],)),)),
        (r"'(\w+)' object cannot be interpreted as an integer", NUMBER[:2]),
        (r"cannot unpack non-iterable (\w+) object", (Sequence("tuple", (Const("a"), Const(1))), *PAIRS)),
        (r"unhashable type: '(\w+)'", TEXT[:1] + NUMBER[:1]),
        (r"bad operand type for \w+(?:\(\))? .*: '(\w+)'", NUMBER),
        (r"must be real number, not (\w+)", NUMBER),
        (r"list indices must be integers or slices, not (\w+)", NUMBER[:2]),
        (r"string indices must be integers, not '(\w+)'", NUMBER[:2]),
        (r"(?:string|bytes-like) .*, (?:not|got) '?(\w+)", TEXT + BYTES[:1]),
        (r"(?:must be|expected) str(?:ing)?(?: or None)?(?:, bytes or os.PathLike object)?,? (?:not|found) (\w+)", TEXT),
        (r"sequence item \d+: expected str instance, (\w+) found", TEXT[:1]),
        (r"int\(\) argument must be .*, not '(\w+)'", (Const("12"), Const(3))),
        (r"float\(\) argument must be .*, not '(\w+)'", (Const("1.5"), Const(3))),
    )
)  # fmt: skip
TWO_TYPES = re.compile(
    r"(?:unsupported operand type|not supported between instances|can only concatenate)"
    r".*?['\" ](\w+)(?:'| \(not)[ and]* ['\"](\w+)['\"]"
)
LOOKED_UP = re.compile(r"(?:list|tuple|string) indices must be integers(?: or slices)?, not '?str")
"""A mapping was meant."""
MODULES = ("json", "os.path")
ATTRIBUTE_OWNERS = ("str", "list", "dict", "bytes", "set", "int")


def repairs(scenario: Scenario, error: BaseException, values: Values, maker: Maker) -> list[Edit]:
    """Edits that make the value that the interpreter complained of another, without repeats.

    `values`: what the scenario's nodes evaluated to in the very run that raised `error`.
    """
    message = str(error.args[0]) if error.args and type(error.args[0]) is str else ""
    calls = call_repairs(scenario, message, maker) if issubclass(type(error), TypeError) else ()
    offers = (edit for edit in _offers(scenario, error, message, values, maker) if len(edit[0]) > 1)
    return list(dict.fromkeys([*calls, *offers]))


def _offers(scenario: Scenario, error: BaseException, message: str, values: Values, maker: Maker) -> Iterator[Edit]:
    kind = type(error)
    if issubclass(kind, AttributeError):
        yield from _attribute(scenario, error, values, maker)
    elif issubclass(kind, ImportError):
        yield from _missing_module(scenario, error)
    elif issubclass(kind, KeyError):
        yield from _missing_key(scenario, error)
    elif issubclass(kind, IndexError):
        yield from _too_short(scenario)
    elif issubclass(kind, (TypeError, ValueError)):
        yield from _wrong_type(scenario, message, values)


def _attribute(scenario: Scenario, error: BaseException, values: Values, maker: Maker) -> Iterator[Edit]:
    """Values that have the attribute, where the scenario has the one that lacks it; or a name that it has."""
    lacking, name = getattr(error, "obj", None), getattr(error, "name", None)
    if not isinstance(name, str):
        return
    offers = [o for owner in ATTRIBUTE_OWNERS if hasattr(getattr(builtins, owner), name) for o in BY_TYPE[owner]]
    for kind, _ in maker.live.reachable_classes():
        if len(offers) < 8 and name in vars(kind):
            made = maker.objects.make(kind, 1)
            if made is not None:
                offers.append(made)
    plain = type(lacking) in (str, int, float, bool, type(None))
    names = _names(lacking)
    for place, value in values:
        if value is lacking or (plain and type(value) is type(lacking)):
            for offer in offers:
                yield place, offer
        elif type(value) is str and value == name:
            for other in names:
                yield place, Const(other)
    yield from _answers(scenario, type(lacking).__name__, tuple(offers))


def _names(lacking: object) -> list[str]:
    """What it may be asked for: of a module or a class what that has, of anything else what its class has."""
    holds = lacking if type(lacking) in (type, ModuleType) else type(lacking)
    return [n for n in dir(holds) if not n.startswith("_")][:3]


def _answers(scenario: Scenario, name: str, offers: tuple[Recipe, ...]) -> Iterator[Edit]:
    """The same for what a function of the scenario answers."""
    for place, node in nodes(scenario):
        if isinstance(node, Function) and isinstance(node.body, Const) and type(node.body.value).__name__ == name:
            for offer in offers:
                yield (*place, 0), offer


def _missing_module(scenario: Scenario, error: BaseException) -> Iterator[Edit]:
    """Another module's name where the scenario has the one that there is none of, or the last part of that."""
    name = getattr(error, "name", None)
    if not isinstance(name, str):
        return
    package, _, last = name.rpartition(".")
    inside = [m.name for m in pkgutil.iter_modules(getattr(sys.modules.get(package), "__path__", ()))][:2]
    for place, node in nodes(scenario):
        if isinstance(node, Const) and node.value in (name, last):
            for other in inside if node.value == last and package else MODULES:
                yield place, Const(other)


def _missing_key(scenario: Scenario, error: BaseException) -> Iterator[Edit]:
    key = error.args[0] if error.args else None
    if type(key) not in (str, int, bytes):
        return
    for place, node in nodes(scenario):
        if isinstance(node, Dictionary) and len(place) > 1:
            others = tuple((k, v) for k, v in node.items if k != Const(key))
            held = [v for _, v in node.items][:1]
            for value in (*held, Const("abc"), Const(1), LIST[0], MAPPING[0]):
                yield place, Dictionary((*others, (Const(key), value)))


def _too_short(scenario: Scenario) -> Iterator[Edit]:
    for place, node in nodes(scenario):
        if isinstance(node, Sequence) and node.kind in ("list", "tuple") and len(node.items) < 6:
            filler = node.items or (Const(1),)
            yield place, Sequence(node.kind, (*node.items, *filler, filler[-1]))
        elif isinstance(node, Const) and isinstance(node.value, str) and len(node.value) < 40:
            yield place, Const(node.value * 2 or "abc")


def _wrong_type(scenario: Scenario, message: str, values: Values) -> Iterator[Edit]:
    if LOOKED_UP.search(message):
        yield from _as_mapping(scenario, values)
    two = TWO_TYPES.search(message)
    if two:
        yield from _of_type(scenario, two[1], BY_TYPE.get(two[2], NUMBER), values)
        yield from _of_type(scenario, two[2], BY_TYPE.get(two[1], NUMBER), values)
        return
    for pattern, offers in COMPLAINTS:
        found = pattern.search(message)
        if found:
            yield from _of_type(scenario, found[1], offers, values)
            return


def _as_mapping(scenario: Scenario, values: Values) -> Iterator[Edit]:
    """A mapping with its items for keys in the place of a list, any in that of a text."""
    by_place = dict(nodes(scenario))
    for place, value in values:
        node = by_place.get(place)
        if isinstance(node, Sequence) and type(value) in (list, tuple):
            keys = [item for item in node.items if isinstance(item, Const) and type(item.value) is str]
            for held in (Const(1), Const("abc"), FUNCTION[2]) if keys else ():
                yield place, Dictionary(tuple((key, held) for key in dict.fromkeys(keys)))
        if type(value) in (list, tuple, str):
            for offer in MAPPING:
                yield place, offer


def _of_type(scenario: Scenario, name: str, offers: tuple[Recipe, ...], values: Values) -> Iterator[Edit]:
    for place, value in values:
        if type(value).__name__ == name:
            for offer in offers:
                yield place, offer
    yield from _answers(scenario, name, offers)
