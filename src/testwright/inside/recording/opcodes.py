"""Knows the numbers of CPython 3.11's instructions, which are all that is woven; they are 0 in other interpreters."""

from __future__ import annotations

import opcode
import sys

__all__ = ["BACKWARD", "EXTENDED_ARG", "JUMPS", "is_available", "op"]


def is_available() -> bool:
    """Whether this interpreter has these instructions."""
    return sys.implementation.name == "cpython" and sys.version_info[:2] == (3, 11)


def op(name: str) -> int:
    return opcode.opmap[name] if is_available() else 0


EXTENDED_ARG = op("EXTENDED_ARG")
JUMPS = frozenset(opcode.hasjrel) if is_available() else frozenset((0,))
BACKWARD = frozenset(each for each in JUMPS if "BACKWARD" in opcode.opname[each])
