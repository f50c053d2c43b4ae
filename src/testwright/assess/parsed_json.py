"""Reads the figures of a coverage.json alone, without any source: those that coverage.py since 5.0 writes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError
from testwright.nouns import ModuleCoverage, percentage

__all__ = ["parse_coverage_json"]

_SOURCE_FOLDERS = ("src", "lib")


def parse_coverage_json(path_or_text: str | os.PathLike[str]) -> list[ModuleCoverage]:
    """The modules of a report, by path; what begins with "{" is the report itself, anything else its path.

    Percentages are of lines and branches together. Functions and priorities are not in it: they need the source.
    Raises ProjectError `coverage-not-found` or `coverage-unreadable`.
    """
    text, where = _text(path_or_text)
    try:
        files: Mapping[str, Any] = json.loads(text)["files"]
        found = [_module(path, told) for path, told in files.items()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProjectError(
            f"{where!r} is no coverage.json: {type(error).__name__}: {error}",
            slug="coverage-unreadable",
            where=where,
            hint="write it anew with `coverage json`",
        ) from error
    return sorted(found, key=lambda module: module.path)


def _text(path_or_text: str | os.PathLike[str]) -> tuple[str | bytes, str]:
    if isinstance(path_or_text, str) and path_or_text.lstrip("\ufeff \t\r\n").startswith("{"):
        return path_or_text.lstrip("\ufeff"), "<text>"
    path = os.fspath(path_or_text)
    try:
        return Path(path).read_bytes(), path
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path!r} cannot be read: {error}",
            slug="coverage-not-found",
            where=path,
            hint="name a file that `coverage json` wrote",
        ) from error


def _module(path: str, told: Mapping[str, Any]) -> ModuleCoverage:
    summary = told["summary"]
    missing = tuple(sorted({int(line) for line in told["missing_lines"]}))
    statements, covered = int(summary["num_statements"]), int(summary["covered_lines"])
    branches = int(summary["num_branches"]) if "num_branches" in summary else None
    taken = None if branches is None else _taken(summary, statements, covered, branches)
    clean = path.replace("\\", "/")
    return ModuleCoverage(
        module=_module_name(clean),
        path=clean,
        statements=statements,
        covered=covered,
        missing_lines=missing,
        branches=branches,
        taken=taken,
        percent=percentage(covered + (taken or 0), statements + (branches or 0)),
        priority=0.0,
    )


def _taken(summary: Mapping[str, Any], statements: int, covered: int, branches: int) -> int:
    """coverage.py 5 tells how many branches there are, but of those taken only what the percentage makes of them."""
    if "covered_branches" in summary:
        return int(summary["covered_branches"])
    both = round(float(summary["percent_covered"]) * (statements + branches) / 100)
    return min(max(both - covered, 0), branches)


def _module_name(path: str) -> str:
    """ "shop.cart" of "src/shop/cart.py"; of an absolute path all of its folders, as no root is known."""
    parts = path.removesuffix(".py").strip("/").split("/")
    while parts[1:] and parts[0] in (".", "..", *_SOURCE_FOLDERS):
        parts.pop(0)
    if parts[1:] and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)
