"""Puts arc probes and comparison hooks into one module and keeps what hits and compares."""

from __future__ import annotations

from .arcs import FINER_KINDS, Arc, Instrumented, Site
from .importing import import_instrumented
from .recorder import Recorder, bind
from .snapshots import OPAQUE
from .weave import instrument

__all__ = [
    "FINER_KINDS",
    "OPAQUE",
    "Arc",
    "Instrumented",
    "Recorder",
    "Site",
    "bind",
    "import_instrumented",
    "instrument",
]
