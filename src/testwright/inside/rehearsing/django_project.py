"""Sets up a Django project with databases of its own, as its tests would have them, in a process that others are forked from."""

from __future__ import annotations

import gc
import importlib.util
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from .stage import NotSetUp

__all__ = ["DjangoProject", "databases", "import_once", "in_memory"]


_IMPORTED = (
    *("time_machine", "freezegun", "requests", "urllib3", "httpx", "responses", "respx", "pytest", "django.test"),
    *("django.test.client", "django.contrib.messages", "django.template.defaulttags"),
)


MEMORY = "django.core.cache.backends.locmem.LocMemCache"


class DjangoProject:
    """`settings` is the module's name, "" where the environment says it. Its databases are there once `make` was called."""

    def __init__(self, settings: str, share: int = 0) -> None:
        """`share` tells apart those that run side by side: each has databases of its own."""
        if settings:
            os.environ["DJANGO_SETTINGS_MODULE"] = settings
        if not os.environ.get("DJANGO_SETTINGS_MODULE"):
            raise NotSetUp(slug="no-django-settings", message="nothing says which settings the project has")
        self._share = share
        try:
            import django

            django.setup()
        except ImportError as error:
            slug = "django-missing" if error.name == "django" else "django-not-set-up"
            raise NotSetUp(slug, f"{type(error).__name__}: {error}") from error
        except Exception as error:
            raise NotSetUp("django-not-set-up", f"{type(error).__name__}: {error}") from error

    def make(self) -> None:
        """As Django's own test runner does; the environment of tests too (mail is kept, templates tell)."""
        from django.conf import settings
        from django.test.utils import setup_databases, setup_test_environment

        setup_test_environment(debug=False)  # as test runners do, whatever the settings say
        _keep_caches_in_memory()
        for database in settings.DATABASES.values():
            if not _is_sqlite(database):
                named = database.get("TEST", {}).get("NAME") or f"test_{database.get('NAME', '')}"
                database.setdefault("TEST", {})["NAME"] = (
                    f"{named}_testwright_{self._share}"  # one that was left is made anew
                )
        _quiet()
        try:
            self._made = setup_databases(verbosity=0, interactive=False)
        except (Exception, SystemExit) as error:
            raise NotSetUp(slug="no-test-database", message=f"{type(error).__name__}: {error}".strip()) from error
        self._let_go()
        _warm_up()

    def drop(self) -> None:
        """At the end; what lives in this process's memory goes by itself."""
        from django.test.utils import teardown_databases

        if any(not _is_sqlite(connection.settings_dict) for connection, *_ in self._made):
            teardown_databases(self._made, verbosity=0)

    def _let_go(self) -> None:
        """No connection to a server is shared with the forks: the first that closes it would close it for all."""
        from django.db import connections

        for connection in connections.all():
            if connection.vendor != "sqlite":
                connection.close()


def _keep_caches_in_memory() -> None:
    """Others are shared with what runs beside, and are emptied between tests."""
    from django.conf import settings
    from django.test import override_settings

    if any(not in_memory(each) for each in settings.CACHES.values()):
        override_settings(CACHES={alias: {"BACKEND": MEMORY, "LOCATION": alias} for alias in settings.CACHES}).enable()


def in_memory(cache: Mapping[str, Any]) -> bool:
    return str(cache.get("BACKEND", "")).rpartition(".")[2] in ("LocMemCache", "DummyCache")


def _warm_up() -> None:
    """Imports, once, what each of the forks would import for itself."""
    from django.template import engines
    from django.urls import get_resolver

    for name in _IMPORTED:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    try:
        for pattern in get_resolver().url_patterns:
            _ = getattr(pattern, "url_patterns", None)
        engines.all()
    except Exception as error:  # noqa: BLE001  the requests will tell, each for itself
        logging.getLogger(__name__).debug("the addresses cannot be read: %s", error)
    gc.collect()
    gc.freeze()


def databases() -> list[str]:
    """Of those that settings name; one may be left empty on purpose."""
    from django.db import connections

    return [alias for alias in connections if not connections[alias].settings_dict["ENGINE"].endswith(".dummy")]


def import_once(sources: Iterable[str]) -> None:
    """The import lines of tests, before the forks that would each take them for themselves."""
    for line in dict.fromkeys(line for source in sources for line in source.splitlines()):
        try:
            exec(compile(line, "<imports>", "exec"), {"__name__": "imports"})
        except (Exception, SystemExit) as error:  # noqa: BLE001  the test that wants it will tell
            logging.getLogger(__name__).debug("%s: %s", line, error)
    gc.collect()
    gc.freeze()


def _is_sqlite(database: Mapping[str, Any]) -> bool:
    return "sqlite3" in str(database.get("ENGINE", ""))


def _quiet() -> None:
    """What the project logs while its requests fail on purpose is nobody's business."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    logging.getLogger("django.security").setLevel(logging.CRITICAL)
    for name in ("httpx", "urllib3"):
        if name in sys.modules:
            logging.getLogger(name).setLevel(logging.WARNING)
