"""Gathers, of an audit, the source files as its page shows them: which lines run, which ways are never taken, by which tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import decode_source
from pathlib import Path

from testwright.nouns import FileCoverage, ModuleCoverage
from testwright.workflows.audit_result import AuditResult
from testwright.write.audit_page import PageFile

__all__ = ["page_files"]


def page_files(result: AuditResult) -> dict[str, PageFile]:
    """By the paths of the modules; one that cannot be read is left out."""
    found = {}
    for module in result.modules:
        path = Path(result.root, module.path)
        file = result.files.get(os.path.realpath(path))
        text = _text(path)
        if file is not None and text is not None:
            found[module.path] = _page_file(module, file, text, result.project_of(module.path))
    return found


def _page_file(module: ModuleCoverage, file: FileCoverage, text: str, project: str) -> PageFile:
    partial: dict[int, list[str]] = {}
    for function in module.functions:
        for way in function.missing_branches:
            partial.setdefault(way.line, []).append(way.words)
    for point in file.branches or ():
        if point.taken < point.exits and point.line not in partial:  # outside of functions nobody has put it in words
            partial[point.line] = [f"{point.taken} of {point.exits} ways are taken"]
    return PageFile(
        path=module.path,
        text=text,
        covered=file.covered,
        missing=file.missing,
        excluded=file.excluded,
        partial={line: tuple(words) for line, words in partial.items() if line in file.covered},
        tests=_tests(file, f"{project}/" if project not in ("", ".") else ""),
    )


def _tests(file: FileCoverage, before: str) -> Mapping[int, tuple[str, ...]]:
    """Of several projects, with the folder of the project that they are of, as everywhere."""
    return (
        {line: tuple(before + test for test in tests) for line, tests in file.tests.items()} if before else file.tests
    )


def _text(path: Path) -> str | None:
    try:
        return decode_source(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
