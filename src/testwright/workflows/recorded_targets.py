"""Finds what recorded runs have called of a project: the functions to test, and how they were called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from testwright.config.project import Project
from testwright.errors import ProjectError, UsageError
from testwright.python_source.model import ModuleModel
from testwright.python_source.read_module import read_module
from testwright.traces.recorded_calls import RecordedCalls
from testwright.workflows.open_traces import open_traces

__all__ = ["RecordedTargets", "recorded_targets"]

_KINDS_WITH_FIELDS = frozenset({"dataclass", "attrs", "namedtuple", "pydantic"})


class RecordedTargets:
    """`targets` are words for `generate`, `calls` what `generate` takes as `recorded`, by path of source."""

    def __init__(self, project: Project, found: RecordedCalls) -> None:
        modules = {os.path.realpath(file.path): file for file in project.modules()}
        self.targets: list[str] = []
        self.calls: dict[str, list[dict[str, Any]]] = {}
        for file in found.files:
            module = modules.get(os.path.realpath(Path(project.root, file)))
            if module is not None:
                self.calls[module.path] = found.of(file)
                known = _names_in(module.path, module.module)
                self.targets += [f"{module.module}:{name}" for name in found.functions_of(file) if name in known]


def recorded_targets(project: Project, texts: Sequence[str]) -> RecordedTargets:
    """Of the traces of those names.

    Raises UsageError `trace-unknown` or `trace-ambiguous`, and `nothing-to-test` where no function of the project's source was
    called in them.
    """
    found = RecordedCalls(_Fields(project))
    with open_traces() as opened:
        for text in texts:
            found.take(opened.store.spans(opened.store.resolve(text)))
    made = RecordedTargets(project, found)
    if not made.targets:
        raise UsageError(
            f"in {' '.join(texts)!r} no function of the project's source was called",
            slug="nothing-to-test",
            where=project.root,
            hint="`testwright trace show` says what was called; name another trace, or record one of the project's own code",
        )
    return made


class _Fields:
    """The fields that a class of the project is built from: each attribute, and what the constructor calls it."""

    def __init__(self, project: Project) -> None:
        self._paths = {file.module: file.path for file in project.modules()}
        self._models: dict[str, ModuleModel | None] = {}

    def __call__(self, module: str, qualname: str) -> list[tuple[str, str]] | None:
        model = self._model(module)
        found = next((each for each in model.classes if each.qualname == qualname), None) if model else None
        if found is None or found.kind not in _KINDS_WITH_FIELDS:
            return None
        return [(field.name, field.argument or field.name) for field in found.fields]

    def _model(self, module: str) -> ModuleModel | None:
        if module not in self._models:
            path = self._paths.get(module)
            self._models[module] = None if path is None else _read(path, module)
        return self._models[module]


def _read(path: str, module: str) -> ModuleModel | None:
    try:
        return read_module(Path(path).read_text(encoding="utf-8"), module=module, path=path)
    except (OSError, SyntaxError, ValueError, ProjectError):
        return None


def _names_in(path: str, module: str) -> frozenset[str]:
    model = _read(path, module)
    return frozenset(_names_of(model)) if model is not None else frozenset()


def _names_of(model: ModuleModel) -> Iterator[str]:
    yield from (function.qualname for function in model.functions)
    for kind in model.classes:
        yield kind.qualname
