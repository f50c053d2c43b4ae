"""Replaces environment variables and attributes for the time of one scenario, as pytest's monkeypatch does."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

__all__ = ["PATCHERS", "Tripwire", "Undo", "is_hidden", "path_in", "take_back"]

Undo: TypeAlias = Callable[[], object]
_MISSING: Any = object()


class Tripped(BaseException):
    """What was replaced by a Tripwire is used after all."""


class Tripwire:
    """Stands where a patch might not be needed, and raises whatever anybody does with it."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise Tripped

    def __getattr__(self, name: str) -> object:
        raise Tripped

    def __iter__(self) -> Iterator[object]:
        raise Tripped

    def __getitem__(self, key: object) -> object:
        raise Tripped

    def __len__(self) -> int:
        raise Tripped

    def __index__(self) -> int:
        raise Tripped


def take_back(undo: list[Undo]) -> None:
    """Undoes what was patched, the latest first; what cannot be undone stays, and the rest is undone all the same."""
    while undo:
        latest = undo.pop()
        try:
            latest()
        except (AttributeError, TypeError, KeyError):  # code under test removed or froze what had been patched
            continue


def _set_variable(name: str, value: Any, undo: list[Undo]) -> None:
    if type(value) is not str:
        raise TypeError(f"an environment variable is a text, not {type(value).__name__}")
    undo.append(partial(_restore_variable, os.environ, name, os.environ.get(name)))
    os.environ[name] = value


def _delete_variable(name: str, _: Any, undo: list[Undo]) -> None:
    undo.append(partial(_restore_variable, os.environ, name, os.environ.get(name)))
    os.environ.pop(name, None)


def _restore_variable(environment: Any, name: str, value: str | None) -> None:
    if value is None:
        environment.pop(name, None)
    else:
        environment[name] = value


def _set_attribute(target: str, value: Any, undo: list[Undo]) -> None:
    path, name, owner = _owner(target)
    before = vars(owner).get(name, _MISSING) if inspect.isclass(owner) else getattr(owner, name, _MISSING)
    if before is _MISSING and not hasattr(owner, name):
        raise AttributeError(f"{path} has no attribute {name}")
    undo.append(partial(_restore_attribute, owner, name, before))
    setattr(owner, name, value)


def _restore_attribute(owner: Any, name: str, before: Any) -> None:
    if before is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def is_hidden(module: str) -> bool:
    """A dotted path does not lead to the module: its package has something else by that name, as a function of it."""
    if module not in sys.modules:
        return False
    try:
        return _found(module) is not sys.modules[module]
    except (ImportError, AttributeError):
        return True


def path_in(module: str, name: str) -> str:
    """What `Patch` is to be given for a dotted name below a module."""
    return f"{module}:{name}" if is_hidden(module) else f"{module}.{name}"


def _owner(target: str) -> tuple[str, str, Any]:
    """The path, the name at its end, and what has that name; `a.b:c` is in the module `a.b`, whatever `a` calls `b`."""
    module, colon, inner = target.rpartition(":")
    path, dot, name = inner.rpartition(".")
    if not colon:
        return path, name, _found(path)
    owner: Any = importlib.import_module(module)
    for part in path.split(".") if dot else ():
        owner = getattr(owner, part)
    return f"{module}:{path}", name, owner


def _found(path: str) -> Any:
    """What a dotted path names: attributes go before modules that are still to be imported."""
    first, *rest = path.split(".")
    found: Any = importlib.import_module(first)
    known = first
    for part in rest:
        known = f"{known}.{part}"
        if not hasattr(found, part):
            importlib.import_module(known)
        found = getattr(found, part)
    return found


PATCHERS: Mapping[str, Callable[[str, Any, list[Undo]], None]] = {
    "setenv": _set_variable,
    "delenv": _delete_variable,
    "setattr": _set_attribute,
}
