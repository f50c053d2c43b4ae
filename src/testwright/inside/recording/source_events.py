"""Sees by the interpreter's own events (Python 3.12 and newer) when code of the project reads the clock, chance and the like."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from .opened_files import CallSites, mode_in
from .outside_sources import NOT_GIVEN, OutsideSources, Source
from .session import Scope

__all__ = ["SourceEvents"]

_MOST_REFUSED = 10_000


class SourceEvents:
    """Calls of functions in C are seen where the project calls them, others where they return.

    A place that calls something else is looked at once; where a trace has enough, nothing is looked at until the next.
    """

    def __init__(self, sources: OutsideSources, monitoring: Any, give_up: Callable[[Exception], Any]) -> None:
        self._sources, self._monitoring, self._give_up = sources, monitoring, give_up
        self._tool = -1
        self._project: dict[int, CodeType] = {}
        self._off: dict[int, CodeType] = {}
        self._refused: dict[int, int] = {}
        """By the identity of a function's code, how often the trace has taken no more of it."""
        self._sites = CallSites()
        sources.session.on_begin.append(self._look_again)

    def start(self, tool: int) -> None:
        """`tool` is in use already, and free for these two events."""
        self._tool, events = tool, self._monitoring.events
        self._monitoring.register_callback(tool, events.CALL, self._called())
        self._monitoring.register_callback(tool, events.PY_RETURN, self._returned())
        for code, _ in list(self._sources.codes.values()):
            self._watch(code)
        self._sources.on_code = self._watch

    def stop(self) -> None:
        if self._tool < 0:
            return
        tool, self._tool, self._sources.on_code = self._tool, -1, None
        events = self._monitoring.events
        for code in [*self._project.values(), *(code for code, _ in self._sources.codes.values())]:
            self._monitoring.set_local_events(tool, code, 0)
        for event in (events.CALL, events.PY_RETURN):
            self._monitoring.register_callback(tool, event, None)

    def look_into(self, code: CodeType) -> None:
        """Code of the project: modules, classes and lambdas too."""
        self._project[id(code)] = code
        self._monitoring.set_local_events(self._tool, code, self._monitoring.events.CALL)

    def _watch(self, code: CodeType) -> None:
        self._monitoring.set_local_events(self._tool, code, self._monitoring.events.PY_RETURN)

    def _called(self) -> Any:
        find, disable, frame_of = self._sources.find, self._monitoring.DISABLE, sys._getframe

        def called(code: CodeType, offset: int, function: Any, first: Any) -> Any:
            try:
                source = find(function)
                if source is None or not source.is_told_at_once:
                    return disable
                return self._told_at_once(source, code, offset, first, frame_of(1))
            except Exception as error:  # noqa: BLE001 - the program is not to see it
                return self._give_up(error)

        return called

    def _told_at_once(self, source: Source, code: CodeType, offset: int, first: Any, frame: FrameType) -> Any:
        sources = self._sources
        if sources.session.scope is None:
            return None
        if not sources.wants(source, None if source.mode is not None else frame):
            self._off[id(code)] = code
            return self._monitoring.DISABLE
        if source.mode is not None:
            sources.note_file(source, frame, first, mode_in(self._sites.at(code, offset), source.mode, frame))
        elif source.reads is not None and source.is_meant(first):
            sources.note(source, frame, source.reads(first))
        return None

    def _returned(self) -> Any:
        codes, place_of, frame_of = self._sources.codes, self._sources.project.place_of, sys._getframe

        def returned(code: CodeType, offset: int, value: Any) -> Any:
            try:
                known = codes.get(id(code))
                if known is None:
                    return self._monitoring.DISABLE
                frame = frame_of(1)
                caller = frame.f_back
                if caller is None or not place_of(caller.f_code.co_filename):
                    return None
                return self._told_afterwards(known[1], frame, caller, value)
            except Exception as error:  # noqa: BLE001 - as above
                return self._give_up(error)

        return returned

    def _told_afterwards(self, owners: dict[int, Source], frame: FrameType, caller: FrameType, value: Any) -> Any:
        held = frame.f_locals
        source = owners.get(0) or owners.get(id(held.get("self")))
        if source is None or self._sources.session.scope is None:
            return None
        if not self._sources.wants(source):
            self._off[id(frame.f_code)] = frame.f_code
            return self._monitoring.DISABLE
        name = held.get(source.named) if source.named else NOT_GIVEN
        if not self._sources.note(source, caller, held.get(source.result) if source.result else value, name):
            return self._unwanted(frame.f_code)
        return None

    def _unwanted(self, code: CodeType) -> Any:
        """Another place may still be new, but not at any price."""
        count = self._refused[id(code)] = self._refused.get(id(code), 0) + 1
        if count < _MOST_REFUSED:
            return None
        self._off[id(code)] = code
        return self._monitoring.DISABLE

    def _look_again(self, scope: Scope) -> None:
        """What one trace had enough of is new to the next."""
        self._refused.clear()
        while self._off and self._tool >= 0:
            key, code = self._off.popitem()
            self._monitoring.set_local_events(self._tool, code, 0)  # without this, what is switched off stays so
            self.look_into(code) if key in self._project else self._watch(code)
