"""Middleware that records the requests of WSGI applications, each as a trace: `testwright trace list` shows them."""

from __future__ import annotations

from testwright.inside.recording.wsgi import RecordMiddleware

__all__ = ["RecordMiddleware"]
