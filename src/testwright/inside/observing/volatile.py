"""Decides which values say more about this process, machine or moment than about the code: they are not asserted."""

from __future__ import annotations

import datetime
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import lru_cache

from ..recipes import Call, Const, Name, Recipe, walk
from ..scenario import Scenario

__all__ = ["Volatile"]

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
SET_DISPLAY = re.compile(r"\{[^{}:]*,[^{}:]*\}")
SHORTEST_NAME = 4
DAY = 86_400.0
CLOCK_UNITS = (1.0, 1e3, 1e6, 1e9)
DATE_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %b %Y", "%b %d", "%B %d")
LEAST_PID = 300
_MINOR_VERSION = "{}.{}".format(*sys.version_info)
LEAST_ADDRESS = 2**40
HEAP_SIZE = 2**36


class Volatile:
    """What is volatile in this process; what the scenario's own inputs say is not."""

    def __init__(self, scenario: Scenario, *, scratch: str, folders: Iterable[str] = ()) -> None:
        self.now = time.time()
        self.nodes = [n for step in scenario.steps for n in walk(step.recipe)]
        self.inputs = "\n".join(_text_of(n.value) for n in self.nodes if isinstance(n, Const))
        self.scratch = scratch
        self.marks = [mark for mark in _marks(folders) if mark not in self.inputs]
        today = datetime.date.fromtimestamp(self.now)
        self.days = [today + datetime.timedelta(days=n) for n in (-1, 0, 1)]
        self.dates = [date for day in self.days for date in _written(day) if date not in self.inputs]

    def recipe(self, recipe: Recipe) -> bool:
        """Some part of it is volatile."""
        return any(self._node(node) for node in walk(recipe))

    def _node(self, node: Recipe) -> bool:
        if isinstance(node, Call):
            return self._is_today(node)
        if not isinstance(node, Const):
            return False
        if isinstance(node.value, (str, bytes)):
            return self.text(_text_of(node.value))
        return isinstance(node.value, (int, float)) and self.number(node.value)

    def text(self, text: str) -> bool:
        """The text holds an address, a path of this machine, its name, the Python, process or today's date."""
        if self.scratch in text or any(mark in text for mark in self.marks):
            return True
        if any(found not in self.inputs for found in ADDRESS.findall(text) + SET_DISPLAY.findall(text)):
            return True
        return self._says_now(text)

    def _says_now(self, text: str) -> bool:
        if any(date in text for date in self.dates):
            return True
        numbers = re.findall(r"\d{3,}(?:\.\d+)?", text)  # the shortest is a process number
        return any(self.number(float(n)) for n in numbers if len(n) < 25 and n not in self.inputs)

    def number(self, value: float) -> bool:
        """The number is the time now (in some unit), this year, an address, or this process."""
        if isinstance(value, bool) or _text_of(value) in self.inputs:
            return False
        if value in (os.getpid(), os.getppid()) and value > LEAST_PID:
            return True
        if value > LEAST_ADDRESS and abs(value - id(self)) < HEAP_SIZE:
            return True
        if value == self.days[1].year:
            return True
        return any(abs(value / unit - self.now) < DAY for unit in CLOCK_UNITS)

    def _is_today(self, call: Call) -> bool:
        name = call.function
        if not isinstance(name, Name) or name.module != "datetime" or name.qualname not in ("datetime", "date"):
            return False
        parts = tuple(a.value for a in call.args[:3] if isinstance(a, Const))
        return parts in [(d.year, d.month, d.day) for d in self.days] and call not in self.nodes


@lru_cache(maxsize=8)
def _written(day: datetime.date) -> tuple[str, ...]:
    return tuple(day.strftime(form) for form in DATE_FORMATS)


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else repr(value) if type(value) in (int, float, complex) else ""


def _marks(folders: Iterable[str]) -> list[str]:
    places = [tempfile.gettempdir(), os.path.expanduser("~"), sys.prefix, sys.base_prefix, *folders]
    return [p for p in places if p.count(os.sep) >= 1 and len(p) >= SHORTEST_NAME] + [
        n for n in (platform.node(), platform.python_version(), f"python{_MINOR_VERSION}") if len(n) >= SHORTEST_NAME
    ]
