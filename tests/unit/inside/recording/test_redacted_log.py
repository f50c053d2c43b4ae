"""What reaches the log has no secrets in it, and nothing of ours reaches the program."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from testwright.inside.recording import redacted_log
from testwright.inside.recording.redacted_log import RedactedLog
from testwright.inside.recording.redaction import Redactor
from testwright.inside.recording.trace_log import Source


class Kept:
    """A log in memory, which lets nothing wait."""

    def __init__(self, room: int = 0) -> None:
        self.texts: list[bytes] = []
        self.rewritten = self.expected = 0
        self.dropped: list[str] = []
        self.room = room

    def draw_from(self, source: Source, /) -> None:
        self.source = source

    def expect(self) -> None:
        self.expected += 1

    def drop(self, record: Mapping[str, Any], /) -> None:
        self.dropped.append(record["name"])

    def flush(self) -> None:
        self.source.hand_over(wait=True)

    def write(self, record: Mapping[str, Any], /) -> None:
        self.texts.append(json.dumps(record).encode())

    def rewrite(self, replace: Callable[[bytes], bytes], concerns: Callable[[bytes], bool], /) -> None:
        assert concerns(b"".join(self.texts))
        self.rewritten += 1
        self.texts = [replace(text) for text in self.texts]


def span(name: str, **arguments: Any) -> dict[str, Any]:
    data = {"arguments": [[key, value] for key, value in arguments.items()], "returned": None}
    return {"e": "span", "kind": "call", "name": f"shop:{name}", "n": 1, "data": data}


END = {"e": "end", "trace": "trc_1", "status": "ok", "about": {}}


def test_what_becomes_known_late_is_taken_out_at_the_end_of_its_trace() -> None:
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    log.write(span("greet", word="corr3ct-horse"))
    assert b"corr3ct-horse" in kept.texts[0]
    log.write(span("login", password="corr3ct-horse"))
    log.write(END)
    assert kept.rewritten == 1
    assert not any(b"corr3ct-horse" in text for text in kept.texts)


def test_records_wait_until_the_log_has_no_room_for_more_and_learn_from_each_other() -> None:
    kept = Kept(room=1000)
    log = RedactedLog(kept, Redactor(salt=b"x"))
    log.write(span("greet", word="corr3ct-horse"))
    assert kept.texts == []
    assert kept.expected == 1
    log.write(span("login", password="batt3ry-staple", note="n" * 2000))
    assert len(kept.texts) == 2
    log.write(span("greet", word="batt3ry-staple"))
    kept.room = -1
    log.write(span("greet", word="after the end"))
    log.flush()
    assert len(kept.texts) == 3
    assert b"batt3ry-staple" not in b"".join(kept.texts)


def test_going_over_it_waits_where_it_has_just_been_done_and_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacted_log, "_PATIENCE", 10**12)
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    for secret in ("corr3ct-horse", "batt3ry-staple"):
        log.write(span("greet", word=secret))
        log.write(span("login", password=secret))
        log.write(END)
    assert kept.rewritten == 1
    log.settle()
    assert not any(b"batt3ry-staple" in text for text in kept.texts)


def test_what_could_not_be_taken_out_is_taken_out_the_next_time() -> None:
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    log.write(span("greet", word="corr3ct-horse"))
    log.write(span("login", password="corr3ct-horse"))
    rewrite, kept.rewrite = kept.rewrite, lambda *_: False  # type: ignore[method-assign]
    log.settle()
    kept.rewrite = rewrite  # type: ignore[method-assign]
    log.settle()
    assert not any(b"corr3ct-horse" in text for text in kept.texts)


def test_a_record_that_cannot_be_gone_through_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(redactor: Redactor, record: Mapping[str, Any]) -> dict[str, Any]:
        raise LookupError("ours")

    monkeypatch.setattr(redacted_log, "redact_record", broken)
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    log.write(span("login", password="corr3ct-horse"))
    assert kept.texts == []
    assert log.problem == "a record was left out: LookupError: ours"


def test_a_program_that_is_deep_within_itself_loses_no_record() -> None:
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))

    def deeper(left: int) -> None:
        try:
            deeper(left + 1)
        except RecursionError:
            if not kept.texts:
                log.write(span(f"at_{left}"))
                names.append(f"shop:at_{left}")
            raise

    names: list[str] = []
    with pytest.raises(RecursionError):
        deeper(0)
    log.flush()
    found = [json.loads(text)["name"] for text in kept.texts]
    assert len(found) > 1  # at first there was no room on the stack to hand them over
    assert found == names[-len(found) :]
    assert bool(log.problem) == (len(found) < len(names))  # nor, at the very end of it, to take one


def test_a_record_that_is_too_deep_itself_is_left_out_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(redactor: Redactor, record: Mapping[str, Any]) -> dict[str, Any]:
        raise RecursionError("too deep")

    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    monkeypatch.setattr(redacted_log, "redact_record", too_deep)
    log.write(span("greet"))
    assert log.problem == ""
    log.flush()
    assert log.problem == "a record was left out: RecursionError: too deep"
    monkeypatch.undo()
    log.write(span("login"))
    assert len(kept.texts) == 1


def test_what_a_record_reveals_is_taken_out_of_its_other_parts_before_it_is_written() -> None:
    kept = Kept()
    log = RedactedLog(kept, Redactor(salt=b"x"))
    log.write(span("greet", word="corr3ct-horse", password="corr3ct-horse"))
    assert b"corr3ct-horse" not in kept.texts[0]
    log.settle()
    assert kept.rewritten == 0  # it has not been anywhere else


def test_what_another_thread_is_about_to_write_may_have_it_too() -> None:
    redactor = Redactor(salt=b"x")
    other = threading.Thread(target=redactor.redact, args=(["list", "say corr3ct-horse"],))
    other.start()
    other.join()
    redactor.redact("corr3ct-horse", "password")
    assert redactor.late


@pytest.mark.parametrize(
    ("before", "secret"),
    [
        (["list", *(f"w{number:08}" for number in range(130_000))], "corr3ct-horse"),  # too many to be remembered
        ("say: ~!~ ?? ~!~", "~!~ ?? ~!~"),  # has no word
    ],
)
def test_what_cannot_be_known_not_to_have_been_written_is_looked_for(before: Any, secret: str) -> None:
    redactor = Redactor(salt=b"x")
    redactor.redact(before)
    redactor.wrote()
    redactor.redact(secret, "password")
    assert redactor.late
