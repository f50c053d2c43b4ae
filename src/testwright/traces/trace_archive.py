"""Writes traces to a zip file of JSON lines for another machine, and reads such a file, whoever made it."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from testwright.errors import ProjectError, UsageError
from testwright.inside.recording.checked_lines import encoded
from testwright.nouns import Span, Trace
from testwright.traces.log_reader import ProcessRecord, Record, parsed_record
from testwright.traces.trace_store import TraceStore
from testwright.version import VERSION

__all__ = ["Imported", "export_traces", "import_archive", "unreadable"]

_MANIFEST = "manifest.json"
_MEMBER = re.compile(r"traces/(trc_[0-9A-Za-z]{1,60})\.jsonl")
_LONGEST_LINE = 32 * 2**20
_LONGEST_MEMBER = 2**30
"""Bytes, unpacked."""


@dataclass(slots=True)
class Imported:
    """`left_out` counts by kind what has no place in a trace of ours, or could not be read."""

    traces: list[str]
    known: int
    left_out: dict[str, int]


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def export_traces(store: TraceStore, traces: Iterable[Trace], path: Path) -> None:
    """ProjectError when the file cannot be written."""
    chosen = list(traces)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_MANIFEST, json.dumps(_manifest(chosen), indent=2) + "\n")
            for trace in chosen:
                with archive.open(f"traces/{trace.id}.jsonl", "w", force_zip64=True) as stream:
                    stream.writelines(_lines(trace, store.spans(trace.id, as_stored=True)))
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ProjectError(
            f"the traces cannot be written to {str(path)!r}: {error.strerror or error}",
            slug="output-not-writable",
            where=str(path.parent),
            hint="name another file with -o",
        ) from error


def _manifest(traces: Iterable[Trace]) -> dict[str, Any]:
    listed = [{"id": trace.id, "name": trace.name, "pinned": trace.pinned} for trace in traces]
    return {"schema": 1, "testwright": VERSION, "traces": listed}


def _lines(trace: Trace, spans: Iterable[Span]) -> Iterator[bytes]:
    """The records of a log, without checksums: a zip has its own."""
    if trace.process:
        yield encoded({**trace.process, "e": "process"}) + b"\n"
    begun = {"e": "trace", "id": trace.id, "kind": trace.kind, "name": trace.name, "at": trace.started}
    yield encoded({**begun, "about": trace.about}) + b"\n"
    for span in spans:
        yield encoded(_span_record(span)) + b"\n"
    if trace.status:
        end = {"e": "end", "trace": trace.id, "at": trace.started + trace.took, "status": trace.status}
        yield encoded({**end, "about": {}, "dropped": trace.dropped}) + b"\n"


def _span_record(span: Span) -> dict[str, Any]:
    return {
        "e": "span",
        "trace": span.trace,
        "n": span.n,
        "parent": span.parent,
        "kind": span.kind,
        "name": span.name,
        "file": span.file,
        "line": span.line,
        "thread": span.thread,
        "at": span.started,
        "took": span.took,
        "data": span.data,
    }


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def import_archive(store: TraceStore, path: Path) -> Imported:
    """Takes in the traces that the store does not have yet. UsageError when the file is none that was exported."""
    imported = Imported([], 0, {})
    try:
        with zipfile.ZipFile(path) as archive:
            pinned = _pinned(archive)
            for member in archive.infolist():
                if match := _MEMBER.fullmatch(member.filename):
                    with archive.open(member) as stream:
                        added = store.add(_records(stream, match[1], imported), pinned=match[1] in pinned)
                    imported.traces += added
                    imported.known += not added
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise unreadable(path, str(error)) from error
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    if not imported.traces and not imported.known:
        raise unreadable(path, "there is no trace in it")
    return imported


def _pinned(archive: zipfile.ZipFile) -> set[str]:
    with archive.open(_MANIFEST) as stream:
        text = stream.read(_LONGEST_LINE)
    try:
        listed = json.loads(text)["traces"]
        return {str(each["id"]) for each in listed if each.get("pinned") is True}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KeyError(f"{_MANIFEST} does not list traces") from error


def _records(stream: IO[bytes], trace: str, imported: Imported) -> Iterator[tuple[Record, bytes]]:
    """Those of the trace that the member is named after."""
    left = _LONGEST_MEMBER
    while left > 0 and (line := stream.readline(_LONGEST_LINE)):
        left -= len(line)
        record = parsed_record(line)
        if record is None or not _is_of(record, trace):
            imported.left_out["records"] = imported.left_out.get("records", 0) + 1
        else:
            yield record, line.rstrip(b"\n")


def _is_of(record: Record, trace: str) -> bool:
    return (
        isinstance(record, ProcessRecord)
        or trace == getattr(record, "trace", None)
        or trace == getattr(record, "id", None)
    )


def unreadable(path: Path, why: str) -> UsageError:
    return UsageError(
        f"no traces can be read from {str(path)!r}: {why}",
        slug="trace-file-unreadable",
        where=str(path),
        hint="name a file that `testwright trace export` wrote, or Kolo's .kolo/db.sqlite3",
    )
