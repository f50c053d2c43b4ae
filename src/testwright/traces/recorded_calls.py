"""Gathers how functions were called in recorded runs, in the form in which exploring takes what it begins with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from testwright.inside.recipes import Call, Name, Recipe, to_plain
from testwright.nouns.trace import Span
from testwright.traces.plain_to_recipe import FieldsOf, recipe_of, state_of

__all__ = ["RecordedCalls"]

_INIT = ".__init__"


class RecordedCalls:
    """Takes the spans of one trace after the other. What of a call cannot be made again stands as None.

    An object is made as it was where that was recorded too, and it has not changed since; else by its class's fields.
    """

    def __init__(self, fields_of: FieldsOf | None = None) -> None:
        self._fields_of = fields_of
        self._made: dict[str, Recipe] = {}
        self._calls: dict[str, dict[str, dict[str, Any]]] = {}

    def take(self, spans: Iterable[Span]) -> None:
        calls = [span for span in spans if span.kind == "call" and "<" not in span.name]
        for span in calls:
            if span.name.endswith(_INIT):
                self._learn(span)
        for span in calls:
            plain = self._plain(span)
            self._calls.setdefault(span.file, {}).setdefault(json.dumps(plain, sort_keys=True), plain)

    @property
    def files(self) -> list[str]:
        """From the project's root, with "/"."""
        return sorted(self._calls)

    def of(self, file: str) -> list[dict[str, Any]]:
        """In the form of `ExistingTests.calls`, each different one once."""
        return list(self._calls.get(file, {}).values())

    def functions_of(self, file: str) -> list[str]:
        """Qualified names; a constructor goes by its class, and is left to the tests of methods where there are any."""
        names = {str(call["function"]) for call in self.of(file)}
        used = {name.rpartition(".")[0] for name in names if not name.endswith(_INIT)}
        return sorted(
            name.removesuffix(_INIT)
            for name in names
            if not name.endswith(_INIT) or name.removesuffix(_INIT) not in used
        )

    def _recipe(self, plain: Any) -> Recipe | None:
        return recipe_of(plain, self._fields_of, self._made)

    def _learn(self, span: Span) -> None:
        """What a constructor that returned was given, for objects that still are as it left them."""
        data = span.data
        arguments = dict(_pairs(data.get("arguments")))
        names = list(arguments)
        if not names or "returned" not in data:
            return
        left = dict(_pairs(data.get("after"))).get(names[0], arguments[names[0]])
        keyword_only = set(data.get("keyword_only") or ())
        given = [self._recipe(arguments[name]) for name in names[1:] if name not in keyword_only]
        given += [self._recipe(plain) for plain in data.get("rest") or ()]
        named = {name: self._recipe(arguments[name]) for name in names if name in keyword_only}
        named |= {name: self._recipe(plain) for name, plain in _pairs(data.get("keywords"))}
        args = tuple(each for each in given if each is not None)
        kwargs = tuple((name, each) for name, each in named.items() if each is not None)
        module, _, qualname = span.name.partition(":")
        state = state_of(left)
        if state and (len(args), len(kwargs)) == (len(given), len(named)) and module != "__main__":
            self._made.setdefault(state, Call(Name(module, qualname.removesuffix(_INIT)), args, kwargs))

    def _plain(self, span: Span) -> dict[str, Any]:
        data = span.data
        keyword_only = set(data.get("keyword_only") or ())
        arguments = dict(_pairs(data.get("arguments")))
        return {
            "function": span.name.partition(":")[2],
            "positional": [name for name in arguments if name not in keyword_only],
            "arguments": {name: self._written(plain) for name, plain in arguments.items()},
            "rest": [self._written(plain) for plain in data.get("rest") or ()],
            "keywords": {name: self._written(plain) for name, plain in _pairs(data.get("keywords"))},
        }

    def _written(self, plain: Any) -> Any:
        recipe = self._recipe(plain)
        return None if recipe is None else to_plain(recipe)


def _pairs(value: Any) -> Iterable[tuple[str, Any]]:
    """What a trace from elsewhere has in the place of names and values may be anything."""
    for pair in value if isinstance(value, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            yield pair[0], pair[1]
