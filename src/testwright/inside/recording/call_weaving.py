"""Weaves hooks around calls in project code that may read the clock, chance and the like, for Python 3.11.

`random.choice(names)` becomes `calling(place, random.choice, names)`, which only looks, the call as it is, and
`told(its value, place)`: what is called, and when, stays as it is, and no function of ours is on the stack meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from .call_sites import FoundCall, calls_in
from .class_reading import own_function
from .function_weaving import CallInsertions
from .insertion import Insertion, after, before
from .instructions import call_hook, copied, loaded
from .opened_files import ModeArgument
from .outside_sources import NOT_GIVEN, OutsideSources, Source

__all__ = ["CallHooks", "calls_woven"]

_MOST_UNDER_WAY = 10_000
_STACK = 8
_ABOVE = 4
"""What lies above the arguments when one of them is copied: of the call of ours, and the copies of those before it."""
_OPENING = ("open", "")
_COMPLETE = frozenset(map(id, (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)))
"""Where the called is of these classes, it is not an object whose method is called. By identity, as they are not ours to hash."""


class CallHooks:
    """What the woven calls call. Whether it is one to be noted is decided by the function itself, not by its name."""

    def __init__(self, sources: OutsideSources, give_up: Callable[[Exception], None]) -> None:
        self._sources, self._give_up = sources, give_up
        self._under_way: dict[tuple[int, int], tuple[Source, Any]] = {}
        """By the frame and the place: what is called, and its first argument."""
        self._enough: set[int] = set()
        """Places, by their identity, of which the trace takes no more."""
        sources.session.on_begin.append(lambda _: self._enough.clear())

    def calling(
        self, place: FoundCall, called: Any, first: Any = NOT_GIVEN, second: Any = NOT_GIVEN, mode: Any = NOT_GIVEN
    ) -> None:
        """`called` is a function, or the object whose method of that name is called."""
        if id(place) in self._enough:
            return
        try:
            self._calling(place, called, (first, second, mode), sys._getframe(1))
        except Exception as error:  # noqa: BLE001 - the program is not to see it
            self._give_up(error)

    def spread(self, place: FoundCall, called: Any, given: Any, named: Any = NOT_GIVEN) -> None:
        """Of `called(*given, **named)`; what CPython has not made itself of them is not looked into."""
        if id(place) in self._enough:
            return
        try:
            is_known = type(given) is tuple or type(given) is list
            first, second = (*(given if is_known else ()), NOT_GIVEN, NOT_GIVEN)[:2]
            mode = dict.get(named, "mode", NOT_GIVEN) if type(named) is dict else named
            mode = mode if is_known else None
            self._calling(place, called, (first, second, mode), sys._getframe(1))
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)

    def _calling(self, place: FoundCall, called: Any, given: tuple[Any, Any, Any], frame: FrameType) -> None:
        if self._under_way:
            self._under_way.pop((id(frame), id(place)), None)  # of a call that has raised
        source, owner = self._find(called, place.name)
        if source is None:
            return
        if self._sources.wants(source):
            self._begin(place, source, owner, given, frame)
        elif self._sources.session.scope is not None:
            self._enough.add(id(place))

    def _find(self, called: Any, name: str) -> tuple[Source | None, Any]:
        """With the object whose method it is."""
        source = self._sources.find(called)
        if source is not None:
            return source, getattr(called, "__self__", None)
        kind = type(called)
        if not name or id(kind) in _COMPLETE:
            return None, None
        return self._sources.find_method(own_function(kind, name), called), called

    def _begin(
        self, place: FoundCall, source: Source, owner: Any, given: tuple[Any, Any, Any], frame: FrameType
    ) -> None:
        first = given[0]
        if source.mode is None:
            if len(self._under_way) > _MOST_UNDER_WAY:
                self._under_way.clear()
            self._under_way[id(frame), id(place)] = source, first
            return
        path = owner if source.function != "open" else first
        if path is not NOT_GIVEN:
            self._sources.note_file(source, frame, path, _mode(source.mode, given))

    def told(self, value: Any, place: FoundCall) -> None:
        if not self._under_way:
            return
        try:
            frame = sys._getframe(1)
            found = self._under_way.pop((id(frame), id(place)), None)
            if found is not None:
                self._tell(place, found[0], frame, found[1], value)
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)

    def _tell(self, place: FoundCall, source: Source, frame: FrameType, first: Any, value: Any) -> None:
        if not source.is_meant(first):
            return
        if source.stands_for and source.reads is not None:
            value = source.reads(None)
        name = first if source.named else NOT_GIVEN
        if not self._sources.note(source, frame, first if source.result else value, name):
            self._enough.add(id(place))


def _mode(argument: ModeArgument, given: tuple[Any, Any, Any]) -> str | None:
    if argument.fixed:
        return argument.fixed
    mode = given[argument.place] if given[argument.place] is not NOT_GIVEN else given[2]
    if mode is NOT_GIVEN:
        return "r"
    return mode if type(mode) is str else None


def calls_woven(
    code: CodeType, first_constant: int, hooks: CallHooks, aliases: frozenset[str]
) -> CallInsertions | None:
    """None where there is no call of interest. The constants get numbers from `first_constant` on."""
    places = calls_in(code, aliases)
    if not places:
        return None
    calling, spread, told, not_given, places_from = range(first_constant, first_constant + 5)
    insertions = []
    for number, place in enumerate(places, places_from):
        given, count = _given(place, not_given)
        call = call_hook(spread if place.is_spread else calling, loaded(number) + given, 1 + count)
        insertions.append(Insertion(before(place.start), call))
        insertions.append(Insertion(after(place.end), call_hook(told, copied(3) + loaded(number), 2)))
    return CallInsertions(insertions, (hooks.calling, hooks.spread, hooks.told, NOT_GIVEN, *places), _STACK)


def _given(place: FoundCall, not_given: int) -> tuple[bytes, int]:
    """What puts the called onto the stack, and of its arguments those that the hook asks for; and how many that makes."""
    next_one = copied(place.given + _ABOVE)  # each copy raises the stack by one, as the next argument lies one higher
    positional = place.given - len(place.keywords)
    if place.is_spread or place.name not in _OPENING:
        count = 1 + min(positional, 2 if place.is_spread else 1)
        return next_one * count, count
    copies = [next_one] * min(1 + positional, 3)
    copies += [loaded(not_given)] * (3 - len(copies))
    if "mode" in place.keywords:
        copies.append(copied(len(place.keywords) - place.keywords.index("mode") + _ABOVE + 2))
    return b"".join(copies), len(copies)
