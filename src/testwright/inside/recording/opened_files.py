"""Tells of a file that is about to be opened: its path, the mode and its size, never what is in it."""

from __future__ import annotations

import ast
import linecache
import os
import pathlib
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from .class_reading import text_of

__all__ = ["CallSites", "ModeArgument", "mode_in", "told_file"]

_MOST_SITES = 5000


@dataclass(frozen=True, slots=True)
class ModeArgument:
    """Where a call says the mode: at this place, or by its name; `fixed` where the function itself is one."""

    place: int = 1
    fixed: str = ""

    def expression_in(self, call: ast.Call) -> ast.expr | None:
        """None where it is not given."""
        if len(call.args) > self.place:
            return call.args[self.place]
        return next((each.value for each in call.keywords if each.arg == "mode"), None)


def mode_in(call: ast.Call | None, argument: ModeArgument, frame: FrameType) -> str | None:
    """A mode that is written down, or is in a variable; None where it is made in some other way."""
    if argument.fixed:
        return argument.fixed
    if call is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    match argument.expression_in(call):
        case None:
            return None if any(each.arg is None for each in call.keywords) else "r"
        case ast.Constant(value=str(mode)):
            return mode
        case ast.Name(id=name):
            held = frame.f_locals.get(name, frame.f_globals.get(name))
            return held if type(held) is str else None
        case _:
            return None


class CallSites:
    """The source of calls, by where they are in the code. The interpreter tells of a call only its first argument."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[CodeType, ast.Call | None]] = {}

    def at(self, code: CodeType, offset: int) -> ast.Call | None:
        """None where there is no source."""
        known = self._known.get((id(code), offset))
        if known is None:
            if len(self._known) >= _MOST_SITES:
                self._known.clear()
            known = self._known[id(code), offset] = code, _call_at(code, offset)
        return known[1]


def _call_at(code: CodeType, offset: int) -> ast.Call | None:
    line, last, start, end = list(code.co_positions())[offset // 2]
    if line is None or last is None or start is None or end is None:
        return None
    lines = [each.encode() for each in linecache.getlines(code.co_filename)[line - 1 : last]]
    if len(lines) != last - line + 1:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        found = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return found if isinstance(found, ast.Call) else None


def told_file(path: Any, mode: str | None, root: str) -> dict[str, Any] | None:
    """None for what has no path: a number of a file that is open already, or an object of the program's own."""
    text = _text(path)
    if text is None:
        return None
    absolute = os.path.normpath(os.path.join(os.getcwd(), text))
    inside = absolute.startswith(root.rstrip(os.sep) + os.sep)
    shown = os.path.relpath(absolute, root).replace(os.sep, "/") if inside else text
    return {"path": shown, "mode": mode, "size": _size(absolute)}


def _text(path: Any) -> str | None:
    if isinstance(path, str):
        return text_of(path)
    if type(path) is bytes:
        return text_of(os.fsdecode(path))
    return text_of(str(path)) if type(path) in (pathlib.PosixPath, pathlib.WindowsPath) else None


def _size(path: str) -> int | None:
    """Before it is opened; None if it is not there."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return None
