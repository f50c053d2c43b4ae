"""What reaches the log has no secrets in it, and nothing of ours reaches the program."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from testwright.inside.recording import redacted_log
from testwright.inside.recording.redacted_log import RedactedLog
from testwright.inside.recording.redaction import Redactor


class Kept:
    """A log in memory."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.rewritten = 0

    def write(self, record: Mapping[str, Any], /) -> None:
        self.texts.append(json.dumps(record).encode())

    def rewrite(self, replace: Callable[[bytes], bytes], /) -> None:
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
    rewrite, kept.rewrite = kept.rewrite, lambda replace: False  # type: ignore[method-assign]
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
