"""The boundary: each kind of trouble becomes one message with all its parts, and the right exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from testwright.cli import main as entry
from testwright.errors import ProjectError


@pytest.fixture
def verb(monkeypatch):
    """Puts a command in place of `doctor` that raises what it is given."""

    def put(error: BaseException) -> None:
        @click.command("doctor")
        def command() -> None:
            raise error

        monkeypatch.setattr(entry.group, "get_command", lambda ctx, name: command)

    return put


def test_a_problem_of_ours_is_shown_with_all_its_parts(verb, capsys):
    verb(ProjectError("no 'shop' here", slug="no-shop", where="a.py:3", hint="open one"))
    assert entry.run(["doctor"]) == 2
    assert capsys.readouterr().err == "error: no 'shop' here [no-shop]\n  where: a.py:3\n  try: open one\n"


def test_a_problem_without_a_hint_names_its_page(verb, capsys):
    verb(ProjectError("no shop", slug="no-shop"))
    entry.run(["doctor"])
    assert "try: testwright explain no-shop" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_has_its_own_exit_code(verb, capsys, error):
    verb(error)
    assert entry.run(["doctor"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"


def test_a_bug_becomes_a_report_and_no_traceback(verb, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    verb(ZeroDivisionError("planted"))
    assert entry.run(["doctor"]) == 3
    error = capsys.readouterr().err
    assert "[internal-error]" in error
    assert "Traceback" not in error
    (report,) = (tmp_path / ".testwright").glob("crash-*.txt")
    assert "ZeroDivisionError: planted" in report.read_text()
    assert report.name in error


def test_a_bug_is_still_told_where_nothing_can_be_written(verb, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".testwright").write_text("in the way")
    verb(ZeroDivisionError("planted"))
    assert entry.run(["doctor"]) == 3
    assert "ZeroDivisionError: planted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "slug", "part"),
    [
        (["genrate"], "unknown-command", "did you mean 'generate'?"),
        (["xyzzy"], "unknown-command", "--help"),
        (["config", "--buget", "1"], "unknown-option", "did you mean '--budget'?"),
        (["--nonsense"], "unknown-option", "testwright --help"),
        (["explain"], "missing-argument", "testwright explain"),
        (["explain", "a", "b"], "bad-usage", "testwright explain"),
        (["config", "--seed"], "bad-usage", "testwright config"),
    ],
)
def test_usage_problems_have_the_same_parts(capsys, arguments, slug, part):
    assert entry.run(arguments) == 2
    error = capsys.readouterr().err
    assert f"[{slug}]" in error
    assert "  where: testwright" in error
    assert part in error


def test_no_arguments_show_the_help(capsys):
    assert entry.run([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_version_and_help_are_answers(capsys):
    assert entry.run(["--version"]) == 0
    assert entry.run(["generate", "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("testwright 0.")
    assert "--max-executions" in out
    assert "--without" not in out, "an advanced option does not crowd the help"


def test_help_loads_neither_the_verbs_nor_their_libraries():
    heavy = ("rich", "libcst", "coverage", "pytest", "msgspec", "jinja2", "testwright.config", "testwright.workflows")
    script = (
        "import sys; from testwright.cli.main import run; run(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_verb_of_the_table_is_a_command():
    context = click.Context(entry.group)
    for name, summary in entry.VERBS.items():
        command = entry.group.get_command(context, name)
        assert command is not None
        assert (command.name, command.short_help) == (name, summary)


def test_a_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m testwright config | head -n 0; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
