"""Finds what in a module gives an instance of a class besides its constructor: functions, methods, strings of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exploring.live_module import CALLED, is_below
from ..recipes import Attribute, Call, Name, Recipe

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["MakersOf"]


class MakersOf:
    """`given` makes instances by what returns them, `carried_on` goes on with methods that return their object."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._sources: dict[type, list[dict[str, Any]]] = {}
        self._fluent: dict[type, list[dict[str, Any]]] = {}

    def given(self, kind: type, depth: int) -> Recipe | None:
        """What a function or method that says it returns a `kind` returns; None when there is none."""
        if kind not in self._sources:
            self._sources[kind] = [f for f in self._usable() if self._returns(f) is kind]
        sources = self._sources[kind]
        return self._called(self.maker.rng.choice(sources), kind, depth) if sources else None

    def _usable(self) -> list[dict[str, Any]]:
        return [
            f
            for f in self.maker.live.functions.values()
            if f["kind"] in (*CALLED, "method", "property")
            and not (f["is_private"] or f["is_async"] or f["is_generator"] or f["is_abstract"])
            and not f["name"].startswith("__")
        ]

    def _returns(self, function: dict[str, Any]) -> Any:
        hint = self.maker.live.resolve(function["returns"]) if function["returns"] else None
        return hint if isinstance(hint, type) else None

    def _called(self, function: dict[str, Any], kind: type, depth: int) -> Recipe | None:
        live = self.maker.live
        if function["kind"] in CALLED:
            name = Name(live.name, function["qualname"])
            return Call(name, *self.maker.arguments(self._parameters(function), depth + 1))
        owner = live.classes.get(function["class_name"])
        if owner is None or (owner is kind and depth > 1):
            return None
        made = self.maker.objects.construct(owner, depth + 1)
        return None if made is None else self._member(made, function, depth)

    def _member(self, instance: Recipe, function: dict[str, Any], depth: int) -> Recipe:
        member = Attribute(instance, function["name"])
        if function["kind"] == "property":
            return member
        return Call(member, *self.maker.arguments(self._parameters(function), depth + 1))

    def _parameters(self, function: dict[str, Any]) -> list[Any]:
        live = self.maker.live
        found = live.lookup(function["qualname"])
        plain = found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
        return live._static_parameters(function, plain, 0 if function["kind"] in ("function", "staticmethod") else 1)

    def carried_on(self, kind: type, made: Recipe, depth: int) -> Recipe:
        """The instance after one or two of its methods that return it, as in `every(3).seconds.do(job)`."""
        if kind not in self._fluent:
            self._fluent[kind] = self._strung(kind)
        for _ in range(self.maker.rng.choice((1, 1, 2, 2, 3))) if self._fluent[kind] else ():
            made = self._member(made, self.maker.rng.choice(self._fluent[kind]), depth)
        return made

    def _strung(self, kind: type) -> list[dict[str, Any]]:
        owners = {q for q, own in self.maker.live.classes.items() if is_below(kind, own)}
        members = [f for f in self._usable() if f["class_name"] in owners and f["kind"] in ("method", "property")]
        return [f for f in members if f["gives_itself"] or self._returns(f) is kind]
