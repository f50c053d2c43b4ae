"""Writes a definition as TOML, with code in strings of several lines so that it reads as code."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from testwright.bench.definitions.schema import KINDS, AnyDefinition, written_fields
from testwright.errors import UsageError
from testwright.nouns.definition import Definition

__all__ = ["to_plain", "toml_text"]

_ROOM = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What may not stand in a string of several lines; "\\r" could, but is not read back where "\\n" follows it."""


def to_plain(definition: AnyDefinition) -> dict[str, dict[str, Any]]:
    """The tables of its file; what has its default is left out."""
    table = next(name for name, kind in KINDS.items() if isinstance(definition, kind))
    fields = {each.name: each for each in written_fields(type(definition))}
    names = sorted(fields, key=lambda name: name != "language")  # what a reader wants to know first
    values = {name: getattr(definition, name) for name in names}
    return {
        table: {name: _plain(value) for name, value in values.items() if value != _default(definition, fields[name])}
    }


def _default(definition: AnyDefinition, each: dataclasses.Field[Any]) -> Any:
    """What the reader puts where the file says nothing."""
    if each.name == "isolation" and isinstance(definition, Definition) and definition.language == "julia":
        return "shared"
    return {} if each.default_factory is not dataclasses.MISSING else each.default


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return dict(value) if isinstance(value, Mapping) else value


def toml_text(definition: AnyDefinition) -> str:
    """The text of its file. UsageError where a text of it is none (half of a surrogate pair)."""
    [(table, values)] = to_plain(definition).items()
    lines = [f"[{table}]", *(f"{_key(key)} = {_value(v)}" for key, v in values.items() if not isinstance(v, dict))]
    for name, below in values.items():
        if isinstance(below, dict):
            lines += ["", f"[{table}.{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in below.items())]
    text = "\n".join(lines) + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the definition {definition.name!r} has a character that no file can hold: {text[error.start]!r}",
            slug="definition-invalid",
            where=definition.path or "definition",
            hint="write it as an escape in the code that the definition holds",
        ) from error
    return text


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _one_line(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _text(value)
        case list():
            return _list([_text(each) for each in value])
        case _:
            return repr(value)


def _list(texts: list[str]) -> str:
    one_line = f"[{', '.join(texts)}]"
    if len(one_line) <= _ROOM and "\n" not in one_line:
        return one_line
    return "\n".join(["[", *(f"  {text}," for text in texts), "]"])


def _text(value: str) -> str:
    if "\n" in value:
        return _several_lines(value)
    reads_better = ("\\" in value or '"' in value) and "'" not in value and not _ESCAPED.search(value)
    return f"'{value}'" if reads_better else _one_line(value)


def _one_line(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _several_lines(value: str) -> str:
    """The first line break behind the quotes is no part of the string."""
    if "'''" not in value and not value.endswith("'") and not _ESCAPED.search(value):
        return f"'''\n{value}'''"
    escaped = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", value.replace("\\", "\\\\"))
    return '"""\n' + re.sub(r'"(?="")|"\Z', r"\"", escaped) + '"""'
