"""Records wait as they were, in their order, and none is lost or handed over twice."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from testwright.inside.recording import waiting_records
from testwright.inside.recording.waiting_records import WaitingRecords


class Colour(enum.IntEnum):
    RED = 3


class Text(str):
    pass


class Passed:
    def __init__(self) -> None:
        self.records: list[Any] = []
        self.dropped: list[Any] = []
        self.waiting = WaitingRecords(self.take, self.dropped.append)
        self.during: Any = None

    def take(self, record: Mapping[str, Any]) -> None:
        if self.during is not None:
            self.during, during = None, self.during
            during()
        self.records.append(record)


def span(number: int, **data: Any) -> dict[str, Any]:
    return {"e": "span", "n": number, "trace": "t", "data": data}


def test_a_record_is_handed_over_as_it_was_and_in_its_order() -> None:
    passed = Passed()
    held: dict[str, Any] = {"values": [1, 2.5, None, True, "\ud800", ["tuple"]]}
    passed.waiting.add(span(1, **held))
    held["values"].append("later")
    passed.waiting.add(span(2))
    assert passed.records == []
    assert passed.waiting.size > 0
    passed.waiting.hand_over(wait=True)
    assert passed.records == [span(1, values=[1, 2.5, None, True, "\ud800", ["tuple"]]), span(2)]
    assert passed.waiting.size == 0


def test_values_of_classes_made_from_built_in_ones_become_what_they_were_made_from() -> None:
    passed = Passed()
    passed.waiting.add(span(1, colour=Colour.RED, text=Text("a"), both=(1, Text("b"))))
    passed.waiting.hand_over(wait=True)
    assert passed.records == [span(1, colour=3, text="a", both=[1, "b"])]
    assert [type(each) for each in passed.records[0]["data"].values()] == [int, str, list]


def test_what_no_log_can_hold_is_dropped() -> None:
    passed = Passed()
    wrong = span(1, thing=object())
    passed.waiting.add(wrong)
    assert passed.dropped == [wrong]


def test_what_is_made_faster_than_handed_over_is_dropped_but_for_what_begins_and_ends_a_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting_records, "_MOST_WAITING", 10)
    passed = Passed()
    for number in (1, 2, 3):
        passed.waiting.add(span(number))
    passed.waiting.add({"e": "end", "trace": "t"})
    passed.waiting.hand_over(wait=True)
    assert [record.get("n", record["e"]) for record in passed.records] == [1, "end"]
    assert [record["n"] for record in passed.dropped] == [2, 3]


def test_handing_over_within_itself_does_nothing() -> None:
    """As when a signal's handler flushes the log while a batch is on its way."""
    passed = Passed()
    passed.during = lambda: passed.waiting.hand_over(wait=True)
    passed.waiting.add(span(1))
    passed.waiting.add(span(2))
    passed.waiting.hand_over(wait=True)
    assert [record["n"] for record in passed.records] == [1, 2]


def test_another_thread_does_not_wait_unless_it_has_to() -> None:
    passed = Passed()

    def other() -> None:
        thread = threading.Thread(target=passed.waiting.hand_over, kwargs={"wait": False})
        thread.start()
        thread.join()  # for ever, if it waited

    passed.during = other
    passed.waiting.add(span(1))
    passed.waiting.add(span(2))
    passed.waiting.hand_over(wait=True)
    assert [record["n"] for record in passed.records] == [1, 2]


def test_what_was_interrupted_is_handed_over_the_next_time() -> None:
    passed = Passed()

    def interrupted() -> None:
        raise KeyboardInterrupt

    passed.during = interrupted
    passed.waiting.add(span(1))
    passed.waiting.add(span(2))
    with pytest.raises(KeyboardInterrupt):
        passed.waiting.hand_over(wait=True)
    passed.waiting.hand_over(wait=True)
    assert [record["n"] for record in passed.records] == [1, 2]
    assert passed.waiting.size == 0


def test_a_child_that_python_was_not_told_of_goes_on_with_open_traces_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = Passed()
    ended, still_open = ({"e": "trace", "id": identity} for identity in ("ended", "open"))
    for record in (ended, span(1), still_open, {"e": "end", "trace": "ended"}):
        passed.waiting.add(record)
    child = os.getpid() + 1
    monkeypatch.setattr(waiting_records, "_getpid", lambda: child)
    passed.waiting.add(span(2))
    passed.waiting.hand_over(wait=True)
    assert passed.records == [still_open, span(2)]
