"""Finds which fixtures of conftest.py files an existing test takes that another test, and a worker, could take too."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..conftests import PYTESTS_OWN
from ..recipes import Fixture

__all__ = ["is_plain", "taken_fixtures"]

TAKEN_NAMES = frozenset(
    {"actual", "captured", "expected", "message", "path", "result", "scenario", "self"}
    | {"caplog", "capsys", "monkeypatch", "recwarn", "request", "tmp_path"}
)
"""What generated tests use for something else."""
LONGEST_PLAIN = 40
"""A shorter text is plainer than the name of a fixture that gives it, and so is any number."""


def taken_fixtures(item: Any) -> Iterator[tuple[Fixture, Any]]:
    """Each with what it gave; those made anew for each test, not parametrized, not async, that need no others than such."""
    info = item._fixtureinfo
    direct = getattr(getattr(item, "callspec", None), "params", {})
    for name in info.argnames:
        if name in direct or name in TAKEN_NAMES or name not in item.funcargs:
            continue
        recipe, value = _recipe(info.name2fixturedefs, name, ()), item.funcargs[name]
        if recipe is not None and recipe.path:
            if info.name2fixturedefs[name][-1].scope == "function":
                yield recipe, value


def _recipe(known: Mapping[str, Sequence[Any]], name: str, around: tuple[str, ...]) -> Fixture | None:
    """`around`: the names of those that need it; one that needs another of its own name means the one further up."""
    definitions = known.get(name) or ()
    place = len(definitions) - 1 - around.count(name)
    if place < 0:
        return None
    found = definitions[place]
    function = inspect.unwrap(found.func)
    if str(getattr(function, "__module__", "")).startswith("_pytest."):
        return Fixture(name) if name in PYTESTS_OWN else None
    if not _can_be_called(found, function):
        return None
    needs = [_recipe(known, needed, (*around, name)) for needed in found.argnames]
    given = tuple(need for need in needs if need is not None)
    path = os.path.realpath(function.__code__.co_filename)
    return Fixture(name, path, function.__name__, given) if len(given) == len(needs) else None


def _can_be_called(found: Any, function: Any) -> bool:
    """A plain function, or generator, of a conftest.py."""
    if found.params is not None or not inspect.isfunction(function) or function.__qualname__ != function.__name__:
        return False
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return False
    return os.path.basename(function.__code__.co_filename) == "conftest.py"


def is_plain(value: Any) -> bool:
    """Whether its literal says more than the name of the fixture that gave it."""
    if type(value) in (str, bytes):
        return len(value) <= LONGEST_PLAIN
    return value is None or type(value) in (bool, int, float, complex)
