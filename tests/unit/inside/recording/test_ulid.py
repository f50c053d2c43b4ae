"""Ids of traces: they rise, they never meet, and they say when."""

from __future__ import annotations

import os
import re
import threading

from testwright.inside.recording.real_clock import now_ns
from testwright.inside.recording.ulid import Ulids, new_trace_id


def test_the_form_is_that_of_a_ulid():
    assert re.fullmatch(r"trc_[0-7][0-9A-HJKMNP-TV-Z]{25}", new_trace_id())


def test_the_first_ten_digits_are_the_milliseconds():
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    assert Ulids().next(1469918176385).startswith("01ARYZ6S41")
    assert sum(digits.index(d) << 5 * k for k, d in enumerate(reversed(Ulids().next(12345)[:10]))) == 12345


def test_they_rise_within_a_millisecond_and_when_the_clock_goes_back():
    ulids = Ulids()
    made = [ulids.next(1000), *(ulids.next(1000) for _ in range(500)), ulids.next(999), ulids.next(1001)]
    assert made == sorted(set(made))


def test_threads_never_get_the_same():
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_trace_id() for _ in range(500))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000


def test_a_fork_does_not_count_on_from_where_its_parent_does():
    new_trace_id()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, new_trace_id().encode())
        os._exit(0)
    mine = new_trace_id()
    os.waitpid(child, 0)
    theirs = os.read(read, 100).decode()
    os.close(read)
    os.close(write)
    assert theirs != mine
    assert theirs[14:] != mine[14:]


def test_a_frozen_clock_does_not_stop_ours(monkeypatch):
    import time

    monkeypatch.setattr(time, "time_ns", lambda: 0)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 0)
    first = now_ns()
    assert now_ns() >= first > 1_700_000_000 * 10**9
