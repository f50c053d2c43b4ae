"""Writes what a command found to a file that the user has named: any text, or findings as SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from testwright.cli.explain_command import find_page
from testwright.errors import UsageError
from testwright.version import VERSION
from testwright.write.sarif import SarifResult, sarif_log

__all__ = ["pages_of", "require_folder", "write_report", "write_sarif"]


def write_sarif(path: str, found: Sequence[SarifResult], *, root: str, rules: Mapping[str, str] | None = None) -> None:
    """`rules`: what each does, by its slug. UsageError when the file cannot be written."""
    log = sarif_log(found, root=root, version=VERSION, rules=rules)
    write_report(path, json.dumps(log, indent=2) + "\n")


def require_folder(path: str | None) -> None:
    """UsageError when a file of that name (None: nothing was asked for) cannot be written, before any work is done."""
    folder = os.path.dirname(os.path.abspath(path)) if path is not None else ""
    if path is not None and (not os.path.isdir(folder) or os.path.isdir(path)):
        raise UsageError(
            f"the report cannot be written to {path!r}",
            slug="output-not-writable",
            where=path,
            hint="name a file in a folder that is there",
        )


def write_report(path: str, text: str) -> None:
    """UsageError when the file cannot be written."""
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {path!r}: {error.strerror}",
            slug="output-not-writable",
            where=path,
            hint="name another file for it",
        ) from error


def pages_of(found: Sequence[SarifResult]) -> dict[str, str]:
    """For each rule what it does, in the first sentence of its page."""
    return {slug: _opening(slug) for slug in {each.rule for each in found}}


def _opening(slug: str) -> str:
    text = find_page(slug).partition("## What it does")[2].strip()
    return text.partition(". ")[0].partition("\n")[0].rstrip(".") + "."
