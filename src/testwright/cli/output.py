"""Decides how anything is shown: the result on stdout, progress and problems on stderr, colours only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.status import Status

__all__ = ["Progress", "show_document", "show_problem", "show_remark", "show_text", "table"]

_LONG = 100
"""Records: a list of more is not indented."""


def show_text(text: str) -> None:
    """The result, or a part of it, on stdout."""
    _write(sys.stdout, text)


def show_document(document: dict[str, Any]) -> None:
    """The result as one JSON document on stdout: indented, but a long list has a line for each of its records."""
    parts = (f"  {json.dumps(key)}: {_laid_out(value)}" for key, value in {"schema": 1, **document}.items())
    _write(sys.stdout, "{\n" + ",\n".join(parts) + "\n}")


def _laid_out(value: object) -> str:
    if not isinstance(value, list) or len(value) < _LONG:
        return json.dumps(value, indent=2, ensure_ascii=False, default=str).replace("\n", "\n  ")
    # Without indentation the encoder is the one in C, which matters for a project of a million lines.
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    return "[\n" + ",\n".join("    " + encode(each) for each in value) + "\n  ]"


def show_remark(text: str) -> None:
    """Something to know that is not the result, on stderr."""
    _write(sys.stderr, text)


def show_problem(message: str, slug: str, where: str = "", hint: str = "") -> None:
    """One problem, in the parts that all of them have: what, slug, where, what to try."""
    first, *rest = message.splitlines() or [""]
    lines = [f"{_styled('error:', '1;31')} {first} {_styled(f'[{slug}]', '2')}", *rest]
    if where:
        lines.append(f"  where: {where}")
    lines.append(f"  try: {hint or f'testwright explain {slug}'}")
    _write(sys.stderr, "\n".join(lines))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Plain columns; `right` numbers those that are aligned to the right."""
    cells = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = []
    for row in cells:
        padded = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


class Progress:
    """What the run is doing, on stderr: one line that changes on a terminal, one line a step in a log.

    Called by the workflow as `progress(text)` for a step, `progress(text, detail=True)` for what only -v shows.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._shown = ""
        self._live: Status | None = None
        if _is_terminal(sys.stderr) and not quiet and not verbose:
            from rich.console import Console

            self._live = Console(stderr=True).status("")
            self._live.start()

    def __call__(self, text: str, *, detail: bool = False) -> None:
        if self._quiet or (detail and not self._verbose) or text == self._shown:
            return
        self._shown = text
        if self._live is not None:
            self._live.update(text.replace("[", r"\["))  # a bracket in a node id is no rich markup
        else:
            _write(sys.stderr, text)

    def close(self) -> None:
        """Take the changing line away, so that the result stands alone."""
        if self._live is not None:
            self._live.stop()


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _styled(text: str, code: str) -> str:
    if os.environ.get("NO_COLOR") or not _is_terminal(sys.stderr):
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
