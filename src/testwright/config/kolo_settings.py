"""Reads what a project has set for Kolo's generation of tests: [tool.kolo] in pyproject.toml, else .kolo/config.toml."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from testwright.config.sources import Settings, factories_from
from testwright.errors import ConfigError
from testwright.nouns.project_functions import ProjectFunctions

__all__ = ["project_functions"]

_KINDS = ("factories", "trace_processors", "field_parsers", "hooks")
_OF_KOLO = {"factories": "factories", "trace_processors": "trace_processors", "field_parsers": "field_parsers"}
_KNOWN = (*_OF_KOLO, "hook_imports", "output_dir")


def project_functions(settings: Settings, root: str) -> ProjectFunctions:
    """Those of [tool.testwright.generate-test]; kind by kind, where it says nothing, those of Kolo's settings.

    ConfigError with all problems of Kolo's settings.
    """
    values = {value.name.removeprefix("generate_test_"): value for value in settings.values}
    table, source = _kolo_table(Path(root))
    found, notes = _checked(table, source)
    chosen: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for kind in _KINDS:
        own = values[kind]
        theirs = kind in found and own.source == "default"
        chosen[kind] = found[kind] if theirs else own.value
        sources[kind] = source if theirs else own.source
    modules = () if chosen["hooks"] else found.get("hook_imports", ())
    return ProjectFunctions(**chosen, hook_modules=modules, sources={**sources, "hook_modules": source}, notes=notes)


def _kolo_table(root: Path) -> tuple[Mapping[str, Any], str]:
    """What is set under test_generation, and the file that it is from. Kolo reads one of them, and merges nothing."""
    for path, keys in ((root / "pyproject.toml", ("tool", "kolo")), (root / ".kolo" / "config.toml", ())):
        plain = _toml(path)
        for key in keys:
            plain = plain.get(key, {}) if isinstance(plain, dict) else {}
        if plain:
            table = plain.get("test_generation", {}) if isinstance(plain, dict) else None
            shown = os.path.relpath(path, root)
            if not isinstance(table, dict):
                raise _error([f"test_generation = {table!r} is not a table"], shown)
            return table, shown
    return {}, ""


def _toml(path: Path) -> Any:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise _error([f"the file cannot be read: {error}"], f"{path}:{line[1]}" if line else str(path)) from error


def _checked(table: Mapping[str, Any], source: str) -> tuple[dict[str, Any], list[str]]:
    """The values that are of use, and notes on the others."""
    found: dict[str, Any] = {}
    notes: list[str] = []
    problems: list[str] = []
    for key, raw in table.items():
        if key not in _KNOWN:
            close = difflib.get_close_matches(key, _KNOWN, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            notes.append(f"{source}: {key!r} is no key of test_generation, and is passed over{hint}")
        elif key != "output_dir":  # nothing has ever read it
            read: Callable[[Any, str], Any] = factories_from if key == "factories" else _paths
            try:
                found[key] = read(raw, f"test_generation.{key}")
            except ValueError as error:
                problems.append(str(error))
    if problems:
        raise _error(problems, source)
    return found, notes


def _paths(raw: Any, key: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise ValueError(f"{key} = {raw!r} is not a list of texts")
    return tuple(raw)


def _error(problems: list[str], where: str) -> ConfigError:
    message = problems[0] if len(problems) == 1 else "\n".join(["Kolo's settings cannot be used", *problems])
    return ConfigError(
        message,
        slug="config-invalid",
        where=where,
        hint="docs/how-to/from-kolo.md says which of Kolo's settings are read; [tool.testwright.generate-test] goes before them",
    )
