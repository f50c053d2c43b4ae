"""What a reader makes of logs that are torn, damaged or made up."""

from __future__ import annotations

import tracemalloc
from zlib import crc32

import pytest

from testwright.inside.recording.checked_lines import with_checksum
from testwright.traces.log_reader import LogReader, SpanRecord, parsed_record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "1-1.log"


def read(path):
    reader = LogReader(path)
    return reader, [record for record, _ in reader]


def test_a_whole_log_is_read_to_its_end(path, make):
    path.write_bytes(make.lines(make.whole()))
    reader, found = read(path)
    assert [type(each).__name__ for each in found] == [
        "ProcessRecord",
        "TraceRecord",
        "SpanRecord",
        "SpanRecord",
        "EndRecord",
    ]
    assert (reader.offset, reader.left_out, reader.dropped) == (path.stat().st_size, 0, 0)


@pytest.mark.parametrize("cut", [1, 5, 20, 60])
def test_a_torn_tail_is_left_out(path, make, cut):
    whole = make.lines(make.whole())
    path.write_bytes(whole[:-cut])
    reader, found = read(path)
    last = len(make.lines([make.end()]))
    assert len(found) == 4
    assert reader.left_out == last - cut
    assert reader.offset == len(whole) - last


def test_nothing_after_a_bad_checksum_is_believed(path, make):
    first, second, *rest = make.lines(make.whole()).splitlines(keepends=True)
    path.write_bytes(first + second.replace(b"a.py", b"b.py") + b"".join(rest))
    reader, found = read(path)
    assert len(found) == 1
    assert reader.left_out == len(second) + sum(map(len, rest))


@pytest.mark.parametrize("byte", range(10))
def test_damage_of_the_mark_is_seen(path, make, byte):
    line = bytearray(make.lines([make.trace()]))
    line[byte] ^= 1
    path.write_bytes(line)
    reader, found = read(path)
    assert (found, reader.left_out) == ([], len(line))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"e":"span"}',
        b'{"e":"other"}',
        b'{"e":"process","schema":2,"pid":1}',
        b'{"e":"trace","id":"nonsense","kind":"script","name":"x","at":1}',
        b'{"e":"trace","id":"trc_1","kind":"script","name":"x","at":-1}',
        b'{"e":"trace","id":"trc_1","kind":"script","name":"x","at":1,"about":[]}',
        b'{"e":"trace","id":"trc_\'; DROP TABLE traces","kind":"script","name":"x","at":1}',
        b'{"e":"span","trace":"trc_1","n":0,"parent":0,"kind":"call","name":"f","at":1,"took":1}',
        b'{"e":"span","trace":"trc_1","n":true,"parent":0,"kind":"call","name":"f","at":1,"took":1}',
        b'{"e":"span","trace":"trc_1","n":99999999999999999999,"parent":0,"kind":"call","name":"f","at":1,"took":1}',
        b'{"e":"span","trace":"trc_1","n":1,"parent":0,"kind":"call","name":"f","at":1,"took":1,"data":[]}',
        b'{"e":"end","trace":"trc_1","at":1,"status":200}',
        b'{"e":"end","trace":"trc_1","at":1,"status":"ok","dropped":{"call":-1}}',
        b'{"e":"trace","id":"trc_1","kind":"script","name":"x","at":1,"about":{"a":'
        + b"[" * 10_000
        + b"]" * 10_000
        + b"}}",
        b'{"e":"span","trace":"trc_1","n":1,"parent":0,"kind":"call","name":"f","at":1,"took":1,"data":{"a":'
        + b"[" * 10_000
        + b"]" * 10_000
        + b"}}",
    ],
    ids=lambda text: text[:30].decode() + "…",
)
def test_what_is_no_record_is_counted_and_the_rest_is_read(path, make, text):
    path.write_bytes(with_checksum(text) + make.lines([make.trace()]))
    reader, found = read(path)
    assert len(found) == 1
    assert (reader.dropped, reader.left_out) == (1, 0)


def test_lone_surrogates_stay_in_the_data_and_are_no_trouble_elsewhere(make):
    text = b'{"e":"span","trace":"trc_1","n":1,"parent":0,"kind":"call","name":"f\\ud800","at":1,"took":1,'
    text += b'"data":{"returned":"\\udfff"}}'
    record = parsed_record(text)
    assert isinstance(record, SpanRecord)
    assert record.name == "f?"
    assert bytes(record.data) == b'{"returned":"\\udfff"}'


def test_a_line_of_hundreds_of_megabytes_is_passed_over_in_little_memory(path, make):
    piece, number = b"x" * 2**20, 150
    with path.open("wb") as stream:
        total = crc32(b'{"e":"')
        for _ in range(number):
            total = crc32(piece, total)
        total = crc32(b'"}', total)
        stream.write(b'%08x {"e":"' % total)
        for _ in range(number):
            stream.write(piece)
        stream.write(b'"}\n' + make.lines([make.trace()]))
    tracemalloc.start()
    reader, found = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 1
    assert (reader.dropped, reader.left_out) == (1, 0)
    assert peak < 100 * 2**20


def test_a_log_is_read_on_from_where_it_was_left(path, make):
    whole = make.lines(make.whole())
    path.write_bytes(whole[:-10])
    reader, _ = read(path)
    path.write_bytes(whole)
    again = LogReader(path, start=reader.offset)
    assert [type(record).__name__ for record, _ in again] == ["EndRecord"]
