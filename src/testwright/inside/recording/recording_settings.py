"""Reads what the project's pyproject.toml says of recordings, in the recorded process; and keeps the salt of stand-ins."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .redaction import Rules

__all__ = ["KEYS", "rules_of", "salt_in"]

KEYS: Mapping[str, str] = {"redact-names": "names", "redact-patterns": "patterns", "redact-leave": "leave"}
"""Of [tool.testwright], and the part of the rules that each is."""
_SALT, _SALT_BYTES = "salt", 16


def rules_of(root: str) -> Rules:
    """ValueError for what is no list of texts; a file that cannot be read says nothing (the command tells of it)."""
    try:
        with open(os.path.join(root, "pyproject.toml"), "rb") as file:
            found = tomllib.load(file)["tool"]["testwright"]
    except (OSError, ValueError, KeyError, TypeError):
        return Rules()
    given: dict[str, Any] = {field: _texts(key, found[key]) for key, field in KEYS.items() if key in found}
    return Rules(**given)


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{key} of [tool.testwright] is to be a list of texts, not {value!r}")
    return tuple(value)


def salt_in(folder: Path) -> bytes:
    """Made once, so that a secret has one stand-in in all traces; another one where nothing can be kept."""
    path = folder / _SALT
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SALT_BYTES))
    except FileExistsError:
        pass
    except OSError:
        return secrets.token_bytes(_SALT_BYTES)
    try:
        return path.read_bytes() or secrets.token_bytes(_SALT_BYTES)
    except OSError:
        return secrets.token_bytes(_SALT_BYTES)
