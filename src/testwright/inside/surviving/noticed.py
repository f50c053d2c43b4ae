"""Notes what a call shows beside its value: what it prints, what it warns of, what it logs."""

from __future__ import annotations

import io
import re
import sys
import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from ..observing.side_effects import logged

__all__ = ["Noticing"]

LONGEST = 2000
_SHOWING = re.compile(r"\b(print|warn\w*|stdout|stderr|logg\w*|log|secho|echo)\b")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


class Noticing:
    """For the module in the file `path`; where nothing in its `source` speaks of showing anything, nothing is noted."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._shows = _SHOWING.search(source) is not None

    @contextmanager
    def during(self) -> Iterator[list[Hashable]]:
        """The list gets what was shown when the block is left."""
        shown: list[Hashable] = []
        if not self._shows:
            yield shown
            return
        before, streams = (sys.stdout, sys.stderr), (io.StringIO(), io.StringIO())
        with warnings.catch_warnings(record=True) as warned, logged(self._path) as log:
            warnings.simplefilter("always")
            sys.stdout, sys.stderr = streams
            try:
                yield shown
            finally:
                sys.stdout, sys.stderr = before
        shown += [_ADDRESS.sub("0x", _written(stream)) for stream in streams]
        shown += [(w.category.__qualname__, _ADDRESS.sub("0x", _words(w))) for w in warned]
        shown.append(tuple(log.messages) if log is not None else ())


def _written(stream: io.StringIO) -> str:
    return "" if stream.closed else stream.getvalue()[:LONGEST]


def _words(given: warnings.WarningMessage) -> str:
    message = given.message
    arguments = message.args if isinstance(message, Warning) else (message,)
    return "|".join(a if type(a) is str else type(a).__qualname__ for a in arguments)[:LONGEST]
