"""`testwright bench rescore`: evaluates stored conversations again, and prints what changed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.bench.evaluator_options import evaluator_settings, with_evaluator_options
from testwright.cli.output import Progress, show_document, show_remark, show_text
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.running.rescoring import Rescored, Rescoring

__all__ = ["command"]


@click.command("rescore", short_help="Evaluate stored answers again, and print what changed.")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option(
    "--definitions", multiple=True, default=("shipped",), metavar="DEFS", help="What they answer. [default: shipped]"
)
@click.option("-o", "--output", metavar="NEW", help="Keep what comes out in this folder. [default: it is only printed]")
@with_evaluator_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(
    folders: tuple[str, ...],
    definitions: tuple[str, ...],
    output: str | None,
    python: str | None,
    julia: str | None,
    jobs: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Evaluate the stored answers below DIR with today's evaluator and definitions, and print each that comes out otherwise.

    The records in DIR stay as they are. Exit code 1: something changed, or could not be run.
    """
    from testwright.bench.records.record_store import RecordStore
    from testwright.bench.running.rescoring import rescore
    from testwright.cli.bench.run_action import only_code

    _require_apart(folders, output)
    known = only_code(definitions)
    settings = evaluator_settings(python, julia, jobs)
    store = RecordStore(os.path.abspath(os.path.expanduser(output)), show_remark) if output else None
    progress = Progress(quiet=quiet or as_json)
    try:
        result = rescore(folders, known, settings, progress, store=store)
    finally:
        progress.close()
    return _show(result, as_json=as_json)


def _require_apart(folders: tuple[str, ...], output: str | None) -> None:
    if output is None:
        return
    new = Path(output).expanduser().resolve()
    for folder in folders:
        old = Path(folder).expanduser().resolve()
        if new == old or old in new.parents or new in old.parents:
            raise UsageError(
                f"{output!r} is not apart from {folder!r}: each answer would be counted twice",
                slug="bad-value",
                where="--output",
                hint="name a folder beside it",
            )


def _show(result: Rescoring, *, as_json: bool) -> int:
    code = exit_codes.FINDINGS if result.changed or result.skipped or result.left_out else exit_codes.DONE
    if as_json:
        show_document({"exit_code": code, **_plain(result)})
        return code
    for each in result.changed:
        show_text(_line(each))
    show_text(f"{len(result.rescored)} answers evaluated again, {len(result.changed)} changed")
    for why, count in Counter(str(each.after.extra["message"]) for each in result.skipped).items():
        show_remark(f"NOT RUN: {count} answers: {why}")
    for why in result.left_out[:20]:
        show_remark(why)
    if len(result.left_out) > 20:
        show_remark(f"and {len(result.left_out) - 20} more were left out")
    return code


def _line(each: Rescored) -> str:
    parts = ", ".join(f"{name} {getattr(each.before, name)} → {getattr(each.after, name)}" for name in each.changed)
    before, after = each.points
    return f"{each.before.path}: {before:.1f} → {after:.1f} points ({parts})"


def _plain(result: Rescoring) -> dict[str, Any]:
    return {
        "evaluated": len(result.rescored),
        "changed": [_change(each) for each in result.changed],
        "not_run": len(result.skipped),
        "left_out": result.left_out,
    }


def _change(each: Rescored) -> dict[str, Any]:
    return {
        "path": each.before.path,
        "points": each.points,
        "numbers": {name: [getattr(each.before, name), getattr(each.after, name)] for name in each.changed},
    }
