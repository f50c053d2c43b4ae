"""`testwright bench evaluate`: runs answers that were made elsewhere, and records what came of them."""

from __future__ import annotations

import os

import click

from testwright.cli import exit_codes
from testwright.cli.bench.evaluator_options import evaluator_settings, with_evaluator_options
from testwright.cli.output import Progress, show_document, show_remark, show_text, table

__all__ = ["command"]


@click.command("evaluate", short_help="Run answers that were made elsewhere.")
@click.argument("definitions", nargs=-1, required=True, metavar="DEFS...")
@click.option("--answers", required=True, metavar="FILE", help="JSONL: `name`, `model`, and `answer` or `messages`.")
@click.option("-o", "--output", "folder", required=True, metavar="DIR", help="Folder that the records are kept in.")
@with_evaluator_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(
    definitions: tuple[str, ...],
    answers: str,
    folder: str,
    python: str | None,
    julia: str | None,
    jobs: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run answers of any origin in the sandbox, and record what came of them.

    A line of FILE may say `prompt_label`, `prompt_strategy`, `parameters`, `tokens`, `elapsed_seconds`, `cost`, `device`,
    `experiment`, `sample` and `language`, too. What DIR has already is not run again.
    """
    from testwright.bench.records.record_store import RecordStore
    from testwright.bench.running.given_answers import evaluate_given, read_answers
    from testwright.cli.bench.run_action import only_code

    given = read_answers(answers, only_code(definitions))
    settings = evaluator_settings(python, julia, jobs)
    store = RecordStore(os.path.abspath(os.path.expanduser(folder)), show_remark)
    progress = Progress(quiet=quiet or as_json)
    try:
        written = evaluate_given(given, store, settings, progress)
    finally:
        progress.close()
    outcomes: dict[str, int] = {}
    for each in written:
        outcomes[each.extra["outcome"]] = outcomes.get(each.extra["outcome"], 0) + 1
    code = exit_codes.FINDINGS if outcomes.get("infra_error") else exit_codes.DONE
    if as_json:
        known = len(given) - len(written)
        show_document({"exit_code": code, "answers": len(given), "known": known, "outcomes": outcomes})
        return code
    if outcomes:
        rows = [(name, str(count)) for name, count in sorted(outcomes.items())]
        show_text(table(("outcome", "answers"), rows, right=(1,)))
    show_text(f"{len(written)} records in {folder}; {len(given) - len(written)} were there")
    return code
