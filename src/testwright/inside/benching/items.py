"""Runs one example or unit test in the namespace of an answer, and says how it ended."""

from __future__ import annotations

import asyncio
import inspect
import io
import sys
import threading
import time
from collections.abc import Callable
from types import CodeType
from typing import Any

from .checks import Assertions
from .item_code import COUNT, SHOWN, compiled_item

__all__ = ["in_item", "words_of"]

_FILE = "<item>"
_MOST_OUTPUT = 2000
_now = time.perf_counter
_run_async = asyncio.run
_compiled = compiled_item
_settrace, _setprofile = sys.settrace, sys.setprofile
_trace_threads, _profile_threads = threading.settrace, threading.setprofile
_is_coroutine = inspect.iscoroutinefunction
_signature = inspect.signature


def in_item(item: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """item: "code", "setup", "teardown", "kind". The teardown runs after a failure too.

    Gives "outcome" (passed, failed, vacuous, out_of_memory), "message", "output", "assertions", "milliseconds".
    """
    _forget_watchers()
    assertions, output = Assertions(), _Tail()
    namespace.update({COUNT: assertions.counted, SHOWN: assertions.shown, "raises": assertions.raises})
    namespace["isclose"] = assertions.isclose
    sys.stdout = sys.stderr = output
    begun = _now()
    outcome, message = _ended(lambda: _perform(item, namespace))
    torn, problem = _ended(lambda: _execute(item.get("teardown", ""), namespace))
    if outcome == "passed" and torn != "passed":
        outcome, message = torn, f"teardown: {problem}"
    if outcome == "passed" and item["kind"] == "unit_test" and not assertions.count:
        outcome, message = "vacuous", "nothing is asserted"
    return {
        "outcome": outcome,
        "message": message,
        "output": output.tail,
        "assertions": assertions.count,
        "milliseconds": round((_now() - begun) * 1000, 3),
    }


def _perform(item: dict[str, Any], namespace: dict[str, Any]) -> None:
    _execute(item.get("setup", ""), namespace)
    code = _execute(item["code"], namespace)
    if code is None:
        return
    for name in code.co_names:
        function = namespace.get(name)
        if name.startswith("test_") and _is_own(function):
            found = function()  # type: ignore[misc]  # _is_own says that it is one
            if _is_coroutine(function):
                _run_async(found)


def _is_own(function: object) -> bool:
    """A function of the item that needs nothing."""
    own = getattr(getattr(function, "__code__", None), "co_filename", "") == _FILE
    if not own or not callable(function):
        return False
    return all(
        each.default is not each.empty or each.kind in (2, 4) for each in _signature(function).parameters.values()
    )


def _execute(source: str, namespace: dict[str, Any]) -> CodeType | None:
    if not source.strip():
        return None
    code = _compiled(source, _FILE)
    exec(code, namespace)
    return code


def _ended(work: Callable[[], object]) -> tuple[str, str]:
    try:
        work()
    except MemoryError:
        return "out_of_memory", "MemoryError"
    except BaseException as error:  # noqa: BLE001 - an answer may raise anything
        return "failed", words_of(error)
    return "passed", ""


def words_of(error: BaseException) -> str:
    """The exception's class and message, and the last line of the item it passed through."""
    try:
        text = f"{type(error).__name__}: {error}"[:1000].removesuffix(": ")
    except BaseException:  # noqa: BLE001 - its own __str__ may raise anything
        text = type(error).__name__
    if isinstance(error, SystemExit):
        text = f"it left by {text}: silence is no success"
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == _FILE else line
        trace = trace.tb_next
    return f"{text} (line {line})" if line else text


def _forget_watchers() -> None:
    """An answer may have left functions that are called with each line, and could change what is compared."""
    _settrace(None)
    _setprofile(None)
    _trace_threads(None)
    _profile_threads(None)
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        for tool in range(6):
            if monitoring.get_tool(tool) is not None:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)


class _Tail(io.TextIOBase):
    """Keeps the end of what is printed."""

    def __init__(self) -> None:
        self.tail = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self.tail = (self.tail + text[-_MOST_OUTPUT:])[-_MOST_OUTPUT:]
        return len(text)
