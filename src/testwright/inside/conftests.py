"""Loads conftest.py files by their paths and calls fixtures of theirs as pytest would, but outside of it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .patching import Undo

if TYPE_CHECKING:
    from .recipes import Fixture, Surroundings

__all__ = ["PYTESTS_OWN", "fixture_function", "folder_imported_from", "given_by", "load_all", "load_conftest"]

PYTESTS_OWN = frozenset({"tmp_path", "monkeypatch"})
"""Fixtures of pytest itself that need nothing of a running test."""
_LOADED: dict[str, types.ModuleType] = {}


def load_conftest(path: str) -> types.ModuleType:
    """The module, made anew once in a process: what pytest calls `conftest` may be another one at the same time.

    Raises whatever the file raises.
    """
    if path not in _LOADED:
        folder = folder_imported_from(path)
        if folder not in sys.path:
            sys.path.append(folder)
        name = f"conftest_{hashlib.sha256(path.encode()).hexdigest()[:12]}"
        _LOADED[path] = _executed(name, path)
    return _LOADED[path]


def load_all(paths: Iterable[str]) -> None:
    """Now, so that no call has to wait for it; those that cannot be loaded say so when a fixture of theirs is asked for."""
    for path in paths:
        with suppress(Exception):
            load_conftest(path)


def _executed(name: str, path: str) -> types.ModuleType:
    """Known by its name only while it is executed (dataclasses ask for that): no test can import it by it."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module at {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
    return module


def folder_imported_from(path: str) -> str:
    """What pytest puts on `sys.path` for a conftest.py: the first folder upwards that is no package."""
    folder = os.path.dirname(os.path.abspath(path))
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def fixture_function(held: Any) -> Callable[..., Any] | None:
    """The function below `@pytest.fixture`; None where there is none."""
    unwrap = getattr(held, "_get_wrapped_function", None)  # pytest 8.4 and later
    before = getattr(held, "__pytest_wrapped__", None)
    found = getattr(before, "obj", None) if unwrap is None else unwrap()
    return found if isinstance(found, types.FunctionType) else None


def given_by(recipe: Fixture, around: Surroundings) -> Any:
    """What the fixture gives in these surroundings, where it is set up once."""
    key = (recipe.path, recipe.name)
    if key not in around.fixtures:
        if recipe.path:
            given = {needed.name: given_by(needed, around) for needed in recipe.needs}
            around.fixtures[key] = _set_up(recipe.path, recipe.function, given, around.finish)
            if around.files is not None and around.scratch is not None:
                around.files.update(_files_below(around.scratch))
        else:
            around.fixtures[key] = _pytests_own(recipe.name, around.scratch, around.undo)
    return around.fixtures[key]


def _files_below(folder: Path) -> dict[str, bytes]:
    """By relative path what they hold; not what a link leads to."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _pytests_own(name: str, scratch: Path | None, undo: list[Undo]) -> Any:
    """The value of one of `PYTESTS_OWN`."""
    if name == "tmp_path" and scratch is not None:
        return scratch
    if name == "monkeypatch":
        import pytest

        patching = pytest.MonkeyPatch()
        undo.append(patching.undo)
        return patching
    raise LookupError(f"no fixture {name!r} here")


def _set_up(path: str, function: str, given: Mapping[str, Any], finish: list[Undo]) -> Any:
    """What the fixture gives; what it does after its `yield` is put into `finish`."""
    called = fixture_function(getattr(load_conftest(path), function, None))
    if called is None:
        raise LookupError(f"no fixture {function!r} in {path}")
    made = called(**given)
    if not isinstance(made, types.GeneratorType):
        return made
    value = next(made)
    finish.append(partial(_finish, made))
    return value


def _finish(made: types.GeneratorType[Any, Any, Any]) -> None:
    with suppress(Exception):  # whether that is an error of the test is for pytest to say
        next(made, None)
