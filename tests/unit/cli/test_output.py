"""How results, remarks and problems look."""

from __future__ import annotations

import io
import json
import sys

import pytest

from testwright.cli.output import Progress, show_document, show_problem, show_text, table


def test_a_table_has_plain_columns():
    assert table(("a", "count"), [("x", "1"), ("long", "12")], right=(1,)) == "a     count\nx         1\nlong     12"


def test_a_document_names_its_schema(capsys):
    show_document({"name": "é"})
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "name": "é"}


def test_a_message_of_several_lines_keeps_its_slug_on_the_first(capsys):
    show_problem("2 things\n  one\n  two", "slug", "here", "this")
    assert capsys.readouterr().err == "error: 2 things [slug]\n  one\n  two\n  where: here\n  try: this\n"


def test_a_terminal_that_cannot_show_a_character_shows_another(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    show_text("5/5 runs · ok")
    stream.flush()
    assert stream.buffer.getvalue() == b"5/5 runs ? ok\n"


@pytest.mark.parametrize(
    ("settings", "shown"),
    [({}, "step\n"), ({"verbose": True}, "step\ndetail\n"), ({"quiet": True}, "")],
    ids=["plain", "verbose", "quiet"],
)
def test_progress_in_a_log_is_a_line_a_step(capsys, settings, shown):
    progress = Progress(**settings)
    progress("step")
    progress("step")
    progress("detail", detail=True)
    progress.close()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", shown)


def test_progress_on_a_terminal_takes_its_line_away(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    progress = Progress()
    progress("tests/test_a.py::test_b[one]")
    progress.close()
    assert "\x1b[2K" in terminal.getvalue()
