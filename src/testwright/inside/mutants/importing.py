"""Loads the modules that mutants are planted in, woven, wherever they are imported; all others load as ever."""

from __future__ import annotations

import ast
import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .schemata import ACTIVE, REACHED, weave
from .sites import Default, Site

__all__ = ["Planted", "WovenModules"]

REWRITING = "_pytest.assertion.rewrite"
"""It keeps count of what it is asked, and finds no module of the project."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A file with its sites, whose mutants have the numbers `first` to `last`."""

    path: str
    tree: ast.Module = field(repr=False)
    sites: tuple[Site, ...]
    first: int
    last: int


class WovenModules:
    """A finder for `sys.meta_path`, before all others. `activate` chooses the mutant, for what is loaded already too."""

    def __init__(self, files: Mapping[str, Planted], *, recording: Callable[[int], None] | None = None) -> None:
        self._files = files
        self._recording = recording
        self._names = {name for path in files for name in _names_of(path)}
        self._active = 0
        self._loaded: list[tuple[Planted, dict[str, Any]]] = []
        self._defaults = {n: found for planted in files.values() for n, found in _defaults_of(planted)}

    def pytest_sessionstart(self, session: Any) -> None:
        """As a plugin: pytest has put a finder of its own to the front, which takes `under_test.py` for a test file."""
        self.install()

    def install(self) -> None:
        """Before all others, once."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        sys.meta_path.insert(0, self)

    def activate(self, number: int) -> None:
        """0: none."""
        for planted, namespace in self._loaded:
            if planted.first <= number <= planted.last:
                namespace[ACTIVE] = number
            elif planted.first <= self._active <= planted.last:
                namespace[ACTIVE] = 0
        self._active = number

    def is_default(self, number: int) -> bool:
        """Whether `change_default` has to do with it."""
        return number in self._defaults

    def change_default(self, number: int, functions: Mapping[tuple[str, str, int], Sequence[FunctionType]]) -> None:
        """Gives functions that are there already the default that the mutant makes, if it is in one."""
        if number in self._defaults:
            path, default, value = self._defaults[number]
            for function in functions.get((path, default.name, default.line), ()):
                default.change(function, value[0])

    def functions(self) -> dict[tuple[str, str, int], list[FunctionType]]:
        """All that were made in the woven files, by file, name and first line."""
        found: dict[tuple[str, str, int], list[FunctionType]] = {}
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename in self._files:
                code = thing.__code__
                found.setdefault((code.co_filename, code.co_name, code.co_firstlineno), []).append(thing)
        return found

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target) or self._found_otherwise(fullname, path, target)
        planted = self._files.get(os.path.realpath(spec.origin)) if spec is not None and spec.origin else None
        if spec is None or planted is None:
            return None
        spec.loader = _WovenLoader(fullname, planted, self)
        return spec

    def _found_otherwise(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        """By the finder of a package that was installed to be edited, say."""
        for finder in sys.meta_path:
            if finder is not self and not isinstance(finder, type) and type(finder).__module__ != REWRITING:
                spec: ModuleSpec | None = finder.find_spec(fullname, path, target)
                if spec is not None:
                    return spec
        return None

    def bind(self, planted: Planted, namespace: dict[str, Any]) -> None:
        """The globals that the woven code asks for."""
        namespace[ACTIVE] = self._active if planted.first <= self._active <= planted.last else 0
        namespace[REACHED] = self._recording
        self._loaded.append((planted, namespace))

    def woven(self, planted: Planted) -> CodeType:
        tree = weave(planted.tree, planted.sites, recording=self._recording is not None)
        code: CodeType = compile(tree, planted.path, "exec", dont_inherit=True)
        return code


def _defaults_of(planted: Planted) -> Iterator[tuple[int, tuple[str, Default, tuple[Any]]]]:
    """By mutant: the file, the parameter, and the value in a tuple; those that are no literals have none."""
    for site in planted.sites:
        if site.default is not None:
            for mutant in site.mutants:
                value = site.default.mutated(site, mutant)
                if value is not None:
                    yield mutant.number, (planted.path, site.default, value)


def _names_of(path: str) -> tuple[str, ...]:
    """The last part of the name that a module of this file may have."""
    folder, file = os.path.split(path)
    return (os.path.basename(folder), "__init__") if file == "__init__.py" else (file.removesuffix(".py"),)


class _WovenLoader(SourceFileLoader):
    """Keeps no byte code: neither reads the plain module's nor writes its own."""

    def __init__(self, fullname: str, planted: Planted, modules: WovenModules) -> None:
        super().__init__(fullname, planted.path)
        self._planted, self._modules = planted, modules

    def get_code(self, fullname: str) -> CodeType:
        return self._modules.woven(self._planted)

    def exec_module(self, module: ModuleType) -> None:
        self._modules.bind(self._planted, vars(module))
        super().exec_module(module)
