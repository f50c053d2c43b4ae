"""Gathers the uses of a value while code is read, and says what a name or expression may stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from testwright.inside.recipes import Const

from .literals import distinct
from .model import Uses
from .source_text import Definition

__all__ = ["NOTHING", "Closure", "UsedValue", "Value", "join"]

DEEPEST = 6
MOST_NOTES = 40
MOST_NODES = 8


@dataclass(slots=True, eq=False)
class UsedValue:
    """One node of a growing Uses tree; below DEEPEST, notes go to nodes that belong to no tree."""

    depth: int = 0
    attributes: dict[str, UsedValue] = field(default_factory=dict)
    items: dict[str, UsedValue] = field(default_factory=dict)
    element: UsedValue | None = None
    result: UsedValue | None = None
    argument_counts: dict[int, None] = field(default_factory=dict)
    asked_for: dict[str, None] = field(default_factory=dict)
    operators: dict[str, None] = field(default_factory=dict)
    operands: list[Const] = field(default_factory=list)
    compared: list[Const] = field(default_factory=list)
    compared_names: dict[str, None] = field(default_factory=dict)
    lengths: dict[int, None] = field(default_factory=dict)
    isinstance: dict[str, None] = field(default_factory=dict)
    passed_to: dict[tuple[str, int | str], None] = field(default_factory=dict)
    stored_as: dict[str, None] = field(default_factory=dict)
    regexes: dict[str, None] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    def attribute(self, name: str) -> UsedValue:
        return self._child(self.attributes, name)

    def item(self, key: Any) -> UsedValue:
        return self._child(self.items, repr(key))

    def _child(self, among: dict[str, UsedValue], key: str) -> UsedValue:
        if self.depth >= DEEPEST:
            return UsedValue(self.depth)
        if key not in among:
            if len(among) >= MOST_NOTES:
                return UsedValue(self.depth + 1)
            among[key] = UsedValue(self.depth + 1)
        return among[key]

    def each(self) -> UsedValue:
        if self.element is None:
            if self.depth >= DEEPEST:
                return UsedValue(self.depth)
            self.element = UsedValue(self.depth + 1)
        return self.element

    def call(self, arguments: int) -> UsedValue:
        self.flags.add("called")
        self.argument_counts[arguments] = None
        if self.result is None:
            if self.depth >= DEEPEST:
                return UsedValue(self.depth)
            self.result = UsedValue(self.depth + 1)
        return self.result

    def absorb(self, other: UsedValue, places: dict[int, UsedValue] | None = None) -> None:
        """Takes over all that is known of `other`; `places` learns which node took over which (by id)."""
        if places is not None:
            places[id(other)] = self
        self.flags |= other.flags
        for name in _NOTES:
            getattr(self, name).update(getattr(other, name))
        self.operands.extend(other.operands[:MOST_NOTES])
        self.compared.extend(other.compared[:MOST_NOTES])
        for key, child in list(other.attributes.items()):
            self.attribute(key).absorb(child, places)
        for key, child in list(other.items.items()):
            self._child(self.items, key).absorb(child, places)
        if other.element is not None:
            self.each().absorb(other.element, places)
        if other.result is not None:
            for count in other.argument_counts:
                self.call(count).absorb(other.result, places)

    def frozen(self) -> Uses:
        """What was gathered."""
        notes: dict[str, Any] = {name: tuple(getattr(self, name))[:MOST_NOTES] for name in _NOTES}
        notes |= dict.fromkeys(self.flags, True)
        return Uses(
            attributes={key: child.frozen() for key, child in self.attributes.items()},
            items={key: child.frozen() for key, child in self.items.items()},
            element=self.element.frozen() if self.element else None,
            result=self.result.frozen() if self.result else None,
            operands=distinct(self.operands, MOST_NOTES),
            compared=distinct(self.compared, MOST_NOTES),
            **notes,
        )


_NOTES = (
    "argument_counts",
    "asked_for",
    "operators",
    "compared_names",
    "lengths",
    "isinstance",
    "passed_to",
    "stored_as",
    "regexes",
)


@dataclass(frozen=True, slots=True)
class Closure:
    """A lambda or nested function, to be read again when it is called with known values."""

    node: Any  # ast.Lambda | Definition
    names: dict[str, Value] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression may be: any of `nodes`, or something made of them."""

    nodes: tuple[UsedValue, ...] = ()
    parts: tuple[Value, ...] | None = None  # of a tuple or list display
    each: Value | None = None  # what iterating over it gives, when it is not a node itself
    closure: Closure | None = None
    length_of: tuple[UsedValue, ...] = ()

    def elements(self) -> Value:
        """What a loop over it binds; notes the iteration."""
        found: list[Value] = [] if self.each is None else [self.each]
        for node in self.nodes:
            node.flags.add("iterated")
            found.append(Value((node.each(),)))
        found.extend(self.parts or ())
        return join(found)

    def note(self, flag: str) -> None:
        for node in self.nodes:
            node.flags.add(flag)

    def moved(self, places: dict[int, UsedValue], depth: int = 0) -> Value:
        """The same value in terms of the nodes that took over its own; other nodes are dropped."""
        if depth > 3:
            return NOTHING
        return Value(
            _moved(self.nodes, places),
            None if self.parts is None else tuple(part.moved(places, depth + 1) for part in self.parts),
            None if self.each is None else self.each.moved(places, depth + 1),
            None,
            _moved(self.length_of, places),
        )


NOTHING = Value()
Names: TypeAlias = dict[str, Value]
FunctionNode: TypeAlias = Definition


def _moved(nodes: Iterable[UsedValue], places: dict[int, UsedValue]) -> tuple[UsedValue, ...]:
    return tuple(places[id(node)] for node in nodes if id(node) in places)


def join(values: Iterable[Value]) -> Value:
    """A value that may be any of these."""
    kept: list[Value] = []
    for value in values:
        if value is not NOTHING and value not in kept:
            kept.append(value)
    if not kept:
        return NOTHING
    if len(kept) == 1:
        return kept[0]
    eaches = [value.each for value in kept if value.each is not None]
    return Value(
        tuple(_distinct(node for value in kept for node in value.nodes))[:MOST_NODES],
        _joined_parts([value.parts for value in kept if value.parts is not None]),
        join(eaches) if eaches else None,
        next((value.closure for value in kept if value.closure is not None), None),
        tuple(_distinct(node for value in kept for node in value.length_of))[:MOST_NODES],
    )


def _joined_parts(all_parts: list[tuple[Value, ...]]) -> tuple[Value, ...] | None:
    if not all_parts or len({len(parts) for parts in all_parts}) > 1:
        return None
    return tuple(join(column) for column in zip(*all_parts, strict=True))


def _distinct(nodes: Iterable[UsedValue]) -> Iterator[UsedValue]:
    return iter({id(node): node for node in nodes}.values())
