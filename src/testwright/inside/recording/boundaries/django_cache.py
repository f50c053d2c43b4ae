"""Watches what a Django project asks its caches for, and gives them, whatever their backend."""

from __future__ import annotations

import inspect
import sys
import weakref
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import MappingProxyType, ModuleType
from typing import Any

from ..raised_errors import raised_plain
from ..session import Session
from ..values import snapshot
from .notes import Begun, Notes
from .replacing import replace

__all__ = ["install"]

_TAKES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "get": ("key", "default", "version"),
        "set": ("key", "value", "timeout", "version"),
        "add": ("key", "value", "timeout", "version"),
        "touch": ("key", "timeout", "version"),
        "delete": ("key", "version"),
        "has_key": ("key", "version"),
        "incr": ("key", "delta", "version"),
        "decr": ("key", "delta", "version"),
        "get_many": ("key", "version"),
        "set_many": ("value", "timeout", "version"),
        "delete_many": ("key", "version"),
        "clear": (),
    }
)
"""What each is given, in its order; several keys are a `key` too. `get_or_set` is made of others."""
_READ = frozenset(("get_many", "incr", "decr"))
_PLAIN = (int, float, type(None))


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is django.core.cache."""
    watch = _Watch(session)
    undo = replace(module.CacheHandler, "create_connection", watch.creating)
    watch.attach(module.BaseCache)
    watch.find_alias(module.caches)

    def stop() -> None:
        undo()
        watch.detach()

    return stop


class _Watch:
    def __init__(self, session: Session) -> None:
        self._notes = Notes(session, "cache")
        self._inside: ContextVar[bool] = ContextVar("testwright_in_cache", default=False)
        """A backend does the one by the other."""
        self._undo: list[Callable[[], None]] = []
        self._watched: set[int] = set()
        self._aliases: dict[int, tuple[weakref.ref[Any], str]] = {}

    # -- which caches --------------------------------------------------------------------------------------------------

    def creating(self, original: Any) -> Any:
        def create_connection(handler: Any, alias: str) -> Any:
            cache = original(handler, alias)
            scope = self._notes.session.scope
            try:
                self.attach(type(cache))
                self._aliases[id(cache)] = weakref.ref(cache), alias
            except Exception as error:  # noqa: BLE001 - a cache of no kind that we know: it works without us
                if scope is not None:
                    self._notes.failed(scope, error)
            return cache

        return create_connection

    def find_alias(self, handler: Any) -> None:
        """Of those that this thread has already; a handler that has not read its settings has none."""
        for alias in vars(handler).get("settings", ()):
            cache = getattr(handler._connections, alias, None)
            if cache is not None:
                self.attach(type(cache))
                self._aliases[id(cache)] = weakref.ref(cache), alias

    def attach(self, kind: type) -> None:
        """A class and those that it derives from, and all that derive from it and are there."""
        for each in [*kind.__mro__, *_derived(kind)]:
            if each is object or id(each) in self._watched:
                continue
            self._watched.add(id(each))
            for name in _TAKES:
                for written in (name, f"a{name}"):
                    if inspect.isfunction(vars(each).get(written)):
                        self._undo.append(replace(each, written, lambda there, name=name: self._around(name, there)))  # type: ignore[misc]

    def detach(self) -> None:
        while self._undo:
            self._undo.pop()()

    # -- what they are asked -------------------------------------------------------------------------------------------

    def _around(self, name: str, original: Any) -> Any:
        return self._later(name, original) if inspect.iscoroutinefunction(original) else self._now(name, original)

    def _now(self, name: str, original: Any) -> Any:
        def method(cache: Any, *given: Any, **named: Any) -> Any:
            begun = None if self._inside.get() else self._notes.begin(sys._getframe(1))
            if begun is None:
                return original(cache, *given, **named)
            data = self._notes.tried(begun.scope, self._asked, name, cache, given, named) or {}
            token = self._inside.set(True)
            try:
                found = original(cache, *given, **named)
            except BaseException as error:
                self._notes.end(begun, name, _failed, data, error)
                raise
            finally:
                self._inside.reset(token)
            self._answered(begun, name, data, (given, named), found)
            return found

        return method

    def _later(self, name: str, original: Any) -> Any:
        async def method(cache: Any, *given: Any, **named: Any) -> Any:
            begun = None if self._inside.get() else self._notes.begin(sys._getframe(1))
            if begun is None:
                return await original(cache, *given, **named)
            data = self._notes.tried(begun.scope, self._asked, name, cache, given, named) or {}
            token = self._inside.set(True)
            try:
                found = await original(cache, *given, **named)
            except BaseException as error:
                self._notes.end(begun, name, _failed, data, error)
                raise
            finally:
                self._inside.reset(token)
            self._answered(begun, name, data, (given, named), found)
            return found

        return method

    def _asked(self, name: str, cache: Any, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        """Before it is: what is stored may be changed afterwards."""
        held = _held(name, given, named)
        alias = self._aliases.get(id(cache))
        data: dict[str, Any] = {"alias": alias[1] if alias is not None and alias[0]() is cache else "", "method": name}
        if "key" in _TAKES[name]:
            data["key"] = snapshot(held.get("key", held.get("keys")))
        if "value" in _TAKES[name]:
            data["value"] = snapshot(held.get("value", held.get("data")))
        return data | {key: held[key] for key in ("timeout", "version") if key in held and type(held[key]) in _PLAIN}

    def _answered(self, begun: Begun, name: str, data: dict[str, Any], how: tuple[Any, Any], found: Any) -> None:
        self._notes.end(begun, name, _answer, name, data, how, found)


def _held(name: str, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    return {**dict(zip(_TAKES[name], given, strict=False)), **named}


def _answer(name: str, data: dict[str, Any], how: tuple[Any, Any], found: Any) -> dict[str, Any]:
    if name == "get":
        hit = found is not _held(name, *how).get("default")
        marker = not hit and type(found) is object  # with which the program tells that there is nothing
        return {**data, "value": None if marker else snapshot(found), "hit": hit}
    return {**data, "value" if name in _READ else "returned": snapshot(found)}


def _failed(data: dict[str, Any], error: BaseException) -> dict[str, Any]:
    return {**data, "raised": raised_plain(error, snapshot)}


def _derived(kind: type) -> list[type]:
    found: list[type] = type.__subclasses__(kind)
    return [*found, *(inner for each in found for inner in _derived(each))]
