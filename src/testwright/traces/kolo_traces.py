"""Reads the traces that Kolo 2.x has left in `.kolo/db.sqlite3`, as far as they say what ours say; the rest is counted."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from testwright.inside.recording.checked_lines import encoded
from testwright.traces.kolo_values import plain_from_kolo, unpacked
from testwright.traces.log_reader import Record, parsed_record
from testwright.traces.trace_archive import Imported, unreadable
from testwright.traces.trace_store import TraceStore

__all__ = ["KoloTrace", "import_kolo", "is_sqlite"]

_NOT_OURS = frozenset({"<module>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})
_TRACE_ID = re.compile(r"trc_[0-9A-Za-z]{1,60}")


def is_sqlite(path: Path) -> bool:
    """By its first bytes."""
    with open(path, "rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def import_kolo(
    store: TraceStore, path: Path, redact: Callable[[dict[str, Any]], dict[str, Any]] | None = None
) -> Imported:
    """Takes in the traces that the store does not have yet. Kolo's ids stay. `redact` sees each record before it is stored.

    UsageError when the file is no database of Kolo 2.x.
    """
    imported, left_out = Imported([], 0, {}), Counter[str]()
    try:
        for trace, document, pinned in _documents(path, left_out):
            read = KoloTrace(trace, document)
            added = store.add(_checked(read.records(), redact), pinned=pinned)
            imported.traces += added
            imported.known += not added
            left_out.update(read.left_out if added else {})
    except sqlite3.Error as error:
        raise unreadable(path, str(error)) from error
    imported.left_out = dict(left_out)
    return imported


def _documents(path: Path, left_out: Counter[str]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(traces)")}
        wanted = [name if name in columns else f"NULL AS {name}" for name in ("data", "msgpack", "is_pinned")]
        for trace, data, packed, pinned in connection.execute(f"SELECT id, {', '.join(wanted)} FROM traces"):
            try:
                document = unpacked(packed) if packed is not None else json.loads(data or "")
            except (ValueError, RecursionError):
                document = None
            if isinstance(document, dict) and _TRACE_ID.fullmatch(str(trace)):
                yield str(trace), document, bool(pinned)
            else:
                left_out["unreadable traces"] += 1
    finally:
        connection.close()


def _checked(
    records: Iterator[dict[str, Any]], redact: Callable[[dict[str, Any]], dict[str, Any]] | None
) -> Iterator[tuple[Record, bytes]]:
    for each in records:
        text = encoded(redact(each) if redact is not None else each)
        record = parsed_record(text)
        if record is not None:
            yield record, text


class KoloTrace:
    """One trace of Kolo's as records of ours. `left_out` counts what was not taken, by its kind, after `records`."""

    def __init__(self, trace: str, document: Mapping[str, Any]) -> None:
        self.left_out: Counter[str] = Counter()
        self._trace = trace
        self._document = document
        self._next = 1
        self._spans: list[dict[str, Any]] = []
        self._error = ""

    def records(self) -> Iterator[dict[str, Any]]:
        for name, frames in self._threads():
            _Thread(self, name).read(frames)
        started = min((span["at"] for span in self._spans), default=_nanoseconds(self._document.get("timestamp")))
        ended = max((span["at"] + span["took"] for span in self._spans), default=started)
        yield self._process()
        yield self._begin(started)
        yield from self._spans
        yield {"e": "end", "trace": self._trace, "at": ended, "status": self._status(), "about": {}, "dropped": {}}

    def add(self, span: dict[str, Any]) -> dict[str, Any]:
        span = {"e": "span", "trace": self._trace, "n": self._next, "took": 0, "data": {}, **span}
        self._next += 1
        self._spans.append(span)
        return span

    def failed(self, error: str) -> None:
        self._error = error

    def _threads(self) -> Iterator[tuple[str, list[Any]]]:
        threads = self._document.get("threads")
        if isinstance(threads, dict):
            for each in threads.values():
                if isinstance(each, dict) and isinstance(each.get("frames"), list):
                    yield str(each.get("name") or ""), each["frames"]
        elif isinstance(self._document.get("frames_of_interest"), list):  # before 2.30
            yield "MainThread", self._document["frames_of_interest"]

    def _process(self) -> dict[str, Any]:
        meta = _mapping(self._document.get("meta"))
        surroundings = _mapping(meta.get("environment"))
        return {
            "e": "process",
            "schema": 1,
            "pid": 0,
            "parent": 0,
            "at": 0,
            "python": str(surroundings.get("py_version", "")),
            "argv": [str(each) for each in self._document.get("command_line_args") or ()],
            "versions": {"kolo": str(meta.get("version", ""))},
            "commit": str(self._document.get("current_commit_sha") or ""),
        }

    def _request(self) -> dict[str, Any] | None:
        return next((span for span in self._spans if span["kind"] == "request"), None)

    def _begin(self, started: int) -> dict[str, Any]:
        request = self._request()
        argv = [str(each) for each in self._document.get("command_line_args") or ()]
        about: dict[str, Any] = {"argv": argv} if request is None else {}
        if request is not None:
            about = {"method": request["data"]["method"], "path": request["data"]["path"]}
        if self._error:
            about["error"] = self._error
        name = f"{about['method']} {about['path']}" if request is not None else " ".join(argv)
        name = str(self._document.get("trace_name") or name or self._trace)
        kind = "request" if request is not None else "script"
        return {"e": "trace", "id": self._trace, "kind": kind, "name": name, "at": started, "about": about}

    def _status(self) -> str:
        request = self._request()
        if request is not None and "response" in request["data"]:
            return str(request["data"]["response"]["status"])
        return "error" if self._error else "ok"


