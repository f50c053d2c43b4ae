"""Writes the pages of `bench report --format html`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from testwright.cli import exit_codes
from testwright.cli.output import show_remark, show_text
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.evaluation_table import EvaluationTable
    from testwright.bench.reporting.selection import Keys, Selection
    from testwright.nouns.definition import Definition

__all__ = ["write_pages"]


def write_pages(
    evaluations: EvaluationTable,
    keys: Keys,
    selection: Selection,
    by: str,
    sort: str,
    folders: Sequence[str],
    output: str | None,
    definitions: Sequence[str],
    answers: int,
) -> int:
    """index.html, and a page for each case in cases/. UsageError without a folder, or with nothing to show."""
    from testwright.bench.reporting.leaderboard import grouped, pivoted
    from testwright.bench.reporting.pages import case_file, case_page, cases_of, leaderboard_page
    from testwright.write.stored_file import write_atomically

    folder = _required(output)
    known = _by_name(definitions)
    rows = selection.rows(evaluations, keys)
    scored = sorted(set(rows) & set(evaluations.scored))
    if not scored:
        raise UsageError(
            "no evaluation fits what was asked for",
            slug="no-evaluations",
            where=folders[0],
            hint="leave out some of --where, --as-of and --prompts",
        )
    names = [each.strip() for each in by.split(",")]
    board = grouped(evaluations, rows, keys, names, sort)
    heat = pivoted(evaluations, rows, keys, "name", names[0])
    cases = cases_of(evaluations, scored, known, answers)
    write_atomically(folder / "index.html", leaderboard_page(board, heat, folders=folders, cases=cases))
    for case in cases:
        write_atomically(folder / case_file(case.name), case_page(case, evaluations))
    for outcome, count in board.unscored.items():
        show_remark(f"NOT COUNTED: {count} evaluations that are {outcome}")
    show_text(str(folder / "index.html"))
    return exit_codes.DONE


def _required(output: str | None) -> Path:
    if output is None:
        raise UsageError(
            "--format html needs a folder for its pages",
            slug="bad-usage",
            where="--output",
            hint="add -o DIR; DIR/index.html is the page to open",
        )
    return Path(output).expanduser()


def _by_name(definitions: Sequence[str]) -> dict[str, Definition]:
    from testwright.cli.bench.run_action import only_code

    return {each.name: each for each in only_code(definitions)} if definitions else {}
