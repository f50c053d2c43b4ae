"""Decides which places of a statement may vary between the rows of one parametrize table."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Item,
    Name,
    Operation,
    Recipe,
    Sequence,
    Variable,
    to_plain,
)

__all__ = ["Opened", "Slot", "fill", "is_table_value", "key_of", "open_slots", "substitute"]

_MARK = "<slot {}>"


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: its value, its keyword ("" = positional), the callee's qualname and the position there."""

    value: Recipe
    keyword: str
    callee: str
    position: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A statement with its arguments taken out: two statements are of one shape when their templates are equal."""

    template: Recipe
    slots: tuple[Slot, ...]


def key_of(recipe: Recipe) -> str:
    """Text that is equal for equal recipes alone (True is not 1 here, and nan is nan)."""
    return repr(to_plain(recipe))


def is_table_value(recipe: Recipe, module: str) -> bool:
    """Whether it may be built while pytest collects: literals, names, and objects of the standard library."""
    match recipe:
        case Const() | Name():
            return True
        case Sequence(items=items):
            return all(is_table_value(item, module) for item in items)
        case Dictionary(items=pairs):
            return all(is_table_value(x, module) for pair in pairs for x in pair)
        case Attribute(target=target):
            return is_table_value(target, module)
        case Call(function=Name(module="unittest.mock")):
            return False  # it remembers its calls: the next run of the test would meet a used one
        case Call(function=function, args=args, kwargs=kwargs):
            return _is_foreign(function, module) and all(
                is_table_value(a, module) for a in (*args, *dict(kwargs).values())
            )
        case Operation("-", left, None):
            return isinstance(left, Const)
        case _:
            return False


def _is_foreign(function: Recipe, module: str) -> bool:
    while isinstance(function, Attribute):
        function = function.target
    if not isinstance(function, Name) or function.module == module:
        return False
    return function.module.partition(".")[0] in sys.stdlib_module_names


def open_slots(recipe: Recipe, target: str, module: str) -> Opened:
    """The statement under test with its plain arguments, and those of the objects it is called on, taken out."""
    slots: list[Slot] = []
    template = _Opener(module, slots).open(recipe, target)
    return Opened(template, tuple(slots))


def fill(template: Recipe, values: dict[int, Recipe]) -> Recipe:
    """The template with the slots replaced by the recipes given for their numbers."""
    return _replaced(template, {_MARK.format(number): value for number, value in values.items()})


@dataclass(slots=True)
class _Opener:
    module: str
    slots: list[Slot]

    def open(self, recipe: Recipe, callee: str) -> Recipe:
        match recipe:
            case Call(function=function, args=args, kwargs=kwargs):
                opened = self.open(function, "") if isinstance(function, (Attribute, Call)) else function
                name = callee or (function.qualname if isinstance(function, Name) else "")
                return Call(
                    opened,
                    tuple(self.argument(a, "", name, i) for i, a in enumerate(args)),
                    tuple((k, self.argument(v, k, name, -1)) for k, v in kwargs),
                )
            case Attribute(target=target, name=name):
                return Attribute(self.open(target, ""), name)
            case Await(target=target):
                return Await(self.open(target, callee))
            case Item(target=target, key=key):
                return Item(self.open(target, ""), self.argument(key, "", callee, 0))
            case Operation(symbol, left, right) if right is not None:
                return Operation(symbol, self.argument(left, "", "", 0), self.argument(right, "", callee, 0))
            case _:
                return recipe

    def argument(self, value: Recipe, keyword: str, callee: str, position: int) -> Recipe:
        if not is_table_value(value, self.module):
            return self.open(value, "")
        self.slots.append(Slot(value, keyword, callee, position))
        return Variable(_MARK.format(len(self.slots) - 1))


def _replaced(recipe: Recipe, values: dict[str, Recipe]) -> Recipe:
    match recipe:
        case Variable(name=name):
            return values.get(name, recipe)
        case Sequence(items=items):
            return replace(recipe, items=tuple(_replaced(i, values) for i in items))
        case Dictionary(items=pairs):
            return Dictionary(tuple((_replaced(k, values), _replaced(v, values)) for k, v in pairs))
        case Call(function=function, args=args, kwargs=kwargs):
            return Call(
                _replaced(function, values),
                tuple(_replaced(a, values) for a in args),
                tuple((k, _replaced(v, values)) for k, v in kwargs),
            )
        case Attribute(target=target, name=name):
            return Attribute(_replaced(target, values), name)
        case Await(target=target):
            return Await(_replaced(target, values))
        case Item(target=target, key=key):
            return Item(_replaced(target, values), _replaced(key, values))
        case Operation(symbol, left, right):
            return Operation(symbol, _replaced(left, values), None if right is None else _replaced(right, values))
        case _:
            return recipe


def substitute(recipe: Recipe, variable: str, value: Recipe) -> Recipe:
    """The recipe with the variable replaced (not inside a Function, whose parameters may hide it)."""
    return _replaced(recipe, {variable: value})