class _Thread:
    """The frames of one thread in their order: what begins is open until its end with the same id comes."""

    def __init__(self, trace: KoloTrace, name: str) -> None:
        self._trace = trace
        self._name = name
        self._open: dict[str, dict[str, Any] | None] = {}
        self._begun: dict[str, int] = {}
        self._calls: list[dict[str, Any]] = []

    def read(self, frames: list[Any]) -> None:
        for frame in frames:
            kind = str(frame.get("type")) if isinstance(frame, dict) and "frame_id" in frame else "broken frame"
            read = _READERS.get(kind)
            if read is None:
                self._trace.left_out[kind] += 1
                continue
            try:
                read(self, frame)
            except (AttributeError, KeyError, TypeError, ValueError):
                self._trace.left_out[f"broken {kind}"] += 1

    def _parent(self) -> int:
        return next((span["n"] for span in reversed(self._open.values()) if span is not None), 0)

    def _begin(self, frame: Mapping[str, Any], kind: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
        file, line = _place(frame.get("path"))
        place = {"file": file, "line": line, "thread": self._name, "at": _nanoseconds(frame.get("timestamp"))}
        return self._trace.add({"parent": self._parent(), "kind": kind, "name": name, **place, "data": data})

    def _end(self, frame: Mapping[str, Any]) -> dict[str, Any] | None:
        span = self._open.pop(str(frame["frame_id"]), None)
        if span is not None:
            span["took"] = max(0, _nanoseconds(frame.get("timestamp")) - span["at"])
        return span

    def call(self, frame: Mapping[str, Any]) -> None:
        if frame["event"] == "call":
            self._call_begins(frame)
            return
        span = self._end(frame)
        if span is not None:
            span["data"]["returned"] = plain_from_kolo(frame.get("arg"))
            self._calls.append(span)
        elif frame["event"] == "return" and "__qualname__" in _mapping(frame.get("locals")):
            self._trace.left_out["class body"] += 1

    def _call_begins(self, frame: Mapping[str, Any]) -> None:
        name, local = str(frame.get("co_name")), _mapping(frame.get("locals"))
        if name in _NOT_OURS or _is_class_body(frame):
            self._trace.left_out[name if name in _NOT_OURS else "class body"] += 1
            self._open[str(frame["frame_id"])] = None
            return
        arguments = [[str(key), plain_from_kolo(value)] for key, value in local.items()]
        data = {"arguments": arguments, "rest": [], "keywords": [], "kind": "function", "decorated": False}
        self._open[str(frame["frame_id"])] = self._begin(frame, "call", _qualified(frame), data)

    def exception(self, frame: Mapping[str, Any]) -> None:
        """Kolo tells of one where it left the view; the calls that it went through have returned nothing before."""
        summary = "".join(frame.get("exception_summary") or ()).strip().rpartition("\n")[2]
        kind, _, message = summary.partition(": ")
        module, _, last = kind.rpartition(".")
        self._trace.failed(summary)
        raised = {"type": f"{module or 'builtins'}:{last}", "message": message, "value": None}
        for place in frame.get("exception_frames") or ():
            file, _ = _place(place.get("path"))
            for span in reversed(self._calls):
                if span["file"] == file and span["name"].rpartition(":")[2].rpartition(".")[2] == place.get("co_name"):
                    span["data"].pop("returned", None)
                    span["data"]["raised"] = raised
                    break

    def request(self, frame: Mapping[str, Any]) -> None:
        body = frame.get("body")
        if not body and frame.get("post_data"):
            body = frame["post_data"]
        data = {
            "method": str(frame["method"]),
            "path": str(frame["path_info"]),
            "query": _query(frame.get("query_params")),
            "headers": _pairs(frame.get("headers")),
            "body": plain_from_kolo(body),
            "content_type": str(_mapping(frame.get("headers")).get("Content-Type", "")),
            "user": None,
        }
        self._open[str(frame["frame_id"])] = self._begin(frame, "request", f"{data['method']} {data['path']}", data)

    def response(self, frame: Mapping[str, Any]) -> None:
        span = self._open.get(str(frame["frame_id"]))
        if span is None:
            raise KeyError("a response without its request")
        pattern = _mapping(frame.get("url_pattern"))
        view, route = str(pattern.get("view_qualname") or ""), str(pattern.get("route") or "")
        module, _, last = view.rpartition(".")
        templates = [each["name"] for each in self._trace._spans if each["kind"] == "template"]
        span["data"] |= {
            "view": f"{module}:{last}" if last else "",
            "route": route,
            "response": {
                "status": int(frame["status_code"]),
                "headers": _pairs(frame.get("headers")),
                "body": plain_from_kolo(frame.get("content")),
                "templates": templates,
            },
        }
        self._end(frame)

    def query_begins(self, frame: Mapping[str, Any]) -> None:
        self._begun[str(frame["frame_id"])] = _nanoseconds(frame.get("call_timestamp") or frame.get("timestamp"))

    def query(self, frame: Mapping[str, Any]) -> None:
        ended = _nanoseconds(frame.get("return_timestamp") or frame.get("timestamp"))
        data = {
            "sql": str(frame.get("query_template") or frame.get("query") or ""),
            "parameters": plain_from_kolo(frame.get("query_params")),
            "rows": plain_from_kolo(frame.get("query_data")),
            "vendor": str(frame.get("database") or ""),
        }
        span = self._begin(frame, "sql", "sql", data)
        span["at"] = self._begun.pop(str(frame["frame_id"]), ended)
        span["took"] = max(0, ended - span["at"])

    def outbound(self, frame: Mapping[str, Any]) -> None:
        data = {
            "client": str(frame.get("subtype") or ""),
            "method": str(frame["method"]),
            "url": str(frame["url"]),
            "headers": _pairs(frame.get("headers")),
            "body": plain_from_kolo(frame.get("body")),
        }
        self._open[str(frame["frame_id"])] = self._begin(frame, "http", f"{data['method']} {data['url']}", data)

    def answer(self, frame: Mapping[str, Any]) -> None:
        span = self._end(frame)
        if span is None:
            raise KeyError("an answer without its request")
        span["data"] |= {
            "status": int(frame["status_code"]),
            "response_headers": _pairs(frame.get("headers")),
            "response_body": plain_from_kolo(frame.get("body")),
        }

    def log(self, frame: Mapping[str, Any]) -> None:
        data = {"level": str(frame.get("level")), "message": str(frame.get("msg"))}
        self._begin(frame, "log", str(frame.get("name")), {**data, "arguments": plain_from_kolo(frame.get("args"))})

    def template_begins(self, frame: Mapping[str, Any]) -> None:
        self._trace.left_out["template context"] += "context" in frame
        self._open[str(frame["frame_id"])] = self._begin(frame, "template", str(frame.get("template") or ""), {})

    def template_ends(self, frame: Mapping[str, Any]) -> None:
        self._end(frame)


_READERS: dict[str, Callable[[_Thread, Mapping[str, Any]], None]] = {
    "frame": _Thread.call,
    "exception": _Thread.exception,
    "django_request": _Thread.request,
    "django_response": _Thread.response,
    "start_sql_query": _Thread.query_begins,
    "end_sql_query": _Thread.query,
    "outbound_http_request": _Thread.outbound,
    "outbound_http_response": _Thread.answer,
    "log_message": _Thread.log,
    "django_template_start": _Thread.template_begins,
    "django_template_end": _Thread.template_ends,
}


# ── parts of frames ──────────────────────────────────────────────────────────────────────────────────────────────────


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _nanoseconds(seconds: Any) -> int:
    return max(0, int(float(seconds) * 1_000_000_000)) if isinstance(seconds, int | float) else 0


def _place(path: Any) -> tuple[str, int]:
    file, _, line = str(path or "").rpartition(":")
    return file.replace("\\", "/"), int(line) if line.isdecimal() else 0


def _is_class_body(frame: Mapping[str, Any]) -> bool:
    """A class is called by nobody, has no arguments, and is named like itself: in CapWords, as a rule."""
    name = str(frame.get("co_name"))
    return (
        not frame.get("locals") and name.lstrip("_")[:1].isupper() and str(frame.get("qualname")).endswith(f".{name}")
    )


def _qualified(frame: Mapping[str, Any]) -> str:
    """Kolo writes "shop.cart.Cart.add" for both parts of the name; which is the module, the file tells."""
    name, (file, _) = str(frame.get("qualname") or frame.get("co_name")), _place(frame.get("path"))
    steps = file.removesuffix(".py").removesuffix("/__init__").split("/")
    for start in range(len(steps)):
        module = ".".join(steps[start:])
        if name.startswith(module + "."):
            return f"{module}:{name[len(module) + 1 :]}"
    module, _, rest = name.partition(".")
    return f"{module}:{rest}" if rest else f":{name}"


def _pairs(headers: Any) -> list[list[str]]:
    return [[str(name), value if isinstance(value, str) else str(value)] for name, value in _mapping(headers).items()]


def _query(parameters: Any) -> str:
    return urlencode(_mapping(parameters), doseq=True)
