"""Holds the tracer that records which arcs of some source files each test executes, in coverage.py's convention."""

from __future__ import annotations

import dis
import os
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, TypeAlias

__all__ = ["Arc", "LineTracer"]

Arc: TypeAlias = tuple[int, int]

_LocalTrace: TypeAlias = Callable[[FrameType, str, Any], Any]

_RESUME = dis.opmap["RESUME"]
# At a yield `f_lasti` is the YIELD_VALUE, and RESUME follows; 3.13 alone already stands on the RESUME.
_STEP_TO_RESUME = 0 if sys.version_info[:2] == (3, 13) else 2
_IS_FUNCTION = 1  # CO_OPTIMIZED: not the body of a module or class
_LINE_MAY_COME_WITH_RETURN = sys.version_info >= (3, 14)


class _Recorded:
    """The arcs of one file since the last switch; frames hold on to this object, not to a set."""

    __slots__ = ("arcs",)

    def __init__(self) -> None:
        self.arcs: set[Arc] = set()


class LineTracer:
    """Records (from line, to line) pairs of `source`: (-first line, line) on entry, (line, -first line) on exit.

    `switch` says to whom the arcs from now on belong. Threads that start while it is on are followed too. Frames of
    other files cost one call and one dict look-up. With `functions_only`, what importing a file runs is left out.
    """

    def __init__(self, source: str | Iterable[str], *, functions_only: bool = False) -> None:
        sources = [source] if isinstance(source, str) else source
        self._by_source = {os.path.realpath(name): _Recorded() for name in sources}
        self._by_name: dict[str, _Recorded | None] = {}
        self._functions_only = functions_only

    def start(self) -> None:
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

    def stop(self) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def switch(self) -> frozenset[Arc]:
        """The arcs since the last switch, whatever file they are of; what follows is counted anew."""
        return frozenset[Arc]().union(*self.switch_files().values())

    def switch_files(self) -> dict[str, frozenset[Arc]]:
        """The same by file (its real path), of those that were executed."""
        seen = {}
        for source, recorded in self._by_source.items():
            arcs, recorded.arcs = recorded.arcs, set()
            if arcs:
                seen[source] = frozenset(arcs)
        return seen

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> _LocalTrace | None:
        code = frame.f_code
        name = code.co_filename
        try:
            recorded = self._by_name[name]
        except KeyError:
            recorded = self._by_name[name] = self._by_source.get(os.path.realpath(name))
        if recorded is None or (self._functions_only and not code.co_flags & _IS_FUNCTION):
            return None
        return self._follow(frame, recorded)

    def _follow(self, frame: FrameType, recorded: _Recorded) -> _LocalTrace:
        """A trace function of this one activation; a resumed generator gets a new one."""
        code = frame.f_code
        bytecode = code.co_code
        first = code.co_firstlineno
        last = -first if bytecode[frame.f_lasti + 1] == 0 else frame.f_lineno  # RESUME 0 = from the start

        def local(frame: FrameType, event: str, arg: Any) -> _LocalTrace:
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                recorded.arcs.add((last, line))
                last = line
            elif event == "return" and not _only_yields(bytecode, frame.f_lasti):
                if _LINE_MAY_COME_WITH_RETURN and frame.f_lineno != last:
                    recorded.arcs.add((last, frame.f_lineno))
                    last = frame.f_lineno
                recorded.arcs.add((last, -first))
            return local

        return local


def _only_yields(bytecode: bytes, position: int) -> bool:
    """Whether this "return" event is a yield or an await: the frame will be resumed just after."""
    if position + 2 == len(bytecode):
        return False
    return bytecode[position + _STEP_TO_RESUME] == _RESUME
