"""Decides what a test may not leave changed behind it: what everything else in the process, or in the home, goes by."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["Standing"]

_OWN_VARIABLE = "PYTEST_CURRENT_TEST"
_MOST_FILES = 1000


class Standing:
    """How things stand now; `changed` says what of it is another later. What a test restores, it may change."""

    def __init__(self) -> None:
        self._variables = _variables()
        self._homes = frozenset(_homes())
        self._files = _files(self._homes)
        self._settings = {name: ask() for name, ask in _SETTINGS.items()}

    def changed(self) -> list[str]:
        """In words; modules that were first imported meanwhile have had no state before."""
        variables = _variables()
        names = [n for n in {**self._variables, **variables} if self._variables.get(n) != variables.get(n)]
        words = [f"the environment variable {name} left changed" for name in names]
        for name, ask in _SETTINGS.items():
            before, now = self._settings[name], ask()
            if before is not None and now is not None and now != before:
                words.append(f"{name} left changed")
        return words + [f"a file left in the home or temporary folder ({f})" for f in self._new_files()]

    def _new_files(self) -> list[str]:
        return sorted(os.path.basename(path) for path in _files(self._homes) - self._files)


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != _OWN_VARIABLE}


def _homes() -> list[str]:
    """Where the environment says that home and temporary files go: the user's own, when there is no sandbox."""
    return [os.path.realpath(os.environ[name]) for name in ("HOME", "TMPDIR") if os.environ.get(name)]


def _files(folders: frozenset[str]) -> frozenset[str]:
    """Whatever lies below, as far as it is no more than a test may leave; in a sandbox there is next to nothing."""
    found: set[str] = set()
    for folder in folders:
        for base, inner, names in os.walk(folder):
            found.update(os.path.join(base, name) for name in (*inner, *names))
            if len(found) > _MOST_FILES:
                return frozenset(found)
    return frozenset(found)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return ""


def _mask() -> int:
    """The only way to read it is to set it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _signals() -> list[int]:
    """Which handlers there are; they are objects of strangers, and not to be compared."""
    return [id(signal.getsignal(number)) for number in sorted(signal.valid_signals())]


def _log_level() -> Any:
    logging = sys.modules.get("logging")
    return logging and (logging.root.level, logging.root.manager.disable, logging.root.disabled)


def _locale() -> Any:
    module = sys.modules.get("locale")
    return module and module.setlocale(module.LC_ALL)


def _decimals() -> Any:
    module = sys.modules.get("decimal")
    return module and (module.getcontext().prec, module.getcontext().rounding)


def _timeout() -> Any:
    module = sys.modules.get("socket")
    return module and (module.getdefaulttimeout(),)


_SETTINGS: Mapping[str, Callable[[], Any]] = MappingProxyType(
    {
        "the current folder": _folder,
        "the file mode mask": _mask,
        "the time zone": lambda: time.tzname,
        "the recursion limit": sys.getrecursionlimit,
        "a signal handler": _signals,
        "the level of all logging": _log_level,
        "the locale": _locale,
        "the decimal context": _decimals,
        "the timeout of all sockets": _timeout,
        "garbage collection": gc.isenabled,
    }
)
