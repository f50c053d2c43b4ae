"""Decides which test files the user means, and which tests of them: `FILE`, `FOLDER`, `FILE::TEST`, `FILE::Class::test`."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project
from testwright.config.request import chosen_interpreter, find_settings, require_pytest
from testwright.errors import UsageError

__all__ = ["ProveRequest", "TestSelection", "prepare_tests"]

_LEFT_OUT = {"__pycache__", "node_modules", "build", "dist"}


@dataclass(frozen=True, slots=True)
class TestSelection:
    """One test file, in full; `only` names tests of it as pytest does, without the file (empty = all)."""

    path: str
    only: tuple[str, ...] = field(default=())

    __test__ = False


@dataclass(frozen=True, slots=True)
class ProveRequest:
    """All that proving needs; `options.python` is a full path."""

    project: Project
    options: Options
    files: tuple[TestSelection, ...]


def prepare_tests(texts: Sequence[str], flags: Mapping[str, Any]) -> ProveRequest:
    """The request, or the TestwrightError that says what does not fit. Nothing is run."""
    files = _merged(selection for text in texts for selection in _selected(text))
    project, settings = find_settings(flags, texts)
    interpreter = chosen_interpreter(settings, project)
    require_pytest(interpreter)
    return ProveRequest(project, replace(settings.options, python=interpreter.executable), files)


def _merged(selections: Iterator[TestSelection]) -> tuple[TestSelection, ...]:
    """Each file once; naming the file as a whole wins over naming some of its tests."""
    merged: dict[str, TestSelection] = {}
    for each in selections:
        known = merged.get(each.path)
        only = each.only
        if known is not None:
            only = tuple(dict.fromkeys(known.only + only)) if known.only and only else ()
        merged[each.path] = TestSelection(each.path, only)
    return tuple(merged.values())


def _selected(text: str) -> list[TestSelection]:
    place, separator, test = text.partition("::")
    path = os.path.abspath(os.path.expanduser(place))
    if not place or (separator and not test):
        raise UsageError(
            f"{text!r} does not name a test",
            slug="target-not-found",
            where=text,
            hint="write a test file, a folder of them, FILE::TEST or FILE::Class::test",
        )
    if os.path.isdir(path) and not test:
        return _in_folder(place, path)
    if not os.path.isfile(path):
        raise _not_there(place, path)
    if not path.endswith(".py"):
        raise UsageError(
            f"{place!r} is not a Python source file",
            slug="not-a-python-file",
            where=path,
            hint="name a test file, which ends in .py, or a folder of them",
        )
    return [TestSelection(path, (test,) if test else ())]


def _in_folder(place: str, path: str) -> list[TestSelection]:
    found = sorted(_test_files(path))
    if not found:
        raise UsageError(
            f"the folder {place!r} holds no test file",
            slug="no-tests-found",
            where=path,
            hint="test files are called `test_….py` or `…_test.py`; any other file can be named by itself",
        )
    return [TestSelection(each) for each in found]


def _test_files(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in _LEFT_OUT and not _is_environment(base, name)
        ]
        yield from (
            os.path.join(base, name)
            for name in names
            if name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))
        )


def _is_environment(base: str, name: str) -> bool:
    return os.path.isfile(os.path.join(base, name, "pyvenv.cfg"))


def _not_there(place: str, path: str) -> UsageError:
    folder = os.path.dirname(path)
    beside = sorted(os.listdir(folder)) if os.path.isdir(folder) and not os.path.isdir(path) else []
    close = difflib.get_close_matches(os.path.basename(path), beside, n=1, cutoff=0.5)
    meant = os.path.join(os.path.dirname(place), close[0]) if close else ""
    return UsageError(
        f"there is no test file {place!r}",
        slug="target-not-found",
        where=path,
        hint=f"did you mean {meant!r}?" if meant else "name a test file, a folder of them, or FILE::TEST",
    )
