"""Gives rehearsals what a test of a Django project has: a client, fixtures, a transaction around it, and a look at all rows."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .account import account_of
from .answering import Answers
from .django_project import DjangoProject, databases, in_memory
from .identities import Identities, Known
from .libraries import libraries
from .marked_templates import mark_templates
from .model_facts import chosen_factories, factories, model_facts
from .project_functions import importable
from .tables import changes, look, rows_known

__all__ = ["DjangoStage"]

_GIVEN = ("client", "db", "settings", "tmp_path")


class DjangoStage:
    """`job` as `task.run` has it. NotSetUp where the project cannot be used."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._project = DjangoProject(str(job["settings"]), int(job.get("share", 0)))

    def facts(self, job: Mapping[str, Any]) -> dict[str, Any]:
        from django.conf import settings

        functions = job.get("functions", {})
        importable(functions)
        return {
            "models": model_facts(),
            "libraries": libraries(),
            "factories": factories(job.get("factories", ())) | chosen_factories(functions.get("factories", ())),
            "caches": {alias: in_memory(value) for alias, value in settings.CACHES.items()},
            "message_storage": str(settings.MESSAGE_STORAGE),
            "databases": {alias: str(value.get("ENGINE", "")) for alias, value in settings.DATABASES.items()},
            "settings_module": os.environ["DJANGO_SETTINGS_MODULE"],
        }

    def make(self) -> None:
        self._project.make()

    def drop(self) -> None:
        self._project.drop()

    def fixtures(self, order: Mapping[str, Any]) -> _Fixtures:
        return _Fixtures()

    def names(self, fixtures: Any, order: Mapping[str, Any]) -> dict[str, Any]:
        """What the lines of a play may name."""
        wanted = [*_GIVEN, *(["monkeypatch"] if any("monkeypatch" in line for line in order["arrange"]) else [])]
        return {name: fixtures[name] for name in (*wanted, "mailoutbox")}

    def isolated(self) -> Any:
        return _in_a_transaction()

    def queries_counted(self) -> Any:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        return CaptureQueriesContext(connection)

    def mark(self) -> None:
        mark_templates()

    def watch_keys(self, base: int) -> None:
        Identities(base).watch()

    def look(self, fixtures: Any, order: Mapping[str, Any]) -> Any:
        return look()

    def rows_known(self, known: Known, before: Any, after: Any, named: Mapping[str, Any]) -> None:
        rows_known(known, before, after, named)

    def changes(self, known: Known, before: Any, after: Any) -> dict[str, Any]:
        return changes(known, before, after)

    def account(
        self, known: Known, names: Mapping[str, Any], raised: BaseException | None, answers: Answers
    ) -> dict[str, Any]:
        return account_of(known, names, raised, answers, Path(names["settings"].MEDIA_ROOT))


class _Fixtures(dict[str, Any]):
    """What a test may ask for by name, as pytest and pytest-django give it."""

    def __init__(self) -> None:
        from django.core import mail
        from django.test import Client

        folder = Path(tempfile.mkdtemp())
        super().__init__(
            client=Client(),
            db=None,
            settings=_Settings(),
            tmp_path=folder,
        )
        mail.outbox = []
        self["mailoutbox"] = mail.outbox
        self["settings"].MEDIA_ROOT = str(folder / "media")

    def __missing__(self, name: str) -> Any:
        if name == "monkeypatch":
            import pytest

            self[name] = pytest.MonkeyPatch()
            return self[name]
        if name == "django_assert_num_queries":
            return _asserted_queries
        raise KeyError(name)

    def close(self) -> None:
        """As after a test: what it has set is put back, and caches are empty."""
        from django.core.cache import caches

        if "monkeypatch" in self:
            self["monkeypatch"].undo()
        self["settings"].put_back()
        _forget_kept_rows()
        for cache in caches.all(initialized_only=True):
            cache.clear()


@contextmanager
def _asserted_queries(number: int) -> Iterator[None]:
    """As pytest-django's fixture: so many queries of the default database, and no other number."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        yield
    assert len(queries) == number, f"{len(queries)} queries were made, not {number}"


def _forget_kept_rows() -> None:
    """Django keeps some for the whole process: the next test would ask for fewer."""
    for name, model in (("contenttypes", "ContentType"), ("sites", "Site")):
        module = sys.modules.get(f"django.contrib.{name}.models")
        if module is not None:
            getattr(module, model).objects.clear_cache()


class _Settings:
    """Sets a setting until it is put back."""

    def __init__(self) -> None:
        vars(self)["changed"] = []

    def __setattr__(self, name: str, value: Any) -> None:
        from django.test import override_settings

        override = override_settings(**{name: value})
        override.enable()
        vars(self)["changed"].append(override)

    def put_back(self) -> None:
        for override in reversed(vars(self)["changed"]):
            override.disable()
        vars(self)["changed"].clear()

    def __getattr__(self, name: str) -> Any:
        from django.conf import settings

        return getattr(settings, name)


@contextmanager
def _in_a_transaction() -> Iterator[None]:
    """As Django's TestCase has it: all that is done is undone, and what the database checks at the end is checked."""
    from django.db import connections, transaction

    open_ones = []
    for alias in databases():
        atomic = transaction.atomic(using=alias)
        atomic._from_testcase = True
        atomic.__enter__()
        open_ones.append((alias, atomic))
    try:
        yield
        for alias, _ in open_ones:
            if connections[alias].features.can_defer_constraint_checks and not connections[alias].needs_rollback:
                connections[alias].check_constraints()
    finally:
        for alias, atomic in reversed(open_ones):
            transaction.set_rollback(True, using=alias)
            atomic.__exit__(None, None, None)
