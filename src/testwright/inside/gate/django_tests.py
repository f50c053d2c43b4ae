"""Holds the pytest plugin object that does for tests of Django what `manage.py test` does, where no pytest-django does it."""

from __future__ import annotations

from typing import Any

__all__ = ["DjangoTests"]


class DjangoTests:
    """The project is set up before tests are collected; databases of their own are there while they run."""

    def __init__(self) -> None:
        self._made: list[Any] = []

    def pytest_sessionstart(self, session: Any) -> None:
        import django
        from django.test.utils import setup_databases, setup_test_environment

        django.setup()
        setup_test_environment(debug=False)  # as test runners do, whatever the settings say
        self._made = setup_databases(verbosity=0, interactive=False)

    def pytest_sessionfinish(self, session: Any) -> None:
        from django.test.utils import teardown_databases

        if self._made:
            teardown_databases(self._made, verbosity=0)
