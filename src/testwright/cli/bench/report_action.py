"""`testwright bench report`: makes a leaderboard from stored evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from testwright.cli import exit_codes
from testwright.cli.bench.asked_models import registry_of
from testwright.cli.bench.selection_options import chosen_selection, with_selection_options
from testwright.cli.output import show_document, show_remark, show_text, table
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.evaluation_table import EvaluationTable
    from testwright.bench.reporting.leaderboard import Leaderboard
    from testwright.bench.reporting.selection import Keys, Selection

__all__ = ["command"]

_SHOWN = ("count", "score", "score_low", "score_high", "rank_low", "rank_high", "pass_at_1", "elapsed", "cost_cents")
"""What fits on a terminal; the other formats have every column."""


@click.command("report", short_help="Make a leaderboard from stored evaluations.")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option("--by", "by", metavar="KEYS", help="What makes a row: keys with commas between. [default: model]")
@click.option("--pivot", metavar="ROWS:COLUMNS", help="Mean scores of one key by another, and their average.")
@with_selection_options
@click.option("--preset", metavar="NAME", help="A published table: readme-paid, readme-local, readme-prompts.")
@click.option(
    "--sort", default="", metavar="COLUMN", help="Best first; `-` before it turns that round. [default: score]"
)
@click.option(
    "--format",
    "as_format",
    type=click.Choice(["table", "csv", "md", "json", "html"]),
    default="table",
    help="How to print it.",
)
@click.option("-o", "--output", metavar="DIR", help="Folder for the pages of --format html.")
@click.option("--definitions", multiple=True, metavar="DEFS", help="Tasks and references for the pages.")
@click.option(
    "--answers",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Of each model and prompt, on the pages.",
)
@click.option("--raw", is_flag=True, help="Numbers as they are, not rounded.")
def command(
    folders: tuple[str, ...],
    by: str | None,
    pivot: str | None,
    last: int | None,
    as_of: str | None,
    where: tuple[str, ...],
    prompts: str | None,
    models: str | None,
    preset: str | None,
    sort: str,
    as_format: str,
    output: str | None,
    definitions: tuple[str, ...],
    answers: int,
    raw: bool,
) -> int:
    """Make a leaderboard from the evaluations below folders.

    KEYS are fields of evaluations (model, prompt_label, name, prompt_strategy, device, experiment), facts about models
    (kind, provider, size, display) or parameters that a model was asked with.
    """
    from testwright.bench.records.loading import load_table
    from testwright.bench.reporting.selection import Keys

    key, base = _preset(preset)
    selection = chosen_selection(base, last, as_of, where, prompts)
    by = by or key
    registry = registry_of(models)
    evaluations = load_table(folders, show_remark)
    keys = Keys(evaluations, registry)
    if as_format == "html":
        from testwright.cli.bench.report_pages import write_pages

        return write_pages(evaluations, keys, selection, by, sort, folders, output, definitions, answers)
    board = _board(evaluations, keys, selection, by, pivot, sort)
    _show(board, as_format, raw=raw)
    return exit_codes.DONE


def _preset(name: str | None) -> tuple[str, Selection]:
    from testwright.bench.reporting.presets import PRESETS
    from testwright.bench.reporting.selection import Selection

    if name is not None and name not in PRESETS:
        raise UsageError(
            f"there is no preset {name!r}", slug="bad-value", where="--preset", hint=f"there are {', '.join(PRESETS)}"
        )
    return PRESETS[name] if name else ("model", Selection())


def _board(
    evaluations: EvaluationTable, keys: Keys, selection: Selection, by: str, pivot: str | None, sort: str
) -> Leaderboard:
    from testwright.bench.reporting.leaderboard import grouped, pivoted

    rows = selection.rows(evaluations, keys)
    if pivot is None:
        return grouped(evaluations, rows, keys, [each.strip() for each in by.split(",")], sort)
    down, sign, across = pivot.partition(":")
    if not sign or not down or not across:
        raise UsageError(
            f"{pivot!r} is no ROWS:COLUMNS", slug="bad-value", where="--pivot", hint="--pivot model:prompt_label"
        )
    return pivoted(evaluations, rows, keys, down, across, sort)


def _show(board: Leaderboard, as_format: str, *, raw: bool) -> None:
    from testwright.bench.reporting.formats import as_csv, as_markdown

    if as_format == "json":
        show_document(board.to_plain(raw=raw))
    elif as_format == "csv":
        show_text(as_csv(board, raw=raw))
    elif as_format == "md":
        show_text(as_markdown(board, raw=raw))
    else:
        show_text(_table(board, raw=raw))
    if not board.rows:
        show_remark("no evaluation fits what was asked for")
    for outcome, count in board.unscored.items():
        show_remark(f"NOT COUNTED: {count} evaluations that are {outcome}")


def _table(board: Leaderboard, *, raw: bool) -> str:
    from testwright.bench.reporting.formats import shown

    is_pivot = board.columns[-1] == "average"
    wanted = [n for n, name in enumerate(board.columns) if is_pivot or n < board.keys or name in _SHOWN]
    rows = board.rows if raw else board.rounded()
    right = [place for place, n in enumerate(wanted) if n >= board.keys]
    return table([board.columns[n] for n in wanted], [[shown(row[n]) for n in wanted] for row in rows], right=right)
