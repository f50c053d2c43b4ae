"""What is handed on comes back equal; what others made is taken as far as it goes."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from dataclasses import replace

import msgspec
import pytest

from testwright.errors import ProjectError, UsageError
from testwright.traces.kolo_traces import import_kolo, is_sqlite
from testwright.traces.trace_archive import export_traces, import_archive
from testwright.traces.trace_store import TraceStore

Ext = msgspec.msgpack.Ext
pack = msgspec.msgpack.encode


# ── our own ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_exported_trace_comes_back_equal(store, tmp_path, make, put_log):
    data = {"returned": ["list", 1.5, "ü\ud800", 10**30, None], "arguments": []}
    put_log(
        [
            *(make.process(), make.trace(make.first, about={"path": "/a"}), make.span(1, data=data), make.span(5, 3)),
            make.end(dropped={"sql": 2}, about={"error": "x"}),
            *(make.trace(make.second, at=5), make.span(1, trace=make.second)),
        ]
    )
    store.merge_logs()
    store.pin([make.first])
    path = tmp_path / "x.zip"
    export_traces(store, store.find(), path)
    assert path.stat().st_mode & 0o777 == 0o600

    with TraceStore(tmp_path / "elsewhere" / ".testwright") as other:
        imported = import_archive(other, path)
        assert set(imported.traces) == {make.first, make.second}
        assert other.find() == store.find()
        for trace in store.find():
            assert list(other.spans(trace.id)) == list(store.spans(trace.id))
        again = import_archive(other, path)
        assert (again.traces, again.known, again.left_out) == ([], 2, {})


def test_an_imported_trace_may_lose_to_nothing_that_is_there(store, tmp_path, make, put_log):
    """An archive that names a known trace, or spans of another one, changes neither."""
    put_log(make.whole(make.first))
    store.merge_logs()
    before = store.get(make.first)
    path = tmp_path / "x.zip"
    lines = [make.trace(make.second), make.span(1, trace=make.first, name="evil"), make.span(1, trace=make.second)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", '{"schema": 1, "traces": []}')
        archive.writestr(f"traces/{make.second}.jsonl", "\n".join(map(json.dumps, lines)))
        archive.writestr(f"traces/{make.first}.jsonl", json.dumps(make.trace(make.first, name="evil")))
        archive.writestr("../../evil.py", "boom")
    imported = import_archive(store, path)
    assert store.get(make.first) == before
    assert imported.traces == [make.second]
    assert imported.left_out == {"records": 1}


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"manifest.json": "[]"},
        {"manifest.json": "{"},
        {"manifest.json": "[" * 100_000},
        {"manifest.json": '{"traces": [1]}'},
        {"manifest.json": '{"traces": []}'},
        {"manifest.json": '{"traces": []}', "traces/trc_1.txt": "x"},
    ],
)
def test_a_zip_of_something_else_is_told(store, tmp_path, content):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    with pytest.raises(UsageError) as caught:
        import_archive(store, path)
    assert caught.value.slug == "trace-file-unreadable"


@pytest.mark.parametrize("cut", [10, 100, 200])
def test_a_torn_zip_is_told(store, tmp_path, make, put_log, cut):
    put_log(make.whole())
    store.merge_logs()
    path = tmp_path / "x.zip"
    export_traces(store, store.find(), path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(UsageError) as caught:
        import_archive(store, path)
    assert caught.value.slug == "trace-file-unreadable"


def test_a_file_that_cannot_be_written_is_told(store, tmp_path):
    with pytest.raises(ProjectError) as caught:
        export_traces(store, [], tmp_path / "nowhere" / "x.zip")
    assert caught.value.slug == "output-not-writable"


# ── Kolo ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def call(number: int, name: str, at: float, *, event: str = "call", path: str = "shop/cart.py:11", **given):
    frame = {"type": "frame", "event": event, "frame_id": f"frm_{number}", "co_name": name.rpartition(".")[2]}
    return {**frame, "path": path, "qualname": f"shop.cart.{name}", "timestamp": at, "arg": None, "locals": {}, **given}


FRAMES = [
    {
        "type": "django_request",
        "frame_id": "frm_1",
        "method": "POST",
        "path_info": "/cart/",
        "timestamp": 100.0,
        "body": '{"x": 1}',
        "headers": {"Content-Type": "application/json"},
        "query_params": {"a": ["1", "2"]},
        "post_data": {},
    },
    call(2, "<module>", 100.1),
    call(3, "Cart", 100.1),
    call(3, "Cart", 100.1, event="return"),
    call(2, "<module>", 100.1, event="return"),
    call(4, "Cart.add", 100.2, locals={"self": Ext(0, b"<shop.cart.Cart object at 0x7f0>"), "n": 2}),
    {"type": "start_sql_query", "frame_id": "frm_5", "call_timestamp": 100.3, "timestamp": 100.3, "database": "sqlite"},
    {
        "type": "end_sql_query",
        "frame_id": "frm_5",
        "return_timestamp": 100.4,
        "timestamp": 100.4,
        "query": "SELECT 1",
        "query_template": "SELECT %s",
        "query_params": Ext(6, pack(["a"])),
        "query_data": [[1]],
        "database": "sqlite",
    },
    {
        "type": "outbound_http_request",
        "frame_id": "frm_6",
        "method": "GET",
        "url": "http://x/",
        "timestamp": 100.4,
        "headers": {},
    },
    {
        "type": "outbound_http_response",
        "frame_id": "frm_6",
        "status_code": 200,
        "timestamp": 100.45,
        "body": "{}",
        "headers": {"content-type": "x"},
    },
    call(7, "fail", 100.45, locals={"when": Ext(1, b"2026-11-23T05:46:20.179688+01:00")}),
    call(7, "fail", 100.46, event="return"),
    {
        "type": "exception",
        "frame_id": "frm_8",
        "timestamp": 100.46,
        "exception_summary": ["shop.errors.Bad: no\n"],
        "exception_frames": [{"path": "shop/cart.py:11", "co_name": "fail"}],
    },
    call(4, "Cart.add", 100.5, event="return", arg=Ext(7, pack([1, Ext(5, b"1.50")]))),
    {
        "type": "log_message",
        "frame_id": "frm_9",
        "name": "shop",
        "msg": "hi",
        "level": "INFO",
        "args": None,
        "timestamp": 100.5,
    },
    {"type": "celery_task", "frame_id": "frm_10"},
    {"type": "frame", "event": "call"},
    {
        "type": "django_response",
        "frame_id": "frm_1",
        "status_code": 500,
        "timestamp": 100.6,
        "content": "oops",
        "headers": {"Location": "/x"},
        "url_pattern": {"view_qualname": "shop.views.add", "route": "cart/"},
    },
]
DOCUMENT = {
    "trace_id": "trc_01M83F1RQ2GAXRBEHB29A6VB4T",
    "timestamp": 100.0,
    "command_line_args": ["manage.py", "runserver"],
    "current_commit_sha": "abc",
    "meta": {"version": "2.42.1", "environment": {"py_version": "3.11.7"}},
    "threads": {"native_1": {"name": "MainThread", "frames": FRAMES}},
}


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "db.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE traces(id text PRIMARY KEY, created_at TEXT, data text, msgpack blob, is_pinned INTEGER)"
    )
    connection.execute("INSERT INTO traces VALUES (?, '', NULL, ?, 1)", (DOCUMENT["trace_id"], pack(DOCUMENT)))
    connection.execute("INSERT INTO traces VALUES ('trc_bad', '', NULL, x'c1', 0)")
    connection.execute("INSERT INTO traces VALUES ('trc_deep', '', NULL, ?, 0)", (b"\x91" * 100_000,))
    connection.execute("INSERT INTO traces VALUES ('trc_none', '', NULL, NULL, 0)")
    connection.commit()
    connection.close()
    return path


def test_a_trace_of_kolo_becomes_one_of_ours(store, database):
    assert is_sqlite(database)
    imported = import_kolo(store, database)
    assert imported.traces == [DOCUMENT["trace_id"]]
    assert imported.left_out == {
        "unreadable traces": 3,
        "<module>": 1,
        "class body": 1,
        "celery_task": 1,
        "broken frame": 1,
    }
    (trace,) = store.find()
    assert (trace.kind, trace.status, trace.method, trace.path, trace.pinned) == (
        "request",
        "500",
        "POST",
        "/cart/",
        True,
    )
    assert trace.about["error"] == "shop.errors.Bad: no"
    assert trace.complete
    assert trace.process["versions"] == {"kolo": "2.42.1"}

    request, add, sql, http, fail, log = store.spans(trace.id)
    assert (request.data["query"], request.data["view"], request.took) == ("a=1&a=2", "shop.views:add", 600_000_000)
    assert request.data["response"]["headers"] == [["Location", "/x"]]
    assert (add.name, add.file, add.line, add.parent) == ("shop.cart:Cart.add", "shop/cart.py", 11, request.n)
    assert add.data["arguments"] == [
        ["self", ["opaque", "shop.cart:Cart", "<shop.cart.Cart object at 0x7f0>"]],
        ["n", 2],
    ]
    assert add.data["returned"] == ["set", 1, ["std", "decimal.Decimal", "1.50"]]
    assert (sql.data["sql"], sql.data["parameters"], sql.parent) == ("SELECT %s", ["tuple", "a"], add.n)
    assert sql.data["rows"] == ["list", ["list", 1]]
    assert (http.data["status"], http.data["response_body"], http.parent) == (200, "{}", add.n)
    assert fail.data["raised"] == {"type": "shop.errors:Bad", "message": "no", "value": None}
    zone = ["std", "datetime.timezone", ["std", "datetime.timedelta", 0, 3600]]
    when = ["std", "datetime.datetime", 2026, 11, 23, 5, 46, 20, 179688, zone]
    assert fail.data["arguments"] == [["when", when]]
    assert (log.name, log.data["message"], log.parent) == ("shop", "hi", request.n)


def test_kolos_traces_are_taken_once_and_redacted_before_they_are_stored(store, database):
    def redact(record):
        return {**record, "data": {}} if record["e"] == "span" else record

    import_kolo(store, database, redact)
    assert {str(span.data) for span in store.spans(DOCUMENT["trace_id"])} == {"{}"}
    again = import_kolo(store, database)
    assert (again.traces, again.known) == ([], 1)


def test_a_trace_from_before_msgpack_is_read_too(store, tmp_path):
    path = tmp_path / "db.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE traces(id text, data text)")
    frames = [call(1, "f", 1.0), call(1, "f", 2.0, event="return", arg=3)]
    connection.execute("INSERT INTO traces VALUES ('trc_1', ?)", (json.dumps({"frames_of_interest": frames}),))
    connection.commit()
    connection.close()
    import_kolo(store, path)
    (span,) = store.spans("trc_1")
    assert (span.took, span.data["returned"]) == (1_000_000_000, 3)


@pytest.mark.parametrize("statement", ["CREATE TABLE shop(id)", "CREATE TABLE traces(name)"])
def test_a_database_of_something_else_is_told(store, tmp_path, statement):
    path = tmp_path / "db.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(UsageError) as caught:
        import_kolo(store, path)
    assert caught.value.slug == "trace-file-unreadable"


def test_a_trace_is_frozen(store, make, put_log):
    put_log(make.whole())
    store.merge_logs()
    trace = store.get("latest")
    assert replace(trace, pinned=True).pinned
    with pytest.raises(AttributeError):
        trace.pinned = True
