"""Decides which traces of the store are meant: by what was asked, how it ended, when, how long it took, for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from testwright.errors import UsageError

__all__ = ["TraceFilter", "time_of"]

_AGES = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STATUS_GROUP = re.compile(r"[1-5]xx")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFilter:
    """All that is given must hold. `path` is a pattern with * and ?, `status` also "4xx" and "unfinished"; times are
    nanoseconds since the epoch, `longer` seconds.
    """

    path: str = ""
    status: str = ""
    kind: str = ""
    user: str = ""
    since: int | None = None
    before: int | None = None
    longer: float | None = None
    pinned: bool = False
    limit: int | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """For WHERE, with its parameters."""
        parts: list[tuple[str, Any]] = []
        if self.path:
            parts.append(("path GLOB ?", self.path))
        if self.status:
            parts.append(self._status())
        parts += [(f"{column} = ?", value) for column, value in (("kind", self.kind), ("user", self.user)) if value]
        parts += [("started >= ?", self.since)] if self.since is not None else []
        parts += [("started < ?", self.before)] if self.before is not None else []
        parts += [("took > ?", int(self.longer * 1e9))] if self.longer is not None else []
        parts += [("pinned = ?", 1)] if self.pinned else []
        return " AND ".join(each[0] for each in parts) or "1", [each[1] for each in parts]

    def _status(self) -> tuple[str, Any]:
        if _STATUS_GROUP.fullmatch(self.status.lower()):
            return "status GLOB ?", f"{self.status[0]}[0-9][0-9]"
        return "status = ?", "" if self.status == "unfinished" else self.status


def time_of(text: str, now: datetime, *, option: str) -> int:
    """Nanoseconds since the epoch of "2026-11-23", "2026-11-23 14:05" (the clock of this machine), or "2h" ago."""
    age = re.fullmatch(r"(\d{1,6})\s*([smhdw])", text.strip())
    try:
        when = _ago(now, age[1], age[2]) if age else datetime.fromisoformat(text.strip())
        return max(0, int(when.timestamp())) * 1_000_000_000
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{text!r} is no time",
            slug="bad-value",
            where=option,
            hint="write a date and time such as '2026-11-23 14:05', or an age such as 30m, 2h or 3d",
        ) from None


def _ago(now: datetime, number: str, unit: str) -> datetime:
    return now - timedelta(**{_AGES[unit]: int(number)})
