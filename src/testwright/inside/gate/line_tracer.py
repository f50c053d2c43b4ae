"""Holds the tracer that records which arcs of one source file each test executes, in coverage.py's convention."""

from __future__ import annotations

import dis
import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeAlias

__all__ = ["Arc", "LineTracer"]

Arc: TypeAlias = tuple[int, int]

_LocalTrace: TypeAlias = Callable[[FrameType, str, Any], Any]

_RESUME = dis.opmap["RESUME"]
# At a yield `f_lasti` is the YIELD_VALUE, and RESUME follows; 3.13 alone already stands on the RESUME.
_STEP_TO_RESUME = 0 if sys.version_info[:2] == (3, 13) else 2
_LINE_MAY_COME_WITH_RETURN = sys.version_info >= (3, 14)


class LineTracer:
    """Records (from line, to line) pairs of `source`: (-first line, line) on entry, (line, -first line) on exit.

    `switch` says to whom the arcs from now on belong. Threads that start while it is on are followed too. Frames of
    other files cost one call and one dict look-up.
    """

    def __init__(self, source: str) -> None:
        self._source = os.path.realpath(source)
        self._is_source: dict[str, bool] = {}
        self._arcs: set[Arc] = set()

    def start(self) -> None:
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

    def stop(self) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def switch(self) -> frozenset[Arc]:
        """The arcs since the last switch; what follows is counted anew."""
        seen, self._arcs = self._arcs, set()
        return frozenset(seen)

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> _LocalTrace | None:
        name = frame.f_code.co_filename
        known = self._is_source.get(name)
        if known is None:
            known = self._is_source[name] = os.path.realpath(name) == self._source
        return self._follow(frame) if known else None

    def _follow(self, frame: FrameType) -> _LocalTrace:
        """A trace function of this one activation; a resumed generator gets a new one."""
        code = frame.f_code
        bytecode = code.co_code
        first = code.co_firstlineno
        last = -first if bytecode[frame.f_lasti + 1] == 0 else frame.f_lineno  # RESUME 0 = from the start

        def local(frame: FrameType, event: str, arg: Any) -> _LocalTrace:
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                self._arcs.add((last, line))
                last = line
            elif event == "return" and not _only_yields(bytecode, frame.f_lasti):
                if _LINE_MAY_COME_WITH_RETURN and frame.f_lineno != last:
                    self._arcs.add((last, frame.f_lineno))
                    last = frame.f_lineno
                self._arcs.add((last, -first))
            return local

        return local


def _only_yields(bytecode: bytes, position: int) -> bool:
    """Whether this "return" event is a yield or an await: the frame will be resumed just after."""
    if position + 2 == len(bytecode):
        return False
    return bytecode[position + _STEP_TO_RESUME] == _RESUME
