"""Records what functions of some files are given while tests run, as recipes, within bounds that keep it cheap."""

from __future__ import annotations

import inspect
import json
import os
import pathlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any

from ..gate.line_tracer import LineTracer
from ..observing.capture import express
from ..observing.names import importable_name
from ..recipes import Call, Const, Name, Recipe, ScratchFile, size, to_plain, walk

__all__ = ["CallTracer", "Calls", "Expressed"]

CALLS_KEPT, CALLS_TRIED, TRIED_A_TEST = 40, 100, 8
"""Of one function: different ones, ones looked at, and those by one test, which may call it in a loop."""
LARGEST = 100
FOLLOWED_ALL, FOLLOWED_OF = 200, 16
"""Activations of a function in one test that are all followed, and of how many later ones a single one is."""
INSTANCES_KNOWN = 5000
TEST_FOLDERS = frozenset({"test", "tests", "testing"})


class Expressed:
    """Writes values as recipes that hold outside of the tests too: no files and classes of theirs."""

    def __init__(self, root: str, scratch: str) -> None:
        self._place = os.path.realpath(root)
        self._root = self._place + os.sep
        self._scratch = pathlib.Path(scratch)
        self._usable: dict[str, bool] = {}

    def __call__(self, value: Any, module: str) -> Recipe | None:
        """None where there is none. Nothing of the value's class is run but the reading of attributes."""
        return self.checked(express(value, module=module, verify=False, scratch=self._scratch))

    def checked(self, recipe: Recipe | None) -> Recipe | None:
        if recipe is None or size(recipe) > LARGEST:
            return None
        return recipe if all(self._holds(node) for node in walk(recipe)) else None

    def _holds(self, node: Recipe) -> bool:
        if isinstance(node, ScratchFile) or (isinstance(node, Const) and self._names_a_place(node.value)):
            return False
        return not isinstance(node, Name) or self._is_usable(node.module)

    def _names_a_place(self, value: Any) -> bool:
        """A text with the project's folder in it, which is another one elsewhere."""
        return isinstance(value, (str, bytes)) and (
            self._place in value if isinstance(value, str) else os.fsencode(self._place) in value
        )

    def _is_usable(self, module: str) -> bool:
        if module not in self._usable:
            self._usable[module] = not self._is_of_tests(module)
        return self._usable[module]

    def _is_of_tests(self, module: str) -> bool:
        if module.partition(".")[0] in sys.stdlib_module_names:
            return False
        file = os.path.realpath(str(getattr(sys.modules.get(module), "__file__", None) or ""))
        if not file.startswith(self._root) or "site-packages" in file:
            return False
        *folders, name = file.removeprefix(self._root).split(os.sep)
        stem = name.removesuffix(".py")
        named = stem == "conftest" or stem.startswith("test_") or stem.endswith("_test")
        return named or not TEST_FOLDERS.isdisjoint(folders)


class Calls:
    """`send` is called with each different call of a function of the module, as plain data."""

    def __init__(self, expressed: Expressed, send: Callable[[dict[str, Any]], None]) -> None:
        self._expressed, self._send = expressed, send
        self._tried: Counter[CodeType] = Counter()
        self._tried_now: Counter[CodeType] = Counter()
        self._known: dict[CodeType, set[str]] = {}
        self._instances: dict[int, Recipe] = {}
        """How those that an `__init__` of ours has made were made; whoever has their number later is one of many."""

    def next_test(self) -> None:
        self._tried_now.clear()

    def maker_of(self, value: Any) -> Recipe | None:
        """How an instance was made, if that was seen."""
        return self._instances.get(id(value))

    def note(self, frame: FrameType) -> None:
        """At the start of an activation. Classes of the project may raise whatever they are asked: that costs the call."""
        code = frame.f_code
        if self._tried[code] >= CALLS_TRIED or self._tried_now[code] >= TRIED_A_TEST or "<" in code.co_qualname:
            return
        known = self._known.setdefault(code, set())
        if len(known) >= CALLS_KEPT:
            return
        self._tried[code] += 1
        self._tried_now[code] += 1
        try:
            call = self._written(frame)
        except Exception:  # noqa: BLE001
            return
        text = json.dumps(call, sort_keys=True)
        if text not in known:
            known.add(text)
            self._send({"event": "call", "path": os.path.realpath(code.co_filename), "call": call})

    def _written(self, frame: FrameType) -> dict[str, Any]:
        code, held = frame.f_code, frame.f_locals
        module = str(frame.f_globals.get("__name__", ""))
        names = list(code.co_varnames[: code.co_argcount])
        by_keyword = list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
        rest, keywords = _stars(code)
        arguments = {name: self._expressed(held[name], module) for name in [*names, *by_keyword] if name in held}
        more = [self._expressed(each, module) for each in held.get(rest, ())]
        named = {str(key): self._expressed(each, module) for key, each in held.get(keywords, {}).items()}
        if names and names[0] in held:
            arguments[names[0]] = arguments[names[0]] or self.maker_of(held[names[0]])
            if code.co_name == "__init__":
                self._note_instance(held[names[0]], arguments, names[1:], by_keyword, more, named)
        return {
            "function": code.co_qualname,
            "positional": names,
            "arguments": {name: _plain(recipe) for name, recipe in arguments.items()},
            "rest": [_plain(recipe) for recipe in more],
            "keywords": {name: _plain(recipe) for name, recipe in named.items()},
        }

    def _note_instance(
        self,
        instance: Any,
        arguments: dict[str, Recipe | None],
        positional: Iterable[str],
        by_keyword: Iterable[str],
        more: list[Recipe | None],
        named: dict[str, Recipe | None],
    ) -> None:
        kind = importable_name(type(instance))
        args = [*(arguments.get(name) for name in positional), *more]
        kwargs = {**{name: arguments.get(name) for name in by_keyword}, **named}
        given, given_named = [a for a in args if a is not None], {k: v for k, v in kwargs.items() if v is not None}
        if kind is None or len(given) < len(args) or len(given_named) < len(kwargs):
            return
        made = self._expressed.checked(Call(kind, tuple(given), tuple(given_named.items())))
        if made is not None and len(self._instances) < INSTANCES_KNOWN:
            self._instances[id(instance)] = made


def _stars(code: CodeType) -> tuple[str, str]:
    """The names of `*rest` and `**keywords`, "" where there is none."""
    left = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
    rest = left.pop(0) if code.co_flags & inspect.CO_VARARGS else ""
    return rest, left.pop(0) if code.co_flags & inspect.CO_VARKEYWORDS else ""


def _plain(recipe: Recipe | None) -> Any:
    return None if recipe is None else to_plain(recipe)


class CallTracer(LineTracer):
    """Also tells `calls` of each activation of a function that begins.

    Of what one test calls very often, only some activations are followed: a loop over thousands of items would take
    many times as long, and what its last rounds execute its first ones have executed too, but for very little.
    """

    def __init__(self, source: Iterable[str], calls: Calls) -> None:
        super().__init__(source)
        self._calls = calls
        self._followed: Counter[CodeType] = Counter()

    def switch_files(self) -> dict[str, frozenset[tuple[int, int]]]:
        self._followed.clear()
        return super().switch_files()

    def _follow(self, frame: FrameType, recorded: Any) -> Any:
        code = frame.f_code
        count = self._followed[code] = self._followed[code] + 1
        if count > FOLLOWED_ALL and count % FOLLOWED_OF:
            return None
        if code.co_flags & inspect.CO_OPTIMIZED and code.co_code[frame.f_lasti + 1] == 0:  # RESUME 0 = from the start
            self._calls.note(frame)
        return super()._follow(frame, recorded)
