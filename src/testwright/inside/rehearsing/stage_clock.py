"""Stops the clock at a moment, by the library that the project has for that."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

__all__ = ["stop_clock"]


def stop_clock(library: str, at: float) -> None:
    """`at` seconds since the epoch, for the rest of the process; without a library only Django's reading of it."""
    moment = datetime.fromtimestamp(at, UTC)
    if library == "time_machine":
        import time_machine

        time_machine.travel(moment, tick=False).start()
    elif library == "freezegun":
        import freezegun

        freezegun.freeze_time(moment).start()
    elif "django" in sys.modules:
        from django.utils import timezone

        timezone.now = lambda: moment
