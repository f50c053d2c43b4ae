"""Reads, finds and writes definition.toml files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from testwright.bench.definitions.finding import Finding, refuse_errors
from testwright.bench.definitions.schema import AnyDefinition, from_table
from testwright.bench.definitions.toml_text import to_plain, toml_text
from testwright.errors import UsageError
from testwright.write.stored_file import write_atomically

__all__ = [
    "SHIPPED",
    "AnyDefinition",
    "definition_from",
    "definition_paths",
    "find_definitions",
    "load_definition",
    "open_definitions",
    "read_definition",
    "save_definition",
    "shipped_folder",
    "write_new",
]

SHIPPED = "shipped"
_FILE = "definition.toml"


def find_definitions(folder: str | Path) -> list[Path]:
    """All files named definition.toml below the folder, sorted."""
    return sorted(path for path in Path(folder).rglob(_FILE) if path.is_file())


def open_definitions(texts: Iterable[str]) -> list[AnyDefinition]:
    """Those that the words of a command line name: files, folders, or `shipped`, each once.

    UsageError where a word names none, and one with all problems of all files where any cannot be used.
    """
    read = [read_definition(path) for path in definition_paths(texts)]
    refuse_errors(finding for _, findings in read for finding in findings)
    return [definition for definition, _ in read if definition is not None]


def definition_paths(texts: Iterable[str]) -> list[Path]:
    """The files that the words of a command line name, each once. UsageError where a word names none."""
    found: dict[Path, Path] = {}
    for path in (path for text in texts for path in _paths(text)):
        found.setdefault(path.resolve(), path)
    return list(found.values())


def _paths(text: str) -> list[Path]:
    path = Path(text)
    if text == SHIPPED and not path.exists():
        path = shipped_folder()
    if path.is_file():
        return [path]
    paths = find_definitions(path)
    if not paths:
        raise UsageError(
            f"there is no {_FILE} in {text!r}" if path.is_dir() else f"there is nothing at {text!r}",
            slug="no-definitions",
            where=text,
            hint=f"name a file or a folder that has some, or `{SHIPPED}`",
        )
    return paths


def shipped_folder() -> Path:
    """Where the definitions are that come with testwright: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    within = package / "definitions"
    return within if within.is_dir() else package.parents[1] / "definitions"


def load_definition(path: str | Path) -> AnyDefinition:
    """The definition in the file. One UsageError with all its problems where it cannot be used."""
    definition, findings = read_definition(path)
    return _usable(definition, findings)


def read_definition(path: str | Path) -> tuple[AnyDefinition | None, list[Finding]]:
    """The definition in the file, and all findings about its form; None where one of these is an error."""
    try:
        plain = tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return None, [Finding("unreadable", "", f"it cannot be read: {error.strerror or error}", path=str(path))]
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number without end, a nest without bottom
        return None, [Finding("unreadable", "", f"it is no TOML: {error}", path=str(path))]
    return from_table(plain, str(path))


def definition_from(plain: Mapping[str, Any], path: str = "") -> AnyDefinition:
    """The definition of the tables that a file has. One UsageError with all problems where it cannot be used."""
    return _usable(*from_table(plain, path))


def _usable(definition: AnyDefinition | None, findings: list[Finding]) -> AnyDefinition:
    refuse_errors(findings)
    assert definition is not None
    return definition


def save_definition(definition: AnyDefinition, path: str | Path, *, overwrite: bool = False) -> None:
    """Write the file: wholly or not at all, and so that it reads back equal.

    UsageError where the definition could not be read back, or a file is there already; ProjectError where none can be
    written.
    """
    definition_from(to_plain(definition), str(path))
    text = toml_text(definition)
    write_atomically(Path(path), text) if overwrite else write_new(Path(path), text)


def write_new(path: Path, text: str) -> None:
    """UsageError where something is there already; ProjectError where it cannot be written."""
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"there is something at {str(path)!r} already",
            slug="definition-exists",
            where=str(path),
            hint="choose another name or folder, or take the old one away",
        )
    write_atomically(path, text)
