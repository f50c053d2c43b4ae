"""Opens the traces of the project in the current folder, with what has been recorded since the last time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from testwright.config.project import find_project
from testwright.config.sources import load_settings
from testwright.errors import ProjectError
from testwright.inside.recording.log_file import REMEMBERED
from testwright.inside.recording.starting import PROBLEM
from testwright.traces.log_merging import Merged
from testwright.traces.trace_store import LOGS, STORE, TraceStore
from testwright.traces.value_caps import StoreCaps

__all__ = ["OpenTraces", "open_traces"]

_MEGABYTE = 1_000_000


@dataclass(slots=True)
class OpenTraces:
    """`notices` say what of the recordings could not be taken in."""

    root: Path
    store: TraceStore
    notices: list[str] = field(default_factory=list)


@contextmanager
def open_traces(*, create: bool = False, flags: Mapping[str, object] | None = None) -> Iterator[OpenTraces]:
    """Where nothing was ever recorded, nothing is made on disk, but for `create`."""
    project = find_project(os.getcwd())
    options = load_settings(project.config_file, flags=flags).options
    caps = StoreCaps(
        value=int(options.trace_value_mb * _MEGABYTE),
        trace=int(options.trace_mb * _MEGABYTE),
        store=int(options.trace_store_mb * _MEGABYTE),
    )
    folder = Path(project.root, REMEMBERED)
    is_there = create or (folder / STORE).exists() or (folder / LOGS).exists()
    place = folder if is_there else None
    notices = _take_in(place, caps)
    with TraceStore(place, caps) as store:
        yield OpenTraces(Path(project.root), store, [*notices, *_problems(folder / LOGS)])


def _take_in(folder: Path | None, caps: StoreCaps) -> list[str]:
    """Where there is no room for what has been recorded since, what is in the store can still be looked at."""
    with TraceStore(folder, caps) as store:
        try:
            return list(_notices(store.merge_logs()))
        except ProjectError as error:
            if error.slug != "store-unusable":
                raise
            return [f"what was recorded since is not taken in yet: {error.message}"]


def _problems(logs: Path) -> Iterator[str]:
    """What recorded processes had to say of the recording itself, once."""
    for path in sorted(logs.glob(f"*{PROBLEM}")):
        yield f"process {path.stem}: {path.read_text(encoding='utf-8', errors='replace').strip()}"
        path.unlink(missing_ok=True)


def _notices(merged: Merged) -> list[str]:
    found = [
        f"{name}: damaged; the last {number} bytes of the recording are left out"
        for name, number in sorted(merged.left_out.items())
    ]
    found += [f"{name}: cannot be read: {why}" for name, why in sorted(merged.unreadable.items())]
    if merged.dropped:
        found.append(f"{merged.dropped} records were of no known shape and are left out")
    return found
