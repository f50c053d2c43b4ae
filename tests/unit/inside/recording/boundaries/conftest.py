"""A program of its own with Django or SQLAlchemy on SQLite, whose records come back as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import testwright

SOURCE = Path(testwright.__file__).parents[1]
Records = list[dict[str, Any]]

RECORDING = """
import json, sys
from contextlib import contextmanager
from testwright.inside.recording.boundaries.installing import Boundaries
from testwright.inside.recording.django_rows import DjangoDatabase
from testwright.inside.recording.request_rows import RequestRows
from testwright.inside.recording.record_redaction import redact_record
from testwright.inside.recording.redaction import Redactor
from testwright.inside.recording.session import Session

records, redactor = [], Redactor(salt=b"1")

class Log:
    def write(self, record):
        records.append(json.loads(json.dumps(redact_record(redactor, record))))

session = Session(Log())
boundaries = Boundaries(session)
boundaries.start()

@contextmanager
def request(rows=True):
    scope = session.begin("request", "GET /")
    if rows:
        scope.kept["rows"] = RequestRows(session, scope, DjangoDatabase())
    with session.within(scope):
        try:
            yield scope
        finally:
            session.end(scope)
"""
END = """
assert boundaries.problems == [], boundaries.problems
with open("told.json", "w") as file:
    json.dump([records, globals().get("printed")], file)
"""
DJANGO = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["shop"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={name: {"ENGINE": "django.db.backends.sqlite3", "NAME": name + ".sqlite3"} for name in ("default", "other")},
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
)
django.setup()
from django.db import connection, connections, transaction
from shop.models import *
for each in connections.all():
    with each.schema_editor() as editor:
        for model in (Region, Branch, Tag, Tool, Account):
            editor.create_model(model)
region = Region.objects.create(name="Coast")
branch = Branch.objects.create(region=region, name="Harbour")
tag = Tag.objects.create(name="heavy")
tool = Tool.objects.create(branch=branch, name="Saw", price="9.50", added="2024-05-01T09:00:00Z")
tool.tags.add(tag)
"""
MODELS = """
from django.db import models

class Region(models.Model):
    name = models.CharField(max_length=60, unique=True)

class Branch(models.Model):
    region = models.ForeignKey(Region, models.CASCADE)
    name = models.CharField(max_length=60)

class Tag(models.Model):
    name = models.CharField(max_length=60)

class Tool(models.Model):
    branch = models.ForeignKey(Branch, models.CASCADE)
    tags = models.ManyToManyField(Tag)
    name = models.CharField(max_length=60)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    added = models.DateTimeField()
    specs = models.JSONField(default=dict)

class Account(models.Model):
    name = models.CharField(max_length=60)
    password = models.CharField(max_length=60)
"""


class Told:
    """What a program has recorded, and printed."""

    def __init__(self, records: Records, printed: Any) -> None:
        self.records, self.printed = records, printed

    def spans(self, kind: str) -> Records:
        found = [each for each in self.records if each.get("kind") == kind and each["e"] == "span"]
        return sorted(found, key=lambda each: each["n"])

    @property
    def sql(self) -> list[str]:
        return [each["data"]["sql"] for each in self.spans("sql")]

    def table(self, name: str) -> dict[str, Any]:
        (found,) = [each["data"] for each in self.spans("rows") if each["data"]["table"] == name]
        return found


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Told]:
    """Runs the text after the set-up; what it assigns to `printed` comes back."""

    def run(text: str, before: str = DJANGO) -> Told:
        (tmp_path / "shop").mkdir(exist_ok=True)
        (tmp_path / "shop/__init__.py").write_text("")
        (tmp_path / "shop/models.py").write_text(MODELS)
        (tmp_path / "main.py").write_text(RECORDING + before + textwrap.dedent(text) + END)
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(
            [sys.executable, "main.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return Told(*json.loads((tmp_path / "told.json").read_text()))

    return run
