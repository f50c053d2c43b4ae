"""A command's model is opened as its options say; a dry run prints what would be asked, without secrets."""

from __future__ import annotations

import io
import sys

import pytest

from testwright.cli.asked_model import asked_model, reply_shower
from testwright.config.request import find_settings
from testwright.llm.exchange import Message, ModelRequest

ASKED = ModelRequest((Message("user", 'api = "our-4711"\npassword = "correct horse battery"'),))


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.testwright]\nredact-patterns = ["our-[0-9]+"]\n[tool.testwright.model]\nname = "scripted:replies.jsonl"\n'
    )
    (tmp_path / "replies.jsonl").write_text('"hello"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(**flags):
    project, settings = find_settings(flags)
    return asked_model(settings, project)


def test_the_model_that_is_configured_is_asked_and_its_replies_are_kept(project):
    client = opened()
    assert client.complete(ASKED).text == "hello"
    assert opened(model_replies="replay").complete(ASKED).cached
    (project / "pyproject.toml").write_text("[tool.testwright]\n")
    assert opened() is None


def test_a_dry_run_asks_nothing_and_prints_no_secret(project, capsys):
    (project / "replies.jsonl").unlink()
    assert opened(model_dry_run=True).complete(ASKED).finish == "cancelled"
    shown = capsys.readouterr().out
    assert "--- user\napi = " in shown
    assert "our-4711" not in shown
    assert "correct horse battery" not in shown


def test_replies_are_shown_on_a_terminal_and_cannot_rule_it(monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    show = reply_shower(stream=True, quiet=False)
    assert show is not None
    show("def f():\n\tx\x1b[2J\x07")
    assert terminal.getvalue() == "def f():\n\tx[2J"
    assert reply_shower(stream=False, quiet=False) is None
    assert reply_shower(stream=True, quiet=True) is None
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    assert reply_shower(stream=True, quiet=False) is None


def test_the_questions_of_a_dry_run_leave_stdout_to_a_json_document(project, capsys):
    opened(model_dry_run=True, json=True).complete(ASKED)
    told = capsys.readouterr()
    assert told.out == ""
    assert "--- user\napi = " in told.err
