"""Passes records on to the log without the secrets in them, and takes those out again that become known too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .issued_stand_ins import IssuedStandIns
from .real_clock import now_ns
from .record_redaction import redact_record
from .redaction import Redactor
from .trace_log import Source
from .waiting_records import WaitingRecords

__all__ = ["RedactedLog", "Rewritable"]

_PATIENCE = 50
"""Times that the last going over took: so long the next one waits."""


class Rewritable(Protocol):
    """A log that can be changed afterwards, and says when it wants the records that wait for it."""

    @property
    def room(self) -> int: ...

    def draw_from(self, source: Source, /) -> None: ...

    def expect(self) -> None: ...

    def drop(self, record: Mapping[str, Any], /) -> None: ...

    def write(self, record: Mapping[str, Any], /) -> None: ...

    def rewrite(self, replace: Callable[[bytes], bytes], concerns: Callable[[bytes], bool], /) -> object: ...

    def flush(self) -> None: ...


class RedactedLog:
    """What the session writes to. Records wait until there are enough of them, or until the log wants them."""

    def __init__(self, log: Rewritable, redactor: Redactor, issued: IssuedStandIns | None = None) -> None:
        self._log, self._redactor, self._issued = log, redactor, issued
        self._not_before = 0
        self.problem = ""
        self._waiting = WaitingRecords(self._redact_and_write, log.drop)
        log.draw_from(self._waiting)

    def write(self, record: Mapping[str, Any], /) -> None:
        """A few microseconds: as it is now it will be in the log, but for the secrets."""
        try:
            room = self._log.room
            if room < 0:
                return
            self._waiting.add(record)
            if self._waiting.size > room:
                self._waiting.hand_over(wait=False)  # a signal handler, too, may get here: it must not wait
            if room and self._waiting.size:
                self._log.expect()
        except Exception as error:  # noqa: BLE001 - told in the end; the program that is recorded must not see it
            self.problem = self.problem or f"a record was left out: {type(error).__name__}: {error}"

    def _redact_and_write(self, record: Mapping[str, Any]) -> None:
        """A secret is known from where it was first seen: what was written before is gone over once more, at the end and,
        as long as that takes little of the program's time, meanwhile. A record that cannot be gone through is not kept.
        """
        try:
            self._log.write(self._redacted(record))
            self._redactor.wrote()
            if record["e"] == "end" and self._issued is not None:
                self._issued.note(self._redactor.issued)
            if self._redactor.late and record["e"] == "end" and now_ns() >= self._not_before:
                self.settle()
        except Exception as error:
            if isinstance(error, RecursionError) and not self._waiting.is_urgent:
                raise
            self.problem = self.problem or f"a record was left out: {type(error).__name__}: {error}"

    def _redacted(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        known = self._redactor.version
        found = redact_record(self._redactor, record)
        return found if self._redactor.version == known else redact_record(self._redactor, record)

    def flush(self) -> None:
        self._log.flush()

    def settle(self) -> None:
        """Take out what has become known since it was written."""
        self._waiting.hand_over(wait=True)
        if self._redactor.late:
            self._redactor.take_late()
            begun = now_ns()
            if self._log.rewrite(self._redactor.redact_text, self._redactor.concerns) is False:
                self._redactor.give_back()
            self._not_before = now_ns() + (now_ns() - begun) * _PATIENCE
