"""Decides which exceptions are the interpreter's complaints about a module's own code, and where in it they arose."""

from __future__ import annotations

import dis
import os
import types
from collections import Counter
from collections.abc import Iterator

__all__ = ["INTERNAL", "Spot", "spot_of"]

INTERNAL = frozenset(
    {
        AttributeError,
        IndexError,
        KeyError,
        NameError,
        RecursionError,
        TypeError,
        UnboundLocalError,
        ZeroDivisionError,
    }
)
OWN = "testwright_inside"
ENDLESS = 100
_RAISE = dis.opmap["RAISE_VARARGS"]
_TRACEBACK = vars(BaseException)["__traceback__"]
Spot = tuple[str, int, str]
"""Name of the exception's type, line, qualname of the code."""


def spot_of(error: BaseException, path: str) -> Spot | None:
    """Where code of the file at `path` provoked it; None when it was raised on purpose, or by code of another file."""
    kind = type(error)
    if kind not in INTERNAL:
        return None
    frames = list(_frames(error))
    if not frames:
        return None
    if kind is RecursionError:
        return _busiest(frames, path)
    inner = frames[-1]
    code = inner.tb_frame.f_code
    if not _is_file(code, path) or _raises_there(inner):
        return None
    return kind.__name__, inner.tb_lineno, code.co_qualname


def _frames(error: BaseException) -> Iterator[types.TracebackType]:
    trace = _TRACEBACK.__get__(error)
    while trace is not None:
        if OWN not in str(trace.tb_frame.f_globals.get("__name__", "")):
            yield trace
        trace = trace.tb_next


def _busiest(frames: list[types.TracebackType], path: str) -> Spot | None:
    """Of endless recursion, the function that called itself most often."""
    codes = Counter(f.tb_frame.f_code for f in frames if _is_file(f.tb_frame.f_code, path))
    if not codes or max(codes.values()) < ENDLESS:
        return None
    code = codes.most_common(1)[0][0]
    return "RecursionError", code.co_firstlineno, code.co_qualname


def _raises_there(trace: types.TracebackType) -> bool:
    code = trace.tb_frame.f_code.co_code
    return 0 <= trace.tb_lasti < len(code) and code[trace.tb_lasti] == _RAISE


def _is_file(code: types.CodeType, path: str) -> bool:
    return code.co_filename == path or os.path.realpath(code.co_filename) == os.path.realpath(path)
