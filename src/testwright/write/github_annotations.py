"""Writes findings as workflow commands, which GitHub shows beside the lines of a pull request.

Source: "Workflow commands for GitHub Actions", https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Annotation", "annotation_line"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """`level` is "error", "warning" or "notice"; `path` relative to the repository, "" for the run as a whole."""

    level: str
    title: str
    message: str
    path: str = ""
    line: int = 0
    end_line: int = 0


def annotation_line(found: Annotation) -> str:
    """The command, on one line."""
    named = {
        "file": found.path,
        "line": str(found.line) if found.line else "",
        "endLine": str(found.end_line) if found.end_line else "",
        "title": found.title,
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in named.items() if value)
    return f"::{found.level} {properties}::{_message(found.message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
