"""`testwright config`: every option, its value, and where the value comes from."""

from __future__ import annotations

from typing import Any

import click

from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import show_document, show_text, table
from testwright.config.options import OPTIONS
from testwright.config.project import Project
from testwright.config.request import find_settings
from testwright.config.sources import Value

__all__ = ["command"]


@click.command("config", short_help="Show every option, its value and where it comes from.")
@with_options([name for name, spec in OPTIONS.items() if spec.configurable])
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool, **given: Any) -> None:
    """Show every option, its value, and where the value comes from.

    Takes the options of `generate`, so that the effect of a flag can be seen.
    """
    project, settings = find_settings(option_flags(given))
    values = [value for value in settings.values if OPTIONS[value.name].configurable]
    if as_json:
        show_document(_document(project, values))
        return
    show_text(f"project  {project.root}")
    show_text(f"source   {', '.join(project.source_roots)}")
    show_text(f"tests    {project.tests}\n")
    rows = [(OPTIONS[value.name].key, _shown(value), value.source) for value in values]
    show_text(table(("option", "value", "source"), rows))


def _document(project: Project, values: list[Value]) -> dict[str, Any]:
    return {
        "project": {"root": project.root, "source": list(project.source_roots), "tests": project.tests},
        "options": {OPTIONS[value.name].key: {"value": value.value, "source": value.source} for value in values},
    }


def _shown(value: Value) -> str:
    spec = OPTIONS[value.name]
    if value.source == "default" and spec.default_text:
        shown = str(value.value) if value.value and value.value != spec.default_text else ""
        return f"{shown} ({spec.default_text})".strip()
    if isinstance(value.value, bool):
        return str(value.value).lower()
    if isinstance(value.value, tuple):
        return ", ".join(each if isinstance(each, str) else each.get("path") or each["model"] for each in value.value)
    if value.value is None:
        return ""
    return f"{value.value:g}" if isinstance(value.value, float) else str(value.value)
