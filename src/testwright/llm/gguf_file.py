"""Checks a .gguf file before a library loads it, and says which one it is by what is in it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from testwright.errors import ModelError

__all__ = ["checked_gguf", "fingerprint"]


def checked_gguf(path: str) -> str:
    """The same path. Libraries written in C++ may end the process at what is no GGUF."""
    try:
        with open(path, "rb") as stream:
            begin = stream.read(4)
    except FileNotFoundError as error:
        raise ModelError(
            f"there is no file {path!r}",
            slug="model-not-found",
            where=path,
            hint="name a .gguf file that is there, or `repo:file` of a hub",
        ) from error
    except OSError as error:
        raise _cannot_load(path, error.strerror or str(error)) from error
    if begin != b"GGUF":
        raise _cannot_load(path, "it is no GGUF")
    return path


def _cannot_load(path: str, why: str) -> ModelError:
    return ModelError(
        f"{path!r} cannot be loaded: {why}",
        slug="model-cannot-load",
        where=path,
        hint="see that the file is whole",
    )


def fingerprint(path: str, cache_folder: str) -> str:
    """Remembered by path, size and time of change: to read gigabytes takes long."""
    state = os.stat(path)
    key = f"{os.path.realpath(path)}|{state.st_size}|{state.st_mtime_ns}"
    note = Path(cache_folder, "fingerprints", hashlib.sha256(key.encode()).hexdigest() + ".json")
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, LookupError, TypeError):
        found = _sha256(path)
    _remember(note, found)
    return found


def _sha256(path: str) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remember(note: Path, found: str) -> None:
    try:
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = note.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({"sha256": found}), encoding="utf-8")
        os.replace(new, note)
    except OSError:
        return  # a cache that cannot be written to costs time, and nothing else
