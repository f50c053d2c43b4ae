"""The example applications answer as their drivers expect, and the bugs and secrets planted in them are where the lists say."""

from __future__ import annotations

import html
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testwright.traces.trace_archive import export_traces
from testwright.workflows.open_traces import open_traces
from testwright.workflows.trace_documents import trace_page_of
from testwright.write.trace_page import trace_page

SECONDS = 900.0
"""Against hanging for ever; no test passes or fails by it otherwise."""


@dataclass(frozen=True)
class Application:
    """An example, the modules that it cannot do without, and the least that its lists of bugs hold."""

    name: str
    needs: tuple[str, ...]
    breaks: int
    steps: int


APPLICATIONS = [
    Application("toolshed", ("django", "rest_framework", "requests", "httpx"), breaks=34, steps=22),
    Application("orders_api", ("fastapi", "sqlalchemy", "httpx"), breaks=12, steps=10),
]


@pytest.fixture(params=APPLICATIONS, ids=lambda application: application.name)
def application(request: pytest.FixtureRequest) -> Application:
    found = request.param
    assert isinstance(found, Application)
    return found


@pytest.fixture
def folder(application: Application, checkout: Path) -> Path:
    return checkout / "examples" / application.name


def test_drives_without_a_server(application: Application, folder: Path) -> None:
    _skip_without(application)
    done = _run(folder, "drive.py", "--in-process")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("steps, 0 failed")


def test_breaks_fit_the_source(application: Application, folder: Path) -> None:
    done = _run(folder, "planted/check_breaks.py", "--texts")
    assert done.returncode == 0, done.stdout + done.stderr

    breaks = _listed(folder, "break")
    assert len(breaks) >= application.breaks
    assert len({planted["step"] for planted in breaks}) >= application.steps
    names = [planted["name"] for planted in breaks]
    assert len(names) == len(set(names))
    for planted in breaks:
        assert set(planted) == {"name", "step", "file", "before", "after", "what"}, planted["name"]
        assert max(len(planted[text].strip().splitlines()) for text in ("before", "after")) <= 3, planted["name"]


def test_secrets_pass_by_when_driven(checkout: Path) -> None:
    _skip_without(APPLICATIONS[0])
    done = _run(checkout / "examples/toolshed", "planted/check_secrets.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_secret_is_kept_of_recorded_requests(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of what is sent and answered, nor in logs, messages, pages, rows, the environment and tokens that are made."""
    _skip_without(APPLICATIONS[0])
    folder = shutil.copytree(checkout / "examples/toolshed", tmp_path / "toolshed")
    recording = {
        "TOOLSHED_RECORDER": "testwright.django.RecordMiddleware",
        "TOOLSHED_DEBUG": "1",
        "TOOLSHED_LOG": "INFO",
        "TESTWRIGHT_RECORD_ROWS": "1",
    }
    done = _run(folder, "drive.py", "--in-process", **recording, PYTHONPATH=str(checkout / "src"))
    assert done.stdout.rstrip().endswith("steps, 0 failed"), done.stdout + done.stderr
    kept = {log.name: log.read_bytes() for log in (folder / ".testwright/recording").glob("*.log")}
    for kind in ("message", "template", "cache", "log", "clock", "random", "uuid", "environment", "rows"):
        assert f'"kind":"{kind}"'.encode() in b"".join(kept.values()), kind

    monkeypatch.chdir(folder)
    kept |= _handed_on(tmp_path / "all.zip")
    secrets = [value for each in _listed(folder, "secret") for value in (each["value"], *each.get("also", ()))]
    assert [(name, value) for name, data in kept.items() for value in secrets if value.encode() in data] == []


def _handed_on(archive: Path) -> dict[str, bytes]:
    """The store's files, what `trace export` writes of all traces, and of each the page of `trace show --html`."""
    kept = {}
    with open_traces() as traces:
        found = traces.store.find()
        assert len(found) == 78
        for each in found:
            page = trace_page(trace_page_of(each, list(traces.store.spans(each.id))))
            kept[f"{each.id}.html"] = html.unescape(page).encode()
        export_traces(traces.store, found, archive)
    with zipfile.ZipFile(archive) as opened:
        kept |= {name: opened.read(name) for name in opened.namelist()}
    kept |= {file.name: file.read_bytes() for file in Path(".testwright").rglob("*") if file.is_file()}
    return kept


def test_secrets_are_listed_once(checkout: Path) -> None:
    values = [secret["value"] for secret in _listed(checkout / "examples/toolshed", "secret")]
    assert len(values) >= 12
    assert all(value not in other for value in values for other in values if value is not other)


def test_knows_nothing_of_testwright(folder: Path) -> None:
    knowing = [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.suffix in {".py", ".html", ".toml", ".env"} and "testwright" in file.read_text(encoding="utf-8")
    ]
    assert knowing == []


def _listed(folder: Path, kind: str) -> list[dict[str, Any]]:
    entries = tomllib.loads((folder / "planted" / f"{kind}s.toml").read_text(encoding="utf-8"))[kind]
    assert isinstance(entries, list)
    return entries


def _skip_without(application: Application) -> None:
    missing = [name for name in application.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(
            f"SKIPPED FOR WANT OF PACKAGES: {application.name} needs {', '.join(missing)}; "
            "install them: pip install --group applications"
        )


def _run(folder: Path, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, writing nothing into the checkout, and deaf to databases that a shell names."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "DATABASE_", "TOOLSHED_", "ORDERS_")) and name != "SECRET_KEY"
    }
    return subprocess.run(
        [sys.executable, "-B", script, *arguments],
        cwd=folder,
        env=environment | more,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
