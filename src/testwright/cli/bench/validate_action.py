"""`testwright bench validate`: tells every problem of definitions, by running them too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from testwright.cli import exit_codes
from testwright.cli.bench.evaluator_options import evaluator_settings, with_evaluator_options
from testwright.cli.output import Progress, show_document, show_remark, show_text

if TYPE_CHECKING:
    from testwright.bench.definitions.validation import Validation

__all__ = ["command"]


@click.command("validate", short_help="Find every problem of definitions, by running them too.")
@click.argument("definitions", nargs=-1, required=True, metavar="DEFS...")
@click.option("--no-run", is_flag=True, help="Look at the texts alone.")
@click.option(
    "--bugs",
    "most_bugs",
    type=click.IntRange(0),
    metavar="N",
    help="Bugs planted in each reference solution, at most. [default: 20]",
)
@with_evaluator_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(
    definitions: tuple[str, ...],
    no_run: bool,
    most_bugs: int | None,
    python: str | None,
    julia: str | None,
    jobs: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Tell every problem of definitions, each with its file and key.

    DEFS are definition.toml files or folders with them; `shipped` means those that come with testwright. Reference
    solutions must pass, wrong ones and most with a bug planted must not, and no item may need another.
    """
    from testwright.bench.definitions.definition_file import definition_paths
    from testwright.bench.definitions.validation import MOST_BUGS, validate_files

    paths = definition_paths(definitions)
    settings = None if no_run else evaluator_settings(python, julia, jobs)
    progress = Progress(quiet=quiet or as_json)
    try:
        results = validate_files(
            paths, settings, most_bugs=MOST_BUGS if most_bugs is None else most_bugs, told=progress
        )
    finally:
        progress.close()
    code = exit_codes.DONE if all(results) else exit_codes.FINDINGS
    if as_json:
        show_document({"exit_code": code, "definitions": [each.to_plain() for each in results]})
    else:
        show_text("\n".join([*(line for each in results for line in lines(each, ran=not no_run)), summary(results)]))
    if settings is not None:
        _remark_on_skipped(results)
    return code


def lines(result: Validation, *, ran: bool) -> list[str]:
    """How it is, and each finding below; where some were run, why this one was not."""
    caught, planted = result.bugs
    bugs = f", {caught} of {planted} planted bugs caught" if planted else ""
    not_run = f", not run: {result.not_run}" if ran and result.not_run else ""
    head = f"{'ok' if result.ok else 'unfit':<5}  {result.path}{bugs}{not_run}"
    return [head, *(_finding_line(each.is_error, each.key, each.message, each.check) for each in result.findings)]


def _finding_line(is_error: bool, key: str, message: str, check: str) -> str:
    place = f"{key}: " if key else ""
    return f"       {'error' if is_error else 'warning'}: {place}{message} [{check}]"


def summary(results: Sequence[Validation]) -> str:
    unfit = sum(not each for each in results)
    count = "1 definition" if len(results) == 1 else f"{len(results)} definitions"
    return f"{count}: {len(results) - unfit} ok, {unfit} unfit"


def _remark_on_skipped(results: Sequence[Validation]) -> None:
    """Loudly: what was not run is not known to be right."""
    for why, count in Counter(each.not_run for each in results if each.not_run).items():
        show_remark(f"NOT RUN: {count} of {len(results)} definitions: {why}")
