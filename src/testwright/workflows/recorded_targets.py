"""Finds what recorded runs have called of a project: the functions to test, and how they were called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from testwright.config.project import Project
from testwright.errors import ProjectError, UsageError
from testwright.inside.recipes import Recipe
from testwright.inside.recording.project_code import source_digest
from testwright.python_source.model import ClassModel, ModuleModel
from testwright.python_source.read_module import read_module
from testwright.python_source.standalone import StandaloneSource
from testwright.traces.recorded_calls import RecordedCalls
from testwright.workflows.open_traces import open_traces

__all__ = ["RecordedTargets", "changed_files", "recorded_targets"]

_KINDS_WITH_FIELDS = frozenset({"dataclass", "attrs", "namedtuple", "pydantic"})
_ATTRIBUTES = frozenset({"property", "setter", "deleter"})
_MOST_BASES = 8
_NAMED = 3


class RecordedTargets:
    """`targets` are words for `generate`, `calls` what `generate` takes as `recorded`, by path of source."""

    def __init__(self, project: Project, found: RecordedCalls) -> None:
        modules = {os.path.realpath(file.path): file for file in project.modules()}
        self.targets: list[str] = []
        self.calls: dict[str, list[dict[str, Any]]] = {}
        self.changed = changed_files(project, found.sources)
        """Files whose text is another one than when they were recorded."""
        for file in found.files:
            module = modules.get(os.path.realpath(Path(project.root, file)))
            if module is not None:
                self.calls[module.path] = found.of(file)
                known = _names_in(module.path, module.module)
                self.targets += [f"{module.module}:{name}" for name in found.functions_of(file) if name in known]


def recorded_targets(project: Project, texts: Sequence[str]) -> RecordedTargets:
    """Of the traces of those names.

    Raises UsageError `trace-unknown` or `trace-ambiguous`, and `nothing-to-test` where no function of the project's source was
    called in them, or `trace-of-other-code` where those that were are no more.
    """
    models = _Models(project)
    found = RecordedCalls(_Fields(models), _Places(project, models))
    with open_traces() as opened:
        for text in texts:
            found.take(opened.store.spans(opened.store.resolve(text)))
    made = RecordedTargets(project, found)
    if not made.targets and made.changed:
        raise UsageError(
            f"in {' '.join(texts)!r} other code was called than there is today: {', '.join(made.changed[:_NAMED])} changed since",
            slug="trace-of-other-code",
            where=project.root,
            hint="record the run once more with `testwright record`",
        )
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

    def __init__(self, models: _Models) -> None:
        self._models = models

    def __call__(self, module: str, qualname: str) -> list[tuple[str, str]] | None:
        found = self._models.class_of(module, qualname)
        if found is None or found.kind not in _KINDS_WITH_FIELDS:
            return None
        return [(field.name, field.argument or field.name) for field in found.fields]


class _Models:
    """What can be read in the project's modules, each read once."""

    def __init__(self, project: Project) -> None:
        self.paths = {file.module: file.path for file in project.modules()}
        self._models: dict[str, ModuleModel | None] = {}

    def of(self, module: str) -> ModuleModel | None:
        if module not in self._models:
            path = self.paths.get(module)
            self._models[module] = None if path is None else _read(path, module)
        return self._models[module]

    def class_of(self, module: str, qualname: str) -> ClassModel | None:
        model = self.of(module)
        return next((each for each in model.classes if each.qualname == qualname), None) if model else None


class _Places:
    """See `plain_to_recipe.Places`: from the project's modules, and from the files of tests and scripts beside them."""

    def __init__(self, project: Project, models: _Models) -> None:
        self._root, self._tests = Path(project.root), Path(project.root, project.tests)
        self._models = models
        self._sources: dict[str, StandaloneSource | None] = {}
        self._files: dict[str, str] = {}

    def parameters(self, module: str, qualname: str) -> list[tuple[str, bool]] | None:
        """Its own constructor's, else that of the first class above it that has one."""
        for _ in range(_MOST_BASES):
            source = self._source_of(module)
            if source is None:
                return None
            above = source.imported(qualname) or next(iter(source.bases(qualname)), None)
            if source.has_constructor(qualname) or above is None:
                return source.constructor(qualname)
            module, qualname = above[0] or module, above[1]
        return None

    def has_constructor(self, module: str, qualname: str) -> bool:
        """Of its own, or from a class above it that can be read."""
        for _ in range(_MOST_BASES):
            source = self._source_of(module)
            if source is None or source.has_constructor(qualname):
                return source is not None
            above = source.imported(qualname) or next(iter(source.bases(qualname)), None)
            if above is None:
                return False
            module, qualname = above[0] or module, above[1]
        return False

    def defines_constructor(self, module: str, qualname: str) -> bool:
        source = self._source_of(module)
        return source is not None and source.has_constructor(qualname)

    def is_attribute(self, module: str, qualname: str) -> bool:
        model = self._models.of(module)
        return model is not None and any(
            function.qualname == qualname and function.kind in _ATTRIBUTES for function in model.functions
        )

    def _source_of(self, module: str) -> StandaloneSource | None:
        path = self._models.paths.get(module) or self._file_of(module)
        return self._source(path, module) if path else None

    def stand_in(self, module: str, qualname: str) -> Recipe | None:
        if module in self._models.paths:
            return None
        source = self._source_of(module)
        return None if source is None else source.named(qualname)

    def function(
        self, module: str, qualname: str, place: tuple[str, int, int], held: Mapping[str, Recipe]
    ) -> Recipe | None:
        path, line, column = place
        source = self._source(path, module)
        if source is None:
            return None
        return (
            source.lambda_at(line, column, held)
            if qualname.endswith("<lambda>")
            else source.named(qualname, line, held)
        )

    def _source(self, path: str, module: str) -> StandaloneSource | None:
        if path not in self._sources:
            try:
                self._sources[path] = StandaloneSource(
                    Path(path).read_text(encoding="utf-8"), module, is_package=path.endswith("__init__.py")
                )
            except (OSError, ValueError, SyntaxError):
                self._sources[path] = None
        return self._sources[path]

    def _file_of(self, module: str) -> str:
        """Of a module that is none of the project's source but lies beside it; "" for those of others."""
        if module not in self._files:
            parts = module.split(".")
            tried = [self._root.joinpath(*parts), self._tests.joinpath(*parts)]
            tried += (
                [path.with_suffix("") for path in sorted(self._tests.rglob(f"{parts[-1]}.py"))]
                if len(parts) == 1
                else []
            )
            found = next((path for path in tried if path.with_suffix(".py").is_file()), None)
            self._files[module] = "" if found is None else str(found.with_suffix(".py"))
        return self._files[module]


def changed_files(project: Project, sources: Mapping[str, str]) -> list[str]:
    """Of files with the digests that they had when they were recorded, those that have another now."""
    return [file for file, digest in sorted(sources.items()) if digest and digest != _now(project, file)]


def _now(project: Project, file: str) -> str:
    try:
        return source_digest(Path(project.root, file).read_bytes())
    except OSError:
        return "gone"


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
