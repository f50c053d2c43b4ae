"""The store: what comes in comes out, nothing is lost on the way, and damage is told."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest

from testwright.errors import ProjectError, UsageError
from testwright.inside.recording.trace_log import TraceLog
from testwright.traces.trace_filters import TraceFilter, time_of
from testwright.traces.trace_store import LOGS, STORE, TraceStore
from testwright.traces.value_caps import StoreCaps

SOURCE = Path(__file__).resolve().parents[3] / "src"


def parents(store, trace):
    return {span.n: span.parent for span in store.spans(trace)}


# ── taking in ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_recorded_comes_out_again(store, folder, make, put_log):
    about = {"path": "/cart/", "method": "GET", "user": "ann"}
    data = {"returned": ["list", 1, "ü", None]}
    path = put_log(
        [
            make.process(),
            make.trace(kind="request", about=about),
            make.span(2, 1, data=data),
            make.span(1),
            make.end(status="404", about={"error": "x"}, dropped={"call": 3}),
        ]
    )
    merged = store.merge_logs()

    (trace,) = store.find()
    assert (merged.logs, merged.spans, merged.dropped, merged.left_out) == (1, 2, 0, {})
    assert (trace.id, trace.kind, trace.status, trace.method, trace.path, trace.user) == (
        make.first,
        "request",
        "404",
        "GET",
        "/cart/",
        "ann",
    )
    assert (trace.started, trace.took, trace.spans, trace.pinned, trace.complete) == (1000, 1000, 2, False, True)
    assert (trace.about, trace.dropped) == ({**about, "error": "x"}, {"call": 3})
    assert trace.process["argv"] == ["a.py"]
    first, second = store.spans(trace.id)
    assert (first.n, first.parent, second.n, second.parent, second.data) == (1, 0, 2, 1, data)
    assert not path.exists()
    assert (folder / STORE).stat().st_mode & 0o777 == 0o600
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_lost_parent_makes_the_trace_incomplete(store, make, put_log):
    put_log([make.process(), make.trace(), make.span(1), make.span(3, 2), make.span(5, 5), make.span(6, 9), make.end()])
    store.merge_logs()
    assert parents(store, make.first) == {1: 0, 3: 0, 5: 0, 6: 0}
    assert not store.get("latest").complete


def test_a_trace_without_an_end_is_unfinished(store, make, put_log):
    put_log([make.process(), make.trace(), make.span(1, took=500)])
    store.merge_logs()
    trace = store.get("latest")
    assert (trace.status, trace.complete, trace.took) == ("", False, 501)
    assert store.find(TraceFilter(status="unfinished")) == [trace]


def test_a_damaged_log_gives_what_is_before_the_damage(store, make, put_log):
    whole = make.lines(make.whole(spans=5))
    path = put_log(whole[:-30])
    merged = store.merge_logs()
    assert merged.left_out[path.name] > 0
    assert store.get("latest").spans == 5


def test_a_log_that_is_still_written_is_read_bit_by_bit(store, folder):
    log = TraceLog(folder / LOGS, {}, every_seconds=1000)
    trace = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    log.write({"e": "trace", "id": trace, "kind": "script", "name": "x", "at": 1, "about": {}})
    for n in range(1, 4):
        log.write(
            {
                "e": "span",
                "trace": trace,
                "n": n,
                "parent": 0,
                "kind": "call",
                "name": "f",
                "at": n,
                "took": 1,
                "data": {},
            }
        )
        log.flush()
        store.merge_logs()
        assert (store.get(trace).spans, log.path.exists()) == (n, True)
    store.merge_logs()
    log.write({"e": "end", "trace": trace, "at": 9, "status": "ok", "about": {}, "dropped": {}})
    log.close()
    store.merge_logs()
    assert (store.get(trace).status, store.get(trace).complete) == ("ok", True)


def test_a_secret_that_was_taken_out_of_a_log_goes_from_the_store_too(store, folder):
    log = TraceLog(folder / LOGS, {}, every_seconds=1000)
    trace = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    log.write({"e": "trace", "id": trace, "kind": "script", "name": "x", "at": 1, "about": {"error": "hunter2"}})
    span = {"e": "span", "trace": trace, "n": 1, "parent": 0, "kind": "call", "name": "f", "at": 2, "took": 1}
    log.write({**span, "data": {"returned": "hunter2"}})
    log.flush()
    store.merge_logs()
    before = store.get(trace)
    assert log.rewrite(lambda text: text.replace(b"hunter2", b"*******"))
    store.merge_logs()
    after = store.get(trace)
    assert after.about == {"error": "*******"}
    assert [each.data for each in store.spans(trace)] == [{"returned": "*******"}]
    assert after.size == before.size
    log.close()


def test_a_deleted_trace_of_a_living_process_stays_deleted(store, folder):
    log = TraceLog(folder / LOGS, {}, every_seconds=1000)
    trace = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    log.write({"e": "trace", "id": trace, "kind": "script", "name": "x", "at": 1, "about": {}})
    log.flush()
    store.merge_logs()
    store.delete([trace])
    log.write({"e": "end", "trace": trace, "at": 9, "status": "ok", "about": {}, "dropped": {}})
    assert log.rewrite(lambda text: text)
    store.merge_logs()
    assert store.find() == []
    log.close()


def test_spans_of_a_fork_go_below_those_of_its_parent(store, make, put_log):
    """Parent and child count on from the same number; what was open at the fork keeps its own."""
    put_log(
        [
            make.process(pid=make.nobody),
            make.trace(),
            make.span(1),
            make.span(3, 2, name="of the parent", at=5003),
            make.span(2, at=1002, took=9000),
            make.end(at=20_000),
        ],
        started=1,
    )
    put_log(
        [
            make.process(pid=make.nobody + 1, parent=make.nobody, at=5000),
            make.trace(),
            make.span(4, 3, name="below", at=5002),
            make.span(3, 2, name="of the child", at=5001),
            make.span(2, at=1002, took=4000),
        ],
        number=make.nobody + 1,
        started=2,
    )
    store.merge_logs()
    spans = {span.name: span for span in store.spans(make.first)}
    assert len(spans) == 5
    assert spans["of the child"].parent == spans["of the parent"].parent == 2
    assert spans["below"].parent == spans["of the child"].n
    assert spans["shop:f2"].took == 9000
    assert store.get("latest").complete
    assert store.get("latest").status == "ok"


def test_a_record_of_another_shape_is_counted(store, make, put_log):
    put_log([make.process(), make.trace(), {"e": "span", "trace": make.first}, make.end()])
    assert store.merge_logs().dropped == 1


def test_a_hundred_thousand_records_in_bounded_memory(store, make, put_log, folder):
    path = folder / LOGS / f"{make.nobody}-1.log"
    path.parent.mkdir(parents=True)
    data = {"arguments": [["x", "y" * 100]], "returned": 1}
    with path.open("wb") as stream:
        stream.write(make.lines([make.process(), make.trace()]))
        for start in range(1, 100_000, 1000):
            stream.write(make.lines(make.span(n, max(0, n - 1), data=data) for n in range(start, start + 1000)))
        stream.write(make.lines([make.end()]))
    size = path.stat().st_size
    tracemalloc.start()
    store.merge_logs()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    trace = store.get("latest")
    assert (trace.spans, trace.complete) == (100_000, True)
    assert peak < size / 2 < 20 * 2**20


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_large_values_are_cut_and_the_others_are_not(folder, make, put_log):
    long = "x" * 5000
    data = {
        "arguments": [["small", 1], ["large", long], ["deep", ["list", *range(5000)]]],
        "returned": ["dict", *([k, k] for k in range(3000))],
        "raised": {"type": "a:B", "message": "m", "value": long},
    }
    put_log([make.process(), make.trace(), make.span(1, data=data), make.end()])
    with TraceStore(folder, StoreCaps(value=1000)) as store:
        store.merge_logs()
        (span,) = store.spans(make.first)
    arguments = dict(span.data["arguments"])
    assert arguments["small"] == 1
    assert arguments["large"][:3] == ["cut", "str", 5000]
    assert arguments["deep"][:3] == ["cut", "list", 5000]
    assert span.data["returned"][:3] == ["cut", "dict", 3000]
    assert span.data["raised"]["value"][:3] == ["cut", "str", 5000]


def test_a_trace_that_is_full_counts_what_comes_later(folder, make, put_log):
    data = {"returned": "x" * 100}
    spans = [make.span(n, data=data) for n in range(1, 101)]
    put_log([make.process(), make.trace(), *spans, make.end(dropped={"call": 1})])
    with TraceStore(folder, StoreCaps(trace=2000)) as store:
        store.merge_logs()
        trace = store.get("latest")
    assert 0 < trace.spans < 20
    assert trace.dropped == {"call": 101 - trace.spans}
    assert trace.size <= 2000


def test_the_oldest_go_for_room_and_pinned_ones_stay(folder, make, put_log):
    ids = [f"trc_01ARZ3NDEKTSV4RRFFQ69G5F{k:02d}" for k in range(20)]
    put_log(
        [
            make.process(),
            *(
                record
                for k, trace in enumerate(ids)
                for record in (
                    make.trace(trace, at=1000 + k),
                    *(make.span(n, trace=trace, data={"returned": os.urandom(600).hex()}) for n in range(1, 40)),
                    make.end(trace),
                )
            ),
        ]
    )
    with TraceStore(folder) as store:
        store.merge_logs()
        store.pin(ids[:1])
        dropped = store.prune(300_000)
        assert store.used() <= 300_000
        kept = [trace.id for trace in store.find()]
    assert dropped == ids[1 : len(dropped) + 1]
    assert kept == [*reversed(ids[len(dropped) + 1 :]), ids[0]]
    assert 0 < len(dropped) < 19
    assert (folder / STORE).stat().st_size < 600_000


def test_what_is_deleted_is_overwritten(folder, make, put_log):
    name = "a name that nobody else has"
    put_log([make.process(), make.trace(name=name), make.end()])
    with TraceStore(folder) as store:
        store.merge_logs()
        store.delete([make.first])
        found = [path.name for path in folder.iterdir() if path.is_file() and name.encode() in path.read_bytes()]
    assert found == []


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_traces_are_found_by_what_is_known_of_them(store, make, put_log):
    for k, (path, status, user) in enumerate([("/a/1", "200", "ann"), ("/a/2", "404", "bob"), ("/b", "500", "ann")]):
        trace = f"trc_0{k}"
        put_log(
            [
                make.process(),
                make.trace(trace, at=1000 * k, kind="request", about={"path": path, "user": user}),
                make.end(trace, at=1000 * k + k * 10**9, status=status),
            ],
            started=k,
        )
    store.merge_logs()

    def found(**wanted):
        return [trace.path for trace in store.find(TraceFilter(**wanted))]

    assert found() == ["/b", "/a/2", "/a/1"]
    assert found(path="/a/*") == ["/a/2", "/a/1"]
    assert found(status="404") == ["/a/2"]
    assert found(status="5xx") == ["/b"]
    assert found(user="ann", limit=1) == ["/b"]
    assert found(since=1000) == ["/b", "/a/2"]
    assert found(before=1000) == ["/a/1"]
    assert found(longer=0.5) == ["/b", "/a/2"]
    assert found(kind="script") == []
    store.pin(["trc_01"])
    assert found(pinned=True) == ["/a/2"]
    store.pin(["trc_01"], False)
    assert found(pinned=True) == []


def test_an_id_may_be_short_or_the_latest(store, make, put_log):
    put_log([*make.whole(make.first), *make.whole(make.second, at=9000)[1:]])
    store.merge_logs()
    assert store.resolve("latest") == make.second
    assert store.resolve("latest~1") == make.first
    assert store.resolve(make.first) == make.first
    assert store.resolve("trc_01A") == store.resolve("01ar") == make.first


@pytest.mark.parametrize(
    "text", ["latest~2", "nope", "trc_01ZZ", "", "%", "*", "[", "' OR 1", "latest~-1", "trc_" + "0" * 500]
)
def test_an_unknown_id_is_told(store, make, put_log, text):
    put_log(make.whole(make.first))
    store.merge_logs()
    with pytest.raises(UsageError) as caught:
        store.resolve(text)
    assert caught.value.slug == "trace-unknown"


def test_a_slip_of_the_pen_names_the_closest(store, make, put_log):
    put_log(make.whole(make.first))
    store.merge_logs()
    with pytest.raises(UsageError) as caught:
        store.resolve(make.first[:-3] + "XXX")
    assert make.first in caught.value.hint


def test_an_ambiguous_id_names_them(store, make, put_log):
    put_log([*make.whole(make.first), *make.whole(make.second)[1:]])
    store.merge_logs()
    with pytest.raises(UsageError) as caught:
        store.resolve("trc_01")
    assert caught.value.slug == "trace-ambiguous"
    assert make.first in caught.value.where
    assert make.second in caught.value.where


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "3 fortnights", "999999w", "0001-01-01"])
def test_what_is_no_time_is_told(text):
    with pytest.raises(UsageError) as caught:
        time_of(text, datetime(2026, 11, 23), option="--since")
    assert caught.value.slug == "bad-value"


def test_ages_are_counted_back():
    now = datetime(2026, 11, 23, 12)
    assert time_of("2h", now, option="") == time_of("2026-11-23 10:00", now, option="")


# ── damage and company ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_store_is_kept_aside_as_it_is(folder, text):
    folder.mkdir()
    (folder / STORE).write_bytes(text)
    with pytest.raises(ProjectError) as caught:
        TraceStore(folder)
    assert caught.value.slug == "store-corrupt"
    assert Path(caught.value.where).read_bytes() == text
    with TraceStore(folder) as store:
        assert store.find() == []


def test_damage_in_the_middle_is_told_when_it_is_met(folder, make, put_log):
    put_log(
        [
            make.process(),
            make.trace(),
            *(make.span(n, data={"returned": os.urandom(500).hex()}) for n in range(1, 300)),
            make.end(),
        ]
    )
    with TraceStore(folder) as store:
        store.merge_logs()
    text = bytearray((folder / STORE).read_bytes())
    text[8192:-4096] = b"\xa5" * (len(text) - 12288)
    (folder / STORE).write_bytes(text)
    with pytest.raises(ProjectError) as caught, TraceStore(folder) as store:
        list(store.spans(make.first))
    assert caught.value.slug == "store-corrupt"
    assert Path(caught.value.where).read_bytes() == bytes(text)


def test_data_that_cannot_be_unpacked_are_empty(folder, store, make, put_log):
    put_log(make.whole())
    store.merge_logs()
    connection = sqlite3.connect(folder / STORE)
    connection.execute("UPDATE spans SET data = x'00ff'")
    connection.commit()
    connection.close()
    assert [span.data for span in store.spans(make.first)] == [{}, {}]


def test_a_newer_store_is_left_alone(folder):
    with TraceStore(folder):
        pass
    connection = sqlite3.connect(folder / STORE)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = (folder / STORE).read_bytes()
    with pytest.raises(ProjectError) as caught:
        TraceStore(folder)
    assert caught.value.slug == "store-is-newer"
    assert (folder / STORE).read_bytes() == before


def test_a_database_of_something_else_is_kept_aside(folder):
    folder.mkdir()
    connection = sqlite3.connect(folder / STORE)
    connection.execute("CREATE TABLE shop(id)")
    connection.commit()
    connection.close()
    with pytest.raises(ProjectError) as caught:
        TraceStore(folder)
    assert caught.value.slug == "store-corrupt"


def test_a_folder_in_the_place_of_the_store_is_told(folder):
    (folder / STORE).mkdir(parents=True)
    with pytest.raises(ProjectError) as caught:
        TraceStore(folder)
    assert caught.value.slug == "store-unusable"


def test_a_merge_that_fails_half_way_is_none_and_the_log_stays(store, make, put_log, monkeypatch):
    from testwright.traces import intake

    path = put_log(make.whole(spans=5))
    taken = intake.Intake._take_end
    monkeypatch.setattr(intake.Intake, "_take_end", lambda self, record: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.merge_logs()
    assert store.find() == []
    assert path.exists()
    monkeypatch.setattr(intake.Intake, "_take_end", taken)
    store.merge_logs()
    assert store.get("latest").spans == 5


def test_a_log_that_could_not_be_deleted_is_not_taken_twice(store, make, put_log, monkeypatch):
    def refuse(path, missing_ok=False):
        raise PermissionError("refused")

    path = put_log(make.whole())
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        assert store.merge_logs().spans == 2
    assert path.exists()
    assert store.merge_logs().spans == 0
    assert not path.exists()
    assert store.get("latest").spans == 2
    assert store.get("latest").size == 4


def test_two_processes_merge_and_read_at_once(folder, make, put_log):
    for k in range(12):
        put_log(make.whole(f"trc_{k:02d}", spans=50), started=k)
    code = f"""
import sys
sys.path.insert(0, {str(SOURCE)!r})
from pathlib import Path
from testwright.traces.trace_store import TraceStore
with TraceStore(Path({str(folder)!r})) as store:
    merged = store.merge_logs()
    store.pin([trace.id for trace in store.find()])
    print(merged.spans)
"""
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sum(map(int, told)) == 600
    with TraceStore(folder) as store:
        assert [(trace.spans, trace.complete) for trace in store.find()] == [(50, True)] * 12
    assert list((folder / LOGS).iterdir()) == []
