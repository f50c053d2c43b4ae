"""Loads one module instrumented, wherever it is first imported; all others load as ever."""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import decode_source, spec_from_file_location
from types import CodeType, ModuleType
from typing import Any

from .recorder import Recorder, bind
from .weave import instrument

__all__ = ["import_instrumented"]


def import_instrumented(module: str, path: str, recorder: Recorder, *, source: bytes | None = None) -> ModuleType:
    """Imports `module` from `path` with its parents; gives what `sys.modules` then holds for it.

    `source` stands in for the file's content. Comparisons are not kept during the import, and hits start from zero
    after it (`recorder.first_line_hits` has those of the import). Raises ImportError when the module was imported
    before, since it is never loaded twice, or when its package put something else in its place.
    """
    if module in sys.modules:
        raise ImportError(f"{module!r} is imported already and is not loaded twice", name=module, path=path)
    finder = _OneModule(module, path, recorder, source)
    wanted, recorder.recording = recorder.recording, False
    sys.meta_path.insert(0, finder)
    try:
        imported = importlib.import_module(module)
    finally:
        sys.meta_path.remove(finder)
        recorder.recording = wanted
    if not finder.loader.executed:
        raise ImportError(f"{module!r} was imported, but not from {path!r}", name=module, path=path)
    recorder.first_line_hits = bytes(recorder.hits)
    recorder.reset()
    return imported


class _OneModule:
    def __init__(self, module: str, path: str, recorder: Recorder, source: bytes | None) -> None:
        self._module = module
        self._path = path
        self.loader = _InstrumentingLoader(module, path, recorder, source)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        is_package = os.path.basename(self._path) == "__init__.py"
        folders = [os.path.dirname(self._path)] if is_package else None
        return spec_from_file_location(fullname, self._path, loader=self.loader, submodule_search_locations=folders)


class _InstrumentingLoader(SourceFileLoader):
    """A source loader that keeps no byte code: neither reads the plain module's nor writes its own."""

    def __init__(self, module: str, path: str, recorder: Recorder, source: bytes | None) -> None:
        super().__init__(module, path)
        self._recorder = recorder
        self._source = source
        self.executed = False

    def get_source(self, fullname: str) -> str | None:
        return super().get_source(fullname) if self._source is None else decode_source(self._source)

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path) if self._source is None else self._source
        instrumented = instrument(ast.parse(source, self.path), path=self.path)
        self._recorder.attach(instrumented)
        code: CodeType = compile(instrumented.tree, self.path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        namespace: dict[str, Any] = vars(module)
        code = self.get_code(module.__name__)
        bind(namespace, self._recorder)
        self.executed = True
        exec(code, namespace)
