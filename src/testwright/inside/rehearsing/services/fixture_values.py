"""Makes the values of fixtures as pytest would, but outside of it: those of conftest.py files, and of a test file's own text."""

from __future__ import annotations

import inspect
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import GeneratorType
from typing import Any

from ...conftests import fixture_function, load_conftest

__all__ = ["ServiceFixtures", "fixtures_of_files", "fixtures_of_text", "used_by"]

Functions = Mapping[str, Callable[..., Any]]


class ServiceFixtures(dict[str, Any]):
    """Made when they are asked for; those that every test has (`always`) at once."""

    def __init__(self, functions: Functions, always: Iterable[str] = ()) -> None:
        super().__init__()
        self._functions = functions
        self._finish: list[Callable[[], object]] = []
        for name in always:
            self[name]

    def __missing__(self, name: str) -> Any:
        value = self._made(name)
        self[name] = value
        return value

    def _made(self, name: str) -> Any:
        if name in self._functions:
            function = self._functions[name]
            made = function(**{needed: self[needed] for needed in inspect.signature(function).parameters})
            if isinstance(made, GeneratorType):
                value = next(made)
                self._finish.append(lambda: next(made, None))
                return value
            return made
        if name == "monkeypatch":
            import pytest

            patching = pytest.MonkeyPatch()
            self._finish.append(patching.undo)
            return patching
        if name == "tmp_path":
            folder = tempfile.mkdtemp()
            self._finish.append(lambda: shutil.rmtree(folder, ignore_errors=True))
            return Path(folder)
        raise LookupError(f"no fixture {name!r} is known")

    def close(self) -> None:
        """In the reverse order; what goes wrong here goes wrong in pytest too, which will tell."""
        while self._finish:
            try:
                self._finish.pop()()
            except Exception as error:  # noqa: BLE001  the fixture's own
                logging.getLogger(__name__).debug("a fixture did not end well: %s", error)
        self.clear()


def fixtures_of_files(paths: Iterable[str]) -> tuple[dict[str, Callable[..., Any]], list[str]]:
    """Of conftest.py files, the outermost first; and the names of those that every test has. A file that cannot be
    loaded has none.
    """
    functions: dict[str, Callable[..., Any]] = {}
    always: list[str] = []
    for path in paths:
        try:
            held = vars(load_conftest(path))
        except Exception as error:  # noqa: BLE001  the file may want what is there in pytest only
            logging.getLogger(__name__).debug("%s cannot be loaded: %s", path, error)
            continue
        for name, function, is_always in _fixtures(held):
            functions[name] = function
            always += [name] if is_always else []
    return functions, always


def fixtures_of_text(text: str) -> dict[str, Callable[..., Any]]:
    names: dict[str, Any] = {"__name__": "own_fixtures"}
    exec(compile(text, "<fixtures>", "exec"), names)
    return {name: function for name, function, _ in _fixtures(names)}


def _fixtures(held: Mapping[str, Any]) -> Iterable[tuple[str, Callable[..., Any], bool]]:
    for attribute, thing in held.items():
        function = fixture_function(thing)
        if function is None or inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            continue
        marker = getattr(thing, "_fixture_function_marker", None) or getattr(thing, "_pytestfixturefunction", None)
        name = getattr(marker, "name", None) or attribute
        if getattr(marker, "params", None) is None:
            yield str(name), function, bool(getattr(marker, "autouse", False))


def used_by(name: str, functions: Functions) -> set[str]:
    """The fixture and all that it needs."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += inspect.signature(functions[each]).parameters if each in functions else []
    return found
