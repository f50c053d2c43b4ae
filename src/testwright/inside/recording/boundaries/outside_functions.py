"""Names the functions of each module that read the clock, chance, UUIDs, the environment or files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from ..opened_files import ModeArgument
from ..outside_sources import OutsideSources, Source
from ..session import Session

__all__ = ["install"]

_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_CALENDARS = ("localtime", "gmtime")
_NOW = frozenset(("now", "utcnow", "today"))
_NO_CHANCE = frozenset(("seed", "getstate", "setstate"))
_SECRETS = ("choice", "randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe")
_UUIDS = ("uuid1", "uuid4", "uuid6", "uuid7")
_OPENING: Mapping[str, ModeArgument] = {
    "open": ModeArgument(0),
    "read_text": ModeArgument(fixed="r"),
    "read_bytes": ModeArgument(fixed="rb"),
    "write_text": ModeArgument(fixed="w"),
    "write_bytes": ModeArgument(fixed="wb"),
}


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is one of those below. What another library has put into it by now is not looked at."""
    sources: OutsideSources | None = session.shared.get(OutsideSources)
    if sources is None:
        return _nothing
    _ADDED[module.__name__](sources, module)
    return sources.forget


def _nothing() -> None:
    """Without project code there are no calls of it."""


def _time(sources: OutsideSources, module: ModuleType) -> None:
    for name in (*_CLOCKS, *_CALENDARS):
        function = getattr(module, name)
        if type(function) is BuiltinFunctionType:
            sources.add(function, Source("clock", f"time.{name}", _again(function), alone=name in _CALENDARS))


def _again(function: Callable[[], Any]) -> Callable[[Any], Any]:
    return lambda first: function()


def _is_none(first: Any) -> bool:
    """Not given is told as None, or as a mark of the interpreter's."""
    return first is None or first is getattr(getattr(sys, "monitoring", None), "MISSING", None)


def _datetime(sources: OutsideSources, module: ModuleType) -> None:
    moments = module.datetime

    def made(function: Any) -> Source | None:
        owner, name = function.__self__, function.__name__
        if name in _NOW and (owner is moments or owner is module.date):
            return Source("clock", f"datetime.{owner.__name__}.{name}", lambda first: _now(function, first, module))
        return None

    if type(moments.now) is BuiltinFunctionType:
        sources.add_maker(made)


def _now(function: Any, zone: Any, module: ModuleType) -> Any:
    """A time zone of the program's own is code of the program's: then the time is told as UTC has it."""
    if _is_none(zone):
        return function()
    known = type(zone) is module.timezone or type(zone).__module__ == "zoneinfo"
    return function(zone) if known else function(module.timezone.utc)


def _random(sources: OutsideSources, module: ModuleType) -> None:
    shared = module._inst
    for name in module.__all__:
        function = getattr(module, name)
        if getattr(function, "__self__", None) is not shared or name in _NO_CHANCE:
            continue
        if type(function) is MethodType:
            result = "x" if name == "shuffle" else ""
            sources.add(function, Source("random", f"random.{name}", result=result))
        elif type(function) is BuiltinFunctionType:
            sources.add(function, Source("random", f"random.{name}", _what_will_come(shared, name)))


def _what_will_come(shared: Any, name: str) -> Callable[[Any], Any]:
    """Another generator in the same state gives the same."""
    base: Any = type(shared).__mro__[1]

    def read(first: Any) -> Any:
        twin = base()
        twin.setstate(base.getstate(shared))
        return getattr(twin, name)(*(() if _is_none(first) else (first,)))

    return read


def _secrets(sources: OutsideSources, module: ModuleType) -> None:
    for name in _SECRETS:
        sources.add(getattr(module, name), Source("random", f"secrets.{name}"))


def _uuid(sources: OutsideSources, module: ModuleType) -> None:
    for name in _UUIDS:
        if type(getattr(module, name, None)) is FunctionType:
            sources.add(getattr(module, name), Source("uuid", f"uuid.{name}"))


def _os(sources: OutsideSources, module: ModuleType) -> None:
    sources.add(module.getenv, Source("environment", "os.getenv", named="key"))
    sources.add(module.environ.get, Source("environment", "os.environ.get", named="key"))
    sources.add(module.environ.__getitem__, Source("environment", "os.environ", named="key"))


def _timezone(sources: OutsideSources, module: ModuleType) -> None:
    """What makes a local time or date of nothing makes it of the time now."""
    name = "django.utils.timezone.now"
    sources.add(module.now, Source("clock", name))
    for function in (module.localtime, module.localdate):
        sources.add(function, Source("clock", name, _again(module.now), alone=True, stands_for=True))


def _io(sources: OutsideSources, module: ModuleType) -> None:
    if type(module.open) is BuiltinFunctionType:
        sources.add(module.open, Source("file", "open", mode=ModeArgument(1)))


def _pathlib(sources: OutsideSources, module: ModuleType) -> None:
    for name, mode in _OPENING.items():
        sources.add(getattr(module.Path, name), Source("file", f"pathlib.Path.{name}", mode=mode))


_ADDED: Mapping[str, Callable[[OutsideSources, ModuleType], None]] = {
    "time": _time,
    "datetime": _datetime,
    "random": _random,
    "secrets": _secrets,
    "uuid": _uuid,
    "os": _os,
    "django.utils.timezone": _timezone,
    "io": _io,
    "pathlib": _pathlib,
}
