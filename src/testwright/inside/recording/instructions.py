"""Writes instructions of CPython 3.11 that call a hook of ours, and leave the stack as it was."""

from __future__ import annotations

from functools import lru_cache

from .opcodes import EXTENDED_ARG, op

__all__ = ["CACHED_CALL", "call_hook", "copied", "instruction", "loaded"]

_LOAD_CONST, _COPY, _PUSH_NULL = map(op, ("LOAD_CONST", "COPY", "PUSH_NULL"))
_PRECALL, _CALL, _POP_TOP = map(op, ("PRECALL", "CALL", "POP_TOP"))
CACHED_CALL = 5
"""Units of a CALL with what the interpreter keeps behind it."""


def instruction(number: int, argument: int = 0) -> bytes:
    """With the prefixes that a large argument needs."""
    written = bytes((number, argument & 255))
    while argument := argument >> 8:
        written = bytes((EXTENDED_ARG, argument & 255)) + written
    return written


def loaded(constant: int) -> bytes:
    return instruction(_LOAD_CONST, constant)


def copied(place: int) -> bytes:
    """The value that lies there, counted from the top of the stack, which is 1."""
    return instruction(_COPY, place)


@lru_cache(4096)
def call_hook(constant: int, given: bytes = b"", count: int = 0) -> bytes:
    """Of the constant with that number; `given` puts its `count` arguments on the stack. The last instruction is POP_TOP."""
    call = bytes((_PRECALL, count, 0, 0, _CALL, count)) + bytes(2 * (CACHED_CALL - 1))
    return bytes((_PUSH_NULL, 0)) + loaded(constant) + given + call + bytes((_POP_TOP, 0))
