"""Makes the ids of traces: they sort by time, and no two are the same."""

from __future__ import annotations

import os
import time

__all__ = ["new_trace_id"]

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_trace_id() -> str:
    """ "trc_" and a ULID (github.com/ulid/spec): 48 bits of milliseconds, 80 of chance, in Crockford's base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    return "trc_" + "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))
