"""`testwright bench report`: makes a leaderboard from stored evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from testwright.cli import exit_codes
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
@click.option("--last", type=click.IntRange(0), metavar="N", help="The newest N of each model, case and prompt; 0 all.")
@click.option("--as-of", metavar="DATE", help="Nothing newer than this date.")
@click.option("--where", multiple=True, metavar="KEY=GLOB", help="What has to fit; `!` before GLOB: what must not.")
@click.option("--prompts", metavar="SET", help="basic, all, or labels with commas between. [default: all]")
@click.option("--models", "models", metavar="FILE", help="Facts about models: kind, provider, size, prices.")
@click.option("--preset", metavar="NAME", help="A published table: readme-paid, readme-local, readme-prompts.")
@click.option(
    "--sort", default="", metavar="COLUMN", help="Best first; `-` before it turns that round. [default: score]"
)
@click.option(
    "--format", "as_format", type=click.Choice(["table", "csv", "md", "json"]), default="table", help="How to print it."
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
    raw: bool,
) -> int:
    """Make a leaderboard from the evaluations below folders.

    KEYS are fields of evaluations (model, prompt_label, name, prompt_strategy, device, experiment), facts about models
    (kind, provider, size, display) or parameters that a model was asked with.
    """
    from testwright.bench.records.loading import load_table
    from testwright.bench.records.model_registry import read_registry, shipped_registry
    from testwright.bench.reporting.selection import Keys

    by, selection = _chosen(by, preset, last, as_of, where, prompts)
    registry = read_registry(models) if models else shipped_registry()
    evaluations = load_table(folders, show_remark)
    board = _board(evaluations, Keys(evaluations, registry), selection, by, pivot, sort)
    _show(board, as_format, raw=raw)
    return exit_codes.DONE


def _chosen(
    by: str | None, preset: str | None, last: int | None, as_of: str | None, where: tuple[str, ...], prompts: str | None
) -> tuple[str, Selection]:
    """A preset's options, each replaced by one that was given."""
    from dataclasses import replace

    from testwright.bench.reporting.presets import PRESETS
    from testwright.bench.reporting.selection import Selection

    if preset is not None and preset not in PRESETS:
        raise UsageError(
            f"there is no preset {preset!r}", slug="bad-value", where="--preset", hint=f"there are {', '.join(PRESETS)}"
        )
    key, chosen = PRESETS[preset] if preset else ("model", Selection())
    chosen = replace(
        chosen,
        last=chosen.last if last is None else last,
        as_of=chosen.as_of if as_of is None else as_of,
        where={**chosen.where, **_wanted(where)},
        prompts=chosen.prompts if prompts is None else _labels(prompts),
    )
    return by or key, chosen


def _wanted(where: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, tuple[str, ...]] = {}
    for each in where:
        key, sign, glob = each.partition("=")
        if not sign or not key:
            raise UsageError(f"{each!r} is no KEY=GLOB", slug="bad-value", where="--where", hint="--where model=gpt-4*")
        wanted[key] = (*wanted.get(key, ()), glob)
    return wanted


def _labels(prompts: str) -> tuple[str, ...]:
    from testwright.bench.reporting.selection import BASIC_PROMPTS

    if prompts in ("basic", "all"):
        return BASIC_PROMPTS if prompts == "basic" else ()
    return tuple(each.strip() for each in prompts.split(",") if each.strip())


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
