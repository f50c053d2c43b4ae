"""Middleware that records the requests of ASGI applications, each as a trace: `testwright trace list` shows them."""

from __future__ import annotations

from testwright.inside.recording.asgi import RecordMiddleware

__all__ = ["RecordMiddleware"]
