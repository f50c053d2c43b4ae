"""Decides what a test may not leave changed behind it: what everything else in the process, or in the home, goes by."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

__all__ = ["Standing"]

_OWN_VARIABLE = "PYTEST_CURRENT_TEST"
_MOST_FILES = 1000
_DESCRIPTORS = 64
_first_open: frozenset[int] | None = None
_first_definition: dict[str, str] = {}


class Standing:
    """How things stand now; `changed` says what of it is another later. What a test restores, it may change."""

    def __init__(self) -> None:
        self._variables = _variables()
        self._homes = frozenset(_homes())
        self._files = _files(self._homes)
        self._settings = {name: ask() for name, ask in _SETTINGS.items()}
        self._modules = dict(sys.modules)
        self._definitions = _definitions(self._modules)
        self._import_hooks = _import_hooks()
        self._open = _open_descriptors()

    def changed(self) -> list[str]:
        """In words; modules that were first imported meanwhile have had no state before."""
        variables = _variables()
        names = [n for n in {**self._variables, **variables} if self._variables.get(n) != variables.get(n)]
        words = [f"the environment variable {name} left changed" for name in names]
        for name, ask in _SETTINGS.items():
            before, now = self._settings[name], ask()
            if before is not None and now is not None and now != before:
                words.append(f"{name} left changed")
        if _import_hooks_changed(self._import_hooks, self._modules):
            words.append("the hooks of the import system left changed")
        loaded = sys.modules if isinstance(sys.modules, dict) else {}
        words += [f"the module {n} left replaced" for n, m in self._modules.items() if loaded.get(n) is not m][:1]
        now = _definitions(self._modules)
        words += [
            f"the module {n} left executed once more"
            for n, one in self._definitions.items()
            if now.get(n, one) is not one
        ][:1]
        if not self._open <= _open_descriptors():
            words.append("a file closed that was open before")
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


def _search_path() -> Any:
    """Its contents too; `sys.path` may have become anything."""
    return id(sys.path), list(sys.path) if isinstance(sys.path, list) else None


def _hooks() -> list[int]:
    """By identity; each of them may have been deleted too."""
    names = ("excepthook", "displayhook", "unraisablehook", "breakpointhook", "stdin", "stdout", "stderr", "argv")
    here = [getattr(sys, name, None) for name in names]
    here += [threading.excepthook, sys.gettrace(), sys.getprofile(), builtins.__import__, builtins.open, builtins.print]
    return [id(hook) for hook in here]


def _import_hooks() -> list[Any]:
    return [*sys.meta_path, *sys.path_hooks]


def _import_hooks_changed(before: list[Any], modules: Mapping[str, Any]) -> bool:
    """All but that a module which was first imported meanwhile has put its own beside those that were there."""
    known = {id(hook) for hook in before}
    now = _import_hooks()
    if [id(hook) for hook in now if id(hook) in known] != [id(hook) for hook in before]:
        return True
    return any(_home(hook) in modules for hook in now if id(hook) not in known)


def _home(hook: Any) -> str:
    """The module that defines the hook or its class."""
    kind = hook if isinstance(hook, (type, FunctionType)) else type(hook)
    return str(kind.__module__)


def _definitions(modules: Mapping[str, Any]) -> dict[str, Any]:
    """By module what it defines first: another of the same name is there after the module has been executed once more."""
    found = {}
    for name, module in modules.items():
        if type(module) is not ModuleType:
            continue
        if name not in _first_definition:
            _first_definition[name] = next((n for n, v in list(vars(module).items()) if _is_defined(v, name, n)), "")
        first = _first_definition[name]
        held = vars(module).get(first)
        if first and _is_defined(held, name, first):
            found[name] = held
    return found


def _is_defined(value: Any, module: str, name: str) -> bool:
    return type(value) in (FunctionType, type) and (value.__module__, value.__qualname__) == (module, name)


def _loop_policy() -> Any:
    policy = getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)
    return policy and (type(policy),)  # one is made when it is first asked for


def _open_descriptors() -> frozenset[int]:
    """Of those that were open when the first one looked: an object that a test drops closes its own file at any time."""
    global _first_open
    if _first_open is None:
        _first_open = frozenset(n for n in range(_DESCRIPTORS) if _is_open(n))
    return frozenset(n for n in _first_open if _is_open(n))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


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
        "the module search path": _search_path,
        "a hook or stream of the interpreter": _hooks,
        "the policy for event loops": _loop_policy,
        "the thread switch interval": sys.getswitchinterval,
        "the names of the builtins": lambda: sorted(vars(builtins)),
    }
)
