"""Calls back when a module has been imported, at once if it has been already."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["ImportWatch"]

Told = Callable[[ModuleType], None]


class ImportWatch(MetaPathFinder):
    """Modules are loaded by their own loaders, and keep them."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Told]] = {}

    def when(self, name: str, told: Told) -> None:
        """`told` is given the module; before `start`, for those that are not there yet, nothing happens."""
        module = sys.modules.get(name)
        if type(module) is ModuleType and _is_whole(module):
            told(module)
        else:
            self._waiting.setdefault(name, []).append(told)

    def start(self) -> None:
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        told = self._waiting.pop(fullname, None)  # another finder that looks further, as we do, may ask us once more
        if told is None:
            return None
        finders = [each for each in list(sys.meta_path) if each is not self and hasattr(each, "find_spec")]
        spec = next((found for each in finders if (found := each.find_spec(fullname, path, target))), None)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Telling(spec.loader, told)
        else:
            self._waiting[fullname] = told
        return spec


class _Telling(Loader):
    """The module's own loader, which is back in its place before the module is executed."""

    def __init__(self, loader: Loader, told: list[Told]) -> None:
        self._loader, self._told = loader, told

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        for told in self._told:
            told(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _is_whole(module: ModuleType) -> bool:
    """Not one whose import is still under way."""
    return not getattr(module.__spec__, "_initializing", False)
