"""Offers the fixtures of the project's conftest.py files, by a parameter's name and by the class of what they gave."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from ..exploring.live_module import Parameter, is_below
from ..recipes import Fixture, from_plain, resolve_name

__all__ = ["FixtureProvider"]


class FixtureProvider:
    """What `learn` was told of is offered; nothing without."""

    def __init__(self) -> None:
        self._by_name: dict[str, Fixture] = {}
        self._kinds: dict[Fixture, type] = {}
        """Those that could be found."""

    def learn(self, plain: Iterable[Any]) -> None:
        """`plain` are [fixture, module and qualname of the class of what it gave]; what cannot be read is left out."""
        for each in plain:
            try:
                recipe, (module, qualname) = from_plain(each[0]), each[1]
            except (ValueError, TypeError, IndexError):
                continue
            if isinstance(recipe, Fixture):
                self._by_name[recipe.name] = recipe
                kind = _class_named(str(module), str(qualname))
                if kind is not None:
                    self._kinds[recipe] = kind

    def fitting(self, parameter: Parameter) -> list[Fixture]:
        """For a parameter called like a fixture that one alone, unless its class says otherwise."""
        hint, named = parameter.hint, self._by_name.get(parameter.name)
        if not isinstance(hint, type):
            return [] if named is None else [named]
        if named is not None and is_below(self._kinds.get(named, hint), hint):
            return [named]
        return self.of_class(hint)

    def of_class(self, kind: type) -> list[Fixture]:
        """Those that gave an instance of the class; one of the standard library says too little of what is wanted."""
        if _is_standard(kind):
            return []
        return [each for each, given in self._kinds.items() if is_below(given, kind) and not _is_standard(given)]


def _is_standard(kind: type) -> bool:
    return str(kind.__module__).partition(".")[0] in sys.stdlib_module_names


def _class_named(module: str, qualname: str) -> type | None:
    """Only a module that is loaded is asked: the class of a parameter is in one that is."""
    if module not in sys.modules:
        return None
    try:
        found = resolve_name(module, qualname)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None
