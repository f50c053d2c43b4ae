"""Watches the project's calls by the interpreter's own events (PEP 669), on Python 3.12 and newer."""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any

from .calls import Calls, Function
from .outside_sources import OutsideSources
from .session import Scope
from .source_events import SourceEvents

__all__ = ["Monitoring", "is_available"]

_TOOLS = (4, 3)
"""Free for anybody; others are a debugger's, coverage.py's, a profiler's and the optimiser's."""
_NAME = "testwright"
_MOST_RETURNS = 10_000
"""Of a function that is not watched any more, while a recorded call of it goes on: a deep recursion would pay for each."""

_MOST_YIELDS = 100
"""That no recorded call takes: from then on those of a function are not seen until another call of it is recorded."""


def is_available() -> bool:
    return hasattr(sys, "monitoring")


class Monitoring:
    """Takes two of the interpreter's slots: one sees every code object once, the other watches those of the project.

    What one function has switched off itself can only be had again where it was asked for this function alone.
    """

    def __init__(self, calls: Calls, sources: OutsideSources | None = None) -> None:
        self._calls = calls
        self._monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - not there before 3.12
        self._sources = None if sources is None else SourceEvents(sources, self._monitoring, self._give_up)
        self._finding = self._watching = -1
        self._off: dict[int, Function] = {}
        """By the identity of their code."""
        self._quiet: dict[int, Function] = {}
        """Likewise, whose yields are not seen now."""
        self.problem = ""
        """Why the watching has ended early."""
        calls.session.on_begin.append(self._look_again)

    def start(self) -> str:
        """ "" or why there will be no calls in the traces."""
        free = [tool for tool in _TOOLS if self._monitoring.get_tool(tool) is None]
        if len(free) < len(_TOOLS):
            names = ", ".join(str(self._monitoring.get_tool(tool)) for tool in _TOOLS if tool not in free)
            return f"other tools watch this program through the interpreter's slots that we need: {names}"
        self._watching, self._finding = free
        for tool in free:
            self._monitoring.use_tool_id(tool, _NAME)
        for event, callback in self._callbacks().items():
            self._monitoring.register_callback(self._watching, event, callback)
        events = self._monitoring.events
        self._monitoring.register_callback(self._finding, events.PY_START, self._found())
        self._monitoring.set_events(self._watching, events.PY_UNWIND)
        if self._sources is not None:
            self._sources.start(self._finding)
        self._monitoring.set_events(self._finding, events.PY_START)
        return ""

    def stop(self) -> None:
        if self._watching < 0:
            return
        tools, self._watching, self._finding = (self._watching, self._finding), -1, -1
        for function in self._calls.functions.values():
            self._monitoring.set_local_events(tools[0], function.code, 0)
        if self._sources is not None:
            self._sources.stop()
        for tool in tools:
            self._monitoring.set_events(tool, 0)
            for event in self._callbacks():
                self._monitoring.register_callback(tool, event, None)
            self._monitoring.free_tool_id(tool)

    def _callbacks(self) -> dict[int, Any]:
        events = self._monitoring.events
        return {
            events.PY_START: self._started(),
            events.PY_RETURN: self._returned(),
            events.PY_YIELD: self._yielded(),
            events.PY_UNWIND: self._unwound,
        }

    def _found(self) -> Any:
        function_of, watch, frame_of = self._calls.function, self._watch, sys._getframe
        begin, disable, give_up = self._calls.begin, self._monitoring.DISABLE, self._give_up
        file_of, sources = self._calls.project.file_of, self._sources

        def found(code: CodeType, offset: int) -> Any:
            try:
                if sources is not None and file_of(code):
                    sources.look_into(code)
                function = function_of(code)
                if function is not None:
                    watch(code)
                    begin(function, frame_of(1))  # the watching begins with the next call
            except Exception as error:  # noqa: BLE001 - the program is not to see it
                give_up(error)
            return disable

        return found

    def _watch(self, code: CodeType) -> None:
        events = self._monitoring.events
        self._monitoring.set_local_events(self._watching, code, events.PY_START | events.PY_RETURN | events.PY_YIELD)

    def _started(self) -> Any:
        off, disable, frame_of = self._off, self._monitoring.DISABLE, sys._getframe
        known, begin, give_up = self._calls.functions, self._calls.begin, self._give_up
        quiet, live = self._quiet, self._calls.session.live

        def started(code: CodeType, offset: int) -> Any:
            try:
                function = known[id(code)]
                if begin(function, frame_of(1)):
                    if id(code) in quiet and id(frame_of(1)) in live:
                        self._listen(quiet.pop(id(code)))
                    return None
                off[id(code)] = function
            except Exception as error:  # noqa: BLE001 - as above
                give_up(error)
            return disable

        return started

    def _returned(self) -> Any:
        """Of a function that calls itself, each inner call comes here until the outermost has ended: it has to be quick."""
        calls, off, disable, frame_of = self._calls, self._off, self._monitoring.DISABLE, sys._getframe
        live, tell, give_up = calls.session.live, calls.returned, self._give_up

        def returned(code: CodeType, offset: int, value: Any) -> Any:
            if id(frame_of(1)) in live:
                try:
                    tell(frame_of(1), value)
                except Exception as error:  # noqa: BLE001 - as above
                    return give_up(error)
            function = off.get(id(code))
            if function is None:
                return None
            function.returns += 1
            if function.returns > _MOST_RETURNS:
                calls.give_up(function)
            return None if function.live else disable

        return returned

    def _yielded(self) -> Any:
        calls, quiet, disable, frame_of = self._calls, self._quiet, self._monitoring.DISABLE, sys._getframe
        live, known, tell, give_up = calls.session.live, calls.functions, calls.yielded, self._give_up

        def yielded(code: CodeType, offset: int, value: Any) -> Any:
            try:
                if id(frame_of(1)) in live and tell(frame_of(1), value):
                    return None
                function = known[id(code)]
                function.yields += 1
                if function.yields <= _MOST_YIELDS:
                    return None
                quiet[id(code)] = function
                calls.cut_short(function)
            except Exception as error:  # noqa: BLE001 - as above
                return give_up(error)
            return disable

        return yielded

    def _listen(self, function: Function) -> None:
        """All of its events again."""
        function.returns = function.yields = 0
        self._monitoring.set_local_events(self._watching, function.code, 0)  # without this, what is off stays so
        self._watch(function.code)

    def _unwound(self, code: CodeType, offset: int, error: BaseException) -> Any:
        if not self._calls.session.live:
            return
        try:
            self._calls.raised(sys._getframe(1), error)
        except Exception as problem:  # noqa: BLE001 - as above
            self._give_up(problem)

    def _give_up(self, error: Exception) -> Any:
        """A recursion that is too deep, or no memory, is the program's; anything else is our bug, and ends the watching."""
        if isinstance(error, (RecursionError, MemoryError)):
            return None
        self.problem = self.problem or f"{type(error).__name__}: {error}"
        self.stop()
        return None

    def _look_again(self, scope: Scope) -> None:
        """In a new trace, all of a function's calls are new."""
        if self._watching < 0:
            return
        for switched in (self._off, self._quiet):
            for key in list(switched):
                self._listen(switched.pop(key))
