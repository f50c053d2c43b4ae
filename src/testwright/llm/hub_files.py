"""Loads a .gguf file from a hub, once: going on where it stopped, with its size and checksum checked before it counts."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import filelock
import httpx2
import huggingface_hub
from huggingface_hub import errors, file_download, utils

from testwright.errors import ModelError
from testwright.llm.exchange import Told
from testwright.llm.hosts import host_of
from testwright.llm.model_settings import ModelSettings

__all__ = ["headers_for", "hub_file"]

_HUB = "https://huggingface.co"
_SHA256 = 64
_SPARE = 100_000_000
"""Bytes that stay free: a full disk breaks other things than ours."""
_FAILURES = (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, httpx2.HTTPError, OSError, ValueError)


def hub_file(repository: str, file: str, settings: ModelSettings, announce: Told) -> str:
    """Its path on this machine."""
    place = _place(repository, file, settings)
    there = str(place) if place.is_file() else _kept_by_others(repository, file)
    if there:
        return there
    hub = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUB
    host = host_of(hub)
    if settings.is_offline and not host.is_local:
        raise ModelError(
            f"{repository}:{file} is not on this machine, and --offline loads nothing from {host.shown}",
            slug="model-offline",
            where=host.shown,
            hint="run once without --offline, or name the path of a .gguf file",
        )
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Of two runs at the same time one loads, and the other finds the file afterwards.
        with filelock.FileLock(f"{place}.lock"):
            if not place.is_file():
                _load(repository, file, hub, place, announce)
    except _FAILURES as error:
        raise _failed(f"{repository}:{file} cannot be loaded from {host.shown}: {_first_line(error)}", hub) from error
    return str(place)


def _place(repository: str, file: str, settings: ModelSettings) -> Path:
    parts = [*repository.split("/"), *file.split("/")]
    if any(part in ("", ".", "..") or os.sep in part for part in parts):
        raise _failed(f"'{repository}:{file}' is no file of a hub", repository)
    return Path(settings.cache_folder, "models", "--".join(parts))


def _kept_by_others(repository: str, file: str) -> str:
    """Where the hub's own programs keep what they have loaded."""
    try:
        found = huggingface_hub.try_to_load_from_cache(repository, file)
    except ValueError as error:
        raise _failed(f"{repository!r} is no name of a repository: {_first_line(error)}", repository) from error
    return found if isinstance(found, str) else ""


def _load(repository: str, file: str, hub: str, place: Path, announce: Told) -> None:
    url = huggingface_hub.hf_hub_url(repository, file, endpoint=hub)
    about = huggingface_hub.get_hf_file_metadata(url, endpoint=hub)
    part = place.with_name(f"{place.name}.{_tag(about)[:16]}.part")
    begun = part.stat().st_size if part.is_file() else 0
    announce(f"{repository}:{file} is loaded from {host_of(hub).shown}{_shown_size(about.size)}")
    _require_space((about.size or 0) - begun, str(place.parent))
    if not sys.stderr.isatty():
        utils.disable_progress_bars()
    if begun != about.size:
        with open(part, "ab") as stream:
            file_download.http_get(
                about.location,
                stream,
                resume_size=begun,
                headers=headers_for(about.location, hub),
                expected_size=about.size,
                displayed_filename=file,
            )
    _require_checksum(part, _tag(about), hub)
    os.replace(part, place)


def _tag(about: Any) -> str:
    """A large file's is its SHA-256."""
    return about.etag if about.etag and about.etag.isalnum() else "untagged"


def headers_for(location: str, hub: str) -> dict[str, str]:
    """The user's token is for the hub, and not for where it keeps its files."""
    same = urlsplit(location).netloc == urlsplit(hub).netloc
    headers: dict[str, str] = utils.build_hf_headers(token=None if same else False)
    return headers


def _require_checksum(part: Path, wanted: str, hub: str) -> None:
    if len(wanted) != _SHA256:
        return
    with part.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != wanted:
        part.unlink()
        raise _failed("what came is not what the hub has: its SHA-256 differs", hub)


def _require_space(size: int, folder: str) -> None:
    free = shutil.disk_usage(folder).free
    if size + _SPARE > free:
        raise ModelError(
            f"{size / 1e9:.2f} GB are to be loaded, and {folder!r} has room for {max(0, free - _SPARE) / 1e9:.2f} GB",
            slug="model-download-too-large",
            where=folder,
            hint="make room, or name another folder with XDG_CACHE_HOME",
        )


def _shown_size(size: int | None) -> str:
    return "" if size is None else f" ({size / 1e6:,.1f} MB)"


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def _failed(message: str, where: str) -> ModelError:
    return ModelError(
        message,
        slug="model-download-failed",
        where=where,
        hint="see that repository and file are right; what has come is kept, and the next attempt goes on there",
    )
