"""Stops the clock at a moment, by the library that the project has for that."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["stop_clock"]


def stop_clock(library: str, at: float) -> None:
    """`at` seconds since the epoch, for the rest of the process; without a library only Django's own reading of it."""
    moment = datetime.fromtimestamp(at, UTC)
    if library == "time_machine":
        import time_machine

        time_machine.travel(moment, tick=False).start()
    elif library == "freezegun":
        import freezegun

        freezegun.freeze_time(moment).start()
    else:
        from django.utils import timezone

        timezone.now = lambda: moment
