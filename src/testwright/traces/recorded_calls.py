"""Gathers how functions were called in recorded runs, in the form in which exploring takes what it begins with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from testwright.inside.recipes import Call, Name, Recipe, to_plain
from testwright.nouns.trace import Span
from testwright.traces.plain_to_recipe import BARE, FLAT, Change, FieldsOf, History, Places, Steps, recipe_of, state_of

__all__ = ["RecordedCalls"]

_INIT = ".__init__"
_MOST_CHANGES = 6
"""Calls that an object is changed by before it is used: a test of more is hard to read."""
_CHANGING_DUNDERS = frozenset({"__setitem__", "__delitem__", "__call__", "__next__"})


class RecordedCalls:
    """Takes the spans of one trace after the other. What of a call cannot be made again stands as None.

    An object is made as it was where that was recorded too, and changed by the calls of its methods that changed it, where
    those were recorded; else it is made by its class's fields or parameters.
    """

    def __init__(self, fields_of: FieldsOf | None = None, places: Places | None = None) -> None:
        self._fields_of, self._places = fields_of, places
        self._made: dict[str, History] = {}
        self._calls: dict[str, dict[str, dict[str, Any]]] = {}
        self.sources: dict[str, str] = {}
        """Digests of the files as they were recorded, as far as that is known."""

    def take(self, spans: Iterable[Span]) -> None:
        calls = [span for span in spans if span.kind == "call" and "<" not in span.name]
        self._learn_objects(calls)
        for span in calls:
            if isinstance(span.data.get("source"), str):
                self.sources[span.file] = span.data["source"]
            plain = self._plain(span)
            known = self._calls.setdefault(span.file, {}).setdefault(json.dumps(plain, sort_keys=True), plain)
            known.setdefault("spans", []).append([span.trace, span.n])

    @property
    def files(self) -> list[str]:
        """From the project's root, with "/"."""
        return sorted(self._calls)

    def of(self, file: str) -> list[dict[str, Any]]:
        """In the form of `ExistingTests.calls`, each different one once; with what was recorded of each."""
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

    def _recipe(self, plain: Any, steps: Steps | None = None, name: str = "value", way: str = "") -> Recipe | None:
        return recipe_of(plain, self._fields_of, self._made, self._places, steps, name, way)

    # -- how objects came to be -------------------------------------------------------------------------------------------

    def _learn_objects(self, calls: Sequence[Span]) -> None:
        for span in calls:
            if span.name.endswith(_INIT):
                self._learn_constructed(span)
        known = -1
        while known != len(self._made):  # what changed one object may need another
            known = len(self._made)
            for span in calls:
                self._learn_changed(span)

    def _learn_constructed(self, span: Span) -> None:
        """What a constructor that returned was given, for objects that still are as it left them."""
        data = span.data
        names = [name for name, _ in _pairs(data.get("arguments"))]
        if not names or "returned" not in data:
            return
        left = _after(data, names[0])
        given = self._given(data)
        state = state_of(left)
        # A class that has its constructor from another one is still made by its own name.
        kind = self._kind(left, span) if state else None
        if kind is not None and given is not None:
            self._made.setdefault(state, History(Call(kind, *given)))

    def _kind(self, left: Any, span: Span) -> Recipe | None:
        """Of an object, what makes it; None where the constructor is called by that of a class below it."""
        module, _, qualname = str(left[1]).partition(":")
        own = f"{module}:{qualname}{_INIT}"
        if module == "__main__" or (own != span.name and self._is_made_by_itself(module, qualname)):
            return None
        found = self._places.stand_in(module, qualname) if self._places is not None else None
        return found or (None if "<" in qualname else Name(module, qualname))

    def _is_made_by_itself(self, module: str, qualname: str) -> bool:
        return self._places is not None and self._places.defines_constructor(module, qualname)

    def _learn_changed(self, span: Span) -> None:
        data = span.data
        name = span.name.rpartition(".")[2]
        names = [each for each, _ in _pairs(data.get("arguments"))]
        after = dict(_pairs(data.get("after")))
        private = name.startswith("_") and name not in _CHANGING_DUNDERS
        if not names or names[0] not in after or "returned" not in data or private or data.get("kind") != "function":
            return
        before = state_of(dict(_pairs(data.get("arguments")))[names[0]])
        state, known = state_of(after[names[0]]), self._made.get(before)
        if not state or known is None or state in self._made or len(known.changes) >= _MOST_CHANGES:
            return
        given = self._given(data)
        if given is not None:
            change = Change(name, *given, of_attribute=self._is_attribute(span.name))
            self._made[state] = History(known.made, (*known.changes, change))

    def _is_attribute(self, place: str) -> bool:
        module, _, qualname = place.partition(":")
        return self._places is not None and self._places.is_attribute(module, qualname)

    def _given(self, data: Any) -> tuple[tuple[Recipe, ...], tuple[tuple[str, Recipe], ...]] | None:
        """The arguments after the first, None where one cannot be made again."""
        arguments = dict(_pairs(data.get("arguments")))
        names = list(arguments)
        keyword_only = set(data.get("keyword_only") or ())
        given = [self._recipe(arguments[name]) for name in names[1:] if name not in keyword_only]
        given += [self._recipe(plain) for plain in data.get("rest") or ()]
        named = {name: self._recipe(arguments[name]) for name in names if name in keyword_only}
        named |= {name: self._recipe(plain) for name, plain in _pairs(data.get("keywords"))}
        args = tuple(each for each in given if each is not None)
        kwargs = tuple((name, each) for name, each in named.items() if each is not None)
        return (args, kwargs) if (len(args), len(kwargs)) == (len(given), len(named)) else None

    # -- calls ------------------------------------------------------------------------------------------------------------

    def _plain(self, span: Span) -> dict[str, Any]:
        data = span.data
        keyword_only = set(data.get("keyword_only") or ())
        arguments: dict[str, Any] = dict(_pairs(data.get("arguments")))
        rest, keywords = list(data.get("rest") or ()), dict(_pairs(data.get("keywords")))
        if span.name.endswith(_INIT):
            arguments[next(iter(arguments), "self")] = None  # it is what the call makes
        plain: dict[str, Any] = {
            "function": span.name.partition(":")[2],
            "positional": [name for name in arguments if name not in keyword_only],
            **self._given_in(arguments, rest, keywords, ""),
        }
        ways = [self._given_in(arguments, rest, keywords, way) for way in (FLAT, BARE)]
        plain["otherwise"] = [way for way in ways if any(plain[part] != way[part] for part in way)]
        plain["was"] = self._was(span, arguments, rest, keywords)
        made = plain["was"].get("made")
        kind = self._kind(made, span) if isinstance(made, list) and made[0] in ("object", "items") else None
        if kind is not None:
            plain["class"] = to_plain(kind)
        return plain

    def _given_in(
        self, arguments: dict[str, Any], rest: list[Any], keywords: dict[str, Any], way: str
    ) -> dict[str, Any]:
        """What the call is given, all made in that way."""
        steps = Steps()

        def written(value: Any, name: str) -> Any:
            recipe = self._recipe(value, steps, name, way)
            return None if recipe is None else to_plain(recipe)

        given = {
            "arguments": {name: written(value, f"given_{name}") for name, value in arguments.items()},
            "rest": [written(value, "given") for value in rest],
            "keywords": {name: written(value, f"given_{name}") for name, value in keywords.items()},
        }
        return {**given, "steps": [step.to_plain() for step in steps.taken], "optional": steps.optional}

    def _was(self, span: Span, arguments: dict[str, Any], rest: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
        """What was recorded of it, for whoever makes it again; of a constructor, also the object."""
        data = span.data
        made = _after(data, next(iter(arguments))) if span.name.endswith(_INIT) and arguments else None
        return {
            "arguments": arguments,
            "rest": rest,
            "keywords": keywords,
            **{name: data[name] for name in ("returned", "yielded", "more", "kind") if name in data},
            **({"raised": data["raised"].get("type", "")} if isinstance(data.get("raised"), dict) else {}),
            **({"made": made} if made is not None else {}),
        }


def _after(data: Any, name: str) -> Any:
    """An argument as the call left it."""
    after = dict(_pairs(data.get("after")))
    return after[name] if name in after else dict(_pairs(data.get("arguments")))[name]


def _pairs(value: Any) -> Iterable[tuple[str, Any]]:
    """What a trace from elsewhere has in the place of names and values may be anything."""
    for pair in value if isinstance(value, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            yield pair[0], pair[1]
