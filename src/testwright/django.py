"""Middleware that records the requests of a Django project, each as a trace: `testwright trace list` shows them.

MIDDLEWARE = ["testwright.django.RecordMiddleware", *MIDDLEWARE]
"""

from __future__ import annotations

from testwright.inside.recording.django_request import RecordMiddleware

__all__ = ["RecordMiddleware"]
