"""`testwright generate-test` on a PostgreSQL server: its own types, a second database, rows in a circle, messages left behind."""

from __future__ import annotations

import importlib.util

import pytest

FILES = {
    "settings.py": """
        import os
        from urllib.parse import urlsplit

        SECRET_KEY = "x" * 40
        USE_TZ = TESTWRIGHT_RECORD = TESTWRIGHT_RECORD_ROWS = True
        ROOT_URLCONF = "mill.views"
        ALLOWED_HOSTS = ["testserver"]
        INSTALLED_APPS = ["django.contrib.messages", "mill"]
        MIDDLEWARE = ["testwright.django.RecordMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
        MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
        server = urlsplit(os.environ["MILL_DATABASE"])
        DATABASES = {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": server.path[1:], "USER": server.username, "HOST": server.hostname, "PORT": server.port,
            },
            "ledger": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        }
        DATABASE_ROUTERS = ["settings.EntriesAlone"]
        DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

        class EntriesAlone:
            def allow_migrate(self, database, app_label, model_name=None, **hints):
                return database == "default" or model_name == "entry"
        """,
    "mill/__init__.py": "",
    "mill/models.py": """
        import uuid
        from django.contrib.postgres.fields import ArrayField
        from django.db import models

        class Branch(models.Model):
            name = models.CharField(max_length=60)
            head = models.ForeignKey("Worker", models.SET_NULL, null=True, related_name="+")

        class Worker(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid.uuid4)
            name = models.CharField(max_length=60)
            branch = models.ForeignKey(Branch, models.CASCADE)
            hours = models.DurationField(null=True)
            skills = models.JSONField(default=list)
            tools = ArrayField(models.CharField(max_length=20), default=list)

        class Entry(models.Model):
            what = models.CharField(max_length=60)
        """,
    "mill/views.py": """
        from django.contrib import messages
        from django.http import JsonResponse
        from django.shortcuts import redirect
        from django.urls import path
        from mill.models import Branch, Entry, Worker

        def board(request):
            heads = [(branch, branch.head) for branch in Branch.objects.select_related("head")]
            told = [
                {
                    "id": str(head.pk), "name": head.name, "of": branch.name, "hours": head.hours.total_seconds() / 3600,
                    "skills": head.skills, "tools": head.tools,
                }
                for branch, head in heads
            ]
            return JsonResponse({"heads": told, "messages": [str(each) for each in messages.get_messages(request)]})

        def hire(request):
            worker = Worker.objects.create(name=request.POST["name"], branch_id=request.POST["branch"])
            Entry.objects.using("ledger").create(what=f"hired {worker.name}")
            messages.success(request, "Hired.")
            return redirect("/board/")

        urlpatterns = [path("board/", board), path("hire/", hire)]
        """,
    "record.py": """
        import os
        from datetime import timedelta
        os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
        import django
        django.setup()
        from django.test import Client
        from django.test.utils import setup_databases, teardown_databases
        from mill.models import Branch, Worker

        made = setup_databases(verbosity=0, interactive=False)
        mill = Branch.objects.create(name="Mill")
        skills, tools = ["saw", {"level": 2}], ["saw", "axe"]
        mill.head = Worker.objects.create(name="Ada", branch=mill, hours=timedelta(hours=7.5), skills=skills, tools=tools)
        mill.save()
        client = Client()
        assert client.post("/hire/", {"name": "Bo", "branch": mill.pk}).status_code == 302
        assert client.get("/board/").json()["messages"] == ["Hired."]
        teardown_databases(made, verbosity=0)
        """,
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n",
}


@pytest.mark.usefixtures("with_plugins")
def test_requests_of_a_project_with_two_databases_become_tests(make_project, postgresql):
    missing = [name for name in ("django", "pytest_django") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"SKIPPED FOR WANT OF PACKAGES: {', '.join(missing)}; pip install --group applications")
    project = make_project(FILES, environment={"MILL_DATABASE": postgresql})
    recorded = project.python("record.py")
    assert recorded.code == 0, recorded.err
    done = project.run("generate-test", "all", "-o", "tests/test_mill.py", "--json")
    assert [test["reason"] for test in done.document["tests"]] == ["", ""], done.err
    text = project.read("tests/test_mill.py")
    for line in (
        '@pytest.mark.django_db(databases=["default", "ledger"])',
        'entry = Entry.objects.using("ledger").get()',
        'assert entry.what == "hired Bo"',
        "hours=timedelta(minutes=450)",
        'skills=["saw", {"level": 2}]',
        'tools=["saw", "axe"]',
        '"id": str(ada.pk),',
        "mill.head = ada\n    mill.save()",
        'client.cookies["messages"] = CookieStorage(HttpRequest())._encode(',
        '"messages": ["Hired."]',
    ):
        assert line in text, text
    views = project.read("mill/views.py")
    project.write("mill/views.py", views.replace('"hired {', '"fired {').replace("head.tools", "[]"))
    assert "2 failed" in project.pytest("tests/test_mill.py").out
