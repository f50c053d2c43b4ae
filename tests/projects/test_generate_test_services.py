"""`testwright generate-test` for applications: recorded requests of FastAPI and Flask become tests that catch their bugs."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

SECONDS = 900.0
"""Against hanging for ever; no test passes or fails by it otherwise."""
STEPS = ("product_retired", "place", "total")
"""A row that must not show; rows that are made and changed, with a task in the background; a service outside."""
RECORDED = """
import sys
import drive
with drive.in_process():
    import testwright.asgi
    from orders.api import app
    app.add_middleware(testwright.asgi.RecordMiddleware)
    sys.exit(drive.report(drive.drive(drive.InProcessClient(raising=True))))
"""
MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine
from sqlalchemy.orm import declarative_base, relationship, scoped_session, sessionmaker

engine = create_engine("sqlite:///desk.db")
db = scoped_session(sessionmaker(bind=engine))
Base = declarative_base()
labels = Table("labels", Base.metadata, Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
               Column("label_id", ForeignKey("label.id"), primary_key=True))

class Label(Base):
    __tablename__ = "label"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), unique=True)

class Ticket(Base):
    __tablename__ = "ticket"
    id = Column(Integer, primary_key=True)
    title = Column(String(60), nullable=False)
    labels = relationship(Label, secondary=labels)
"""
WEB = """
from flask import Flask, redirect, request
from desk.models import Label, Ticket, db

def create_app():
    app = Flask(__name__)
    app.teardown_appcontext(lambda error: db.remove())
    app.add_url_rule("/tickets", view_func=new_ticket, methods=["POST"])
    app.add_url_rule("/tickets/<int:key>", view_func=close_ticket, methods=["DELETE"])
    return app

def new_ticket():
    chosen = db.query(Label).filter(Label.name.in_(request.form.getlist("label"))).all()
    made = Ticket(title=request.form["title"].strip(), labels=chosen)
    db.add(made)
    db.commit()
    return redirect(f"/tickets/{made.id}")

def close_ticket(key):
    db.delete(db.get(Ticket, key))
    db.commit()
    return "", 204
"""
DESK = """
import testwright.wsgi
from desk.models import Base, Label, Ticket, db, engine
from desk.web import create_app

Base.metadata.create_all(engine)
db.add_all([Ticket(title="Lamp", labels=[Label(name="rush")]), Label(name="late")])
db.commit()
db.remove()
app = create_app()
app.wsgi_app = testwright.wsgi.RecordMiddleware(app.wsgi_app, rows=True)
app.test_client().post("/tickets", data={"title": " Bed ", "label": ["late", "rush"]})
app.test_client().delete("/tickets/1")
"""


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(__file__).resolve().parents[2] / "src")
    whole = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(words, cwd=folder, env=whole, capture_output=True, text=True, check=False, timeout=SECONDS)


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "testwright", *words)


def skip_without(*packages: str) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"SKIPPED FOR WANT OF PACKAGES: {', '.join(missing)}; pip install --group applications")


def traces_of(folder: Path) -> list[dict[str, Any]]:
    listed = json.loads(command(folder, "trace", "list", "--limit", "100", "--json").stdout)["traces"]
    return sorted(listed, key=lambda each: str(each["id"]))


def test_requests_of_fastapi_become_tests_that_catch_bugs(tmp_path: Path, checkout: Path) -> None:
    skip_without("fastapi", "sqlalchemy", "httpx", "respx", "time_machine")
    folder = tmp_path / "orders"
    shutil.copytree(checkout / "examples/orders_api", folder, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
    (folder / "recorded.py").write_text(RECORDED)
    done = run(folder, sys.executable, "-W", "ignore", "recorded.py", TESTWRIGHT_RECORD_ROWS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines()[:-1]]
    traces = dict(zip(names, traces_of(folder), strict=True))
    wanted = [str(traces[step]["id"]) for step in STEPS]
    done = command(folder, "generate-test", *wanted, "-o", "tests/test_recorded.py", "--json")
    told = json.loads(done.stdout)
    assert [each["reason"] for each in told["tests"]] == ["", "", ""], done.stderr
    text = (folder / "tests/test_recorded.py").read_text()
    assert "def session(make_session):" in text  # of the fixtures of the project
    assert "def client(" not in text
    assert 'headers={"x-api-key": mill_books.api_key}' in text
    assert "session.refresh(stitched_book)" in text
    assert "ok_live_mill" not in text
    assert caught(folder, "retired-shown")
    assert caught(folder, "stock-not-lowered")
    assert run(folder, sys.executable, "-m", "pytest", "-q", "tests/test_recorded.py").returncode == 0


def caught(folder: Path, name: str) -> bool:
    listed = tomllib.loads((folder / "planted/breaks.toml").read_text())["break"]
    planted = next(each for each in listed if each["name"] == name)
    source = folder / planted["file"]
    before = source.read_text()
    source.write_text(before.replace(planted["before"], planted["after"]))
    try:
        return run(folder, sys.executable, "-m", "pytest", "-q", "tests/test_recorded.py").returncode == 1
    finally:
        source.write_text(before)


def test_requests_of_flask_become_tests_with_fixtures_of_their_own(tmp_path: Path) -> None:
    skip_without("flask", "sqlalchemy")
    files = {
        "pyproject.toml": "",
        "desk/__init__.py": "",
        "desk/models.py": MODELS,
        "desk/web.py": WEB,
        "drive.py": DESK,
    }
    (tmp_path / "desk").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = run(tmp_path, sys.executable, "-W", "ignore", "drive.py")
    assert done.returncode == 0, done.stderr
    done = command(tmp_path, "generate-test", "all", "-o", "tests/test_recorded.py", "--json")
    assert [each["reason"] for each in json.loads(done.stdout)["tests"]] == ["", ""], done.stderr
    text = (tmp_path / "tests/test_recorded.py").read_text()
    for line in (
        'monkeypatch.setitem(db.session_factory.kw, "bind", engine)',
        'data={"title": " Bed ", "label": ["late", "rush"]}',
        'assert response.location == f"/tickets/{ticket.id}"',
        "assert set(ticket.labels) == {late, rush}",
        "assert session.scalars(select(Ticket).where(Ticket.id == lamp_id)).all() == []",
    ):
        assert line in text
    unset = command(tmp_path, "generate-test", "latest", "--app", "desk.web:nothing")
    assert unset.returncode == 2
    assert "[application-not-loaded]" in unset.stderr
