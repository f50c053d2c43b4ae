"""Decides which boundaries are watched, and begins with each when the program has imported its library."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from ..session import Session
from .on_import import ImportWatch

__all__ = ["BOUNDARIES", "Boundaries"]

BOUNDARIES: Mapping[str, str] = MappingProxyType(
    {
        "http.client": "http_client",
        "urllib3.connectionpool": "urllib3_pool",
        "httpx": "httpx_transport",
        "aiohttp": "aiohttp_session",
        "django.core.mail.message": "django_mail",
        "django.db.backends.base.base": "django_sql",
        "django.contrib.messages.storage.base": "django_messages",
        "django.template.base": "django_templates",
        "jinja2.environment": "jinja_templates",
        "django.core.cache": "django_cache",
        "logging": "log_records",
        "sqlalchemy": "sqlalchemy_sql",
        **dict.fromkeys(
            ("redis.client", "redis.cluster", "redis.asyncio.client", "redis.asyncio.cluster"), "redis_commands"
        ),
        "celery.signals": "celery_tasks",
        "flask.sessions": "session_cookies",
        "starlette.middleware.sessions": "session_cookies",
        **dict.fromkeys(("time", "datetime", "random", "secrets", "uuid", "os", "io", "pathlib"), "outside_functions"),
        "django.utils.timezone": "outside_functions",
    }
)
"""By the library's module the one here that watches it: it has `install(session, module) -> undo`."""


class Boundaries:
    """All of one recording. What goes wrong with one is kept in `problems`, and the program goes on without it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watch = ImportWatch()
        self._undo: list[object] = []
        self.problems: list[str] = []

    def start(self) -> None:
        for library, watcher in BOUNDARIES.items():
            self._watch.when(library, lambda module, watcher=watcher: self._install(watcher, module))  # type: ignore[misc]
        self._watch.start()

    def stop(self) -> None:
        """Everything is as it was."""
        self._watch.stop()
        while self._undo:
            undo = self._undo.pop()
            if callable(undo):
                undo()

    def _install(self, watcher: str, module: ModuleType) -> None:
        try:
            install = importlib.import_module(f".{watcher}", __package__).install
            self._undo.append(install(self._session, module))
        except Exception as error:  # noqa: BLE001 - a library of another version than we know: the program needs it, not us
            self.problems.append(f"{module.__name__} is not watched: {type(error).__name__}: {error}")
