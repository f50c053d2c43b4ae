"""`testwright record`: runs a command of the user's and keeps what its Python processes do as traces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import show_document, show_remark
from testwright.cli.report_file import require_folder
from testwright.config.request import chosen_interpreter, find_settings
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.workflows.record_run import RecordedRun

__all__ = ["command"]

_SHOWN = 10


@click.command(
    "record",
    short_help="Run a command and keep what it does as traces.",
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.argument("words", nargs=-1, metavar="-- COMMAND...", type=click.UNPROCESSED)
@with_options(("python",), verb="record")
@click.option("--source", "sources", multiple=True, metavar="PATH", help="Only functions below it; may be repeated.")
@click.option("--trace-per-test", "per_test", is_flag=True, help="Of a pytest run, a trace of each test.")
@click.option("-o", "--output", metavar="FILE", help="Also write the traces into a file that `trace import` takes.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print what was recorded as one JSON document, after the command's own output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of what was recorded.")
def command(
    words: tuple[str, ...],
    sources: tuple[str, ...],
    per_test: bool,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Run a command and keep what its Python processes do as traces.

    COMMAND is `python script.py …`, `script.py …`, `-m module …`, `pytest …` or any other that runs Python; it has the
    terminal, and its exit code is the one that is given. `testwright trace` shows what was recorded.
    """
    if not words:
        raise UsageError(
            "there is nothing to run",
            slug="missing-argument",
            where="testwright record",
            hint="name the command after `--`, such as `testwright record -- python script.py`",
        )
    run = _recorded(words, sources, per_test, output, given)
    if as_json:
        show_document({"exit_code": run.exit_code, **run.to_plain()})
    elif not quiet:
        _show(run)
    return run.exit_code


def _recorded(
    words: tuple[str, ...], sources: tuple[str, ...], per_test: bool, output: str | None, given: dict[str, Any]
) -> RecordedRun:
    from testwright.workers.scratch_folder import scratch_folder
    from testwright.workflows.record_run import Recording, record_run

    require_folder(output)
    project, settings = find_settings(option_flags(given))
    python = chosen_interpreter(settings, project).executable
    _require_rules(project.root)
    missing = next((path for path in sources if not os.path.exists(path)), None)
    if missing is not None:
        raise UsageError(
            f"there is nothing at {missing!r}",
            slug="target-not-found",
            where="--source",
            hint="name a folder or file of functions to look at",
        )
    asked = Recording(
        command=words,
        project=project,
        python=python,
        sources=tuple(os.path.realpath(path) for path in sources),
        per_test=per_test,
        output=output,
    )
    with scratch_folder() as scratch:
        return record_run(asked, scratch)


def _require_rules(root: str) -> None:
    """Recorded programs are not to start with rules that cannot be followed."""
    from testwright.inside.recording.recording_settings import rules_of
    from testwright.inside.recording.redaction import Redactor

    try:
        Redactor(rules_of(root))
    except ValueError as error:
        raise UsageError(
            f"what is to be kept secret is not clear: {error}",
            slug="bad-value",
            where=os.path.join(root, "pyproject.toml"),
            hint="mend redact-names, redact-patterns or redact-leave of [tool.testwright]",
        ) from error


def _show(run: RecordedRun) -> None:
    for notice in run.notices:
        show_remark(f"note: {notice}")
    if not run.traces:
        why = "it ran no test of pytest" if run.per_test else "no Python process of it ran functions of this project"
        show_remark(f"recorded: nothing; {why}")
        return
    calls = sum(trace.spans for trace in run.traces)
    many = "" if len(run.traces) == 1 else "s"
    show_remark(f"recorded: {len(run.traces)} trace{many} with {calls} calls and events, in {run.seconds:.1f} s")
    for trace in run.traces[:_SHOWN]:
        show_remark(f"  {trace.id}  {trace.status or 'unfinished'}  {trace.name}")
    if len(run.traces) > _SHOWN:
        show_remark(f"  and {len(run.traces) - _SHOWN} more: `testwright trace list`")
