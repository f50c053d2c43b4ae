"""Reads and finds definition.toml files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from testwright.errors import UsageError
from testwright.nouns.definition import BugFix, Definition, TestGenerationDefinition

__all__ = ["AnyDefinition", "find_definitions", "load_definition", "open_definitions"]

AnyDefinition = Definition | TestGenerationDefinition
_KINDS: Mapping[str, type[AnyDefinition]] = {
    "code_generation": Definition,
    "test_generation": TestGenerationDefinition,
}
_SPELLINGS = {"unittestssetup": "unit_tests_setup", "unitteststeardown": "unit_tests_teardown"}
"""As the manual of the Julia leaderboard shows them."""
SHIPPED = "shipped"


def find_definitions(folder: str | Path) -> list[Path]:
    """All files named definition.toml below the folder, sorted."""
    return sorted(Path(folder).rglob("definition.toml"))


def open_definitions(texts: Iterable[str]) -> list[AnyDefinition]:
    """Those that the words of a command line name: files, folders, or `shipped`. UsageError where there is none."""
    found = [load_definition(path) for text in texts for path in _paths(text)]
    return found


def _paths(text: str) -> list[Path]:
    path = Path(text)
    if text == SHIPPED and not path.exists():
        path = shipped_folder()
    if path.is_file():
        return [path]
    paths = find_definitions(path)
    if not paths:
        raise UsageError(
            f"there is no definition.toml in {text!r}",
            slug="no-definitions",
            where=text,
            hint="name a file or a folder that has some, or `shipped`",
        )
    return paths


def shipped_folder() -> Path:
    """Where the definitions are that come with testwright: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    within = package / "definitions"
    return within if within.is_dir() else package.parents[1] / "definitions"


def load_definition(path: str | Path) -> AnyDefinition:
    """The definition in the file. UsageError where the file is none."""
    try:
        data = Path(path).read_bytes()
        plain = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"no definition can be read from {str(path)!r}: {error}", slug="definition-invalid", where=str(path)
        ) from error
    return definition_from(plain, str(path))


def definition_from(plain: Mapping[str, Any], path: str = "") -> AnyDefinition:
    """The definition of the tables that a file has."""
    table = next(iter(plain), "")
    kind = _KINDS[table]
    known = {each.name for each in dataclasses.fields(kind)} - {"path", "sha256"}
    given = {_SPELLINGS.get(key, key): value for key, value in plain[table].items()}
    fields = {key: _frozen(value) for key, value in given.items() if key in known}
    if "bug_fix" in fields:
        fields["bug_fix"] = BugFix(**fields["bug_fix"])
    if kind is Definition and "isolation" not in fields and fields.get("language", "julia") == "julia":
        fields["isolation"] = "shared"
    return kind(**fields, path=path, sha256=_digest(given))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _digest(given: Mapping[str, Any]) -> str:
    text = json.dumps(given, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
