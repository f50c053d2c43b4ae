"""`testwright bench compare`: says which of two is better on the same cases, and how sure that is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from testwright.cli import exit_codes
from testwright.cli.bench.asked_models import registry_of
from testwright.cli.bench.selection_options import chosen_selection, with_selection_options
from testwright.cli.output import show_document, show_remark, show_text, table
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.evaluation_table import EvaluationTable
    from testwright.bench.records.model_registry import Registry
    from testwright.bench.reporting.comparing import Comparison
    from testwright.bench.reporting.selection import Selection

__all__ = ["command"]


@click.command("compare", short_help="Say which of two is better on the same cases.")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("folders", nargs=-1, metavar="[DIR]...")
@click.option("--by", default="model", show_default=True, metavar="KEY", help="What A and B are values of.")
@with_selection_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def command(
    first: str,
    second: str,
    folders: tuple[str, ...],
    by: str,
    last: int | None,
    as_of: str | None,
    where: tuple[str, ...],
    prompts: str | None,
    models: str | None,
    as_json: bool,
) -> int:
    """Compare two models (or values of another KEY) by the evaluations below folders, on the cases that both have.

    Without DIR, A and B are folders of evaluations. The interval is of the difference, with cases drawn in pairs: what is
    hard for both says nothing about which is better.
    """
    from testwright.bench.reporting.comparing import compared
    from testwright.bench.reporting.selection import Selection

    selection = chosen_selection(Selection(), last, as_of, where, prompts)
    registry = registry_of(models)
    if folders:
        both = [_scores(folders, registry, _only(selection, by, each), (by, each)) for each in (first, second)]
    else:
        _require_folders((first, second))
        both = [_scores([each], registry, selection, ("folder", each)) for each in (first, second)]
    comparison = compared(*both)
    if as_json:
        show_document({"first": first, "second": second, **comparison.to_plain()})
    else:
        show_text(_report(comparison, first, second))
    if comparison.alone:
        show_remark(f"left out, as only one of them has it: {', '.join(comparison.alone)}")
    return exit_codes.DONE


def _only(selection: Selection, by: str, value: str) -> Selection:
    from dataclasses import replace

    return replace(selection, where={**selection.where, by: (_literal(value),)})


def _literal(text: str) -> str:
    """As a glob that fits this text alone."""
    return "".join(f"[{each}]" if each in "*?[!" else each for each in text)


def _require_folders(paths: Sequence[str]) -> None:
    for path in paths:
        if not os.path.isdir(path):
            raise UsageError(
                f"{path!r} is no folder",
                slug="no-evaluations",
                where=path,
                hint="name two models and a folder with their evaluations, or two folders",
            )


def _scores(
    folders: Sequence[str], registry: Registry, selection: Selection, what: tuple[str, str]
) -> dict[str, list[float]]:
    from testwright.bench.records.loading import load_table
    from testwright.bench.reporting.selection import Keys

    evaluations = load_table(folders, show_remark)
    keys = Keys(evaluations, registry)
    rows = set(selection.rows(evaluations, keys)) & set(evaluations.scored)
    if not rows:
        raise _none_of(what, keys)
    return _by_case(evaluations, sorted(rows))


def _by_case(evaluations: EvaluationTable, rows: Sequence[int]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(evaluations.text("name", row), []).append(evaluations.scores[row])
    return found


def _none_of(what: tuple[str, str], keys: object) -> UsageError:
    import difflib

    from testwright.bench.reporting.selection import Keys

    key, value = what
    known = keys.values(key) if isinstance(keys, Keys) and key != "folder" else []
    close = difflib.get_close_matches(value, known, n=1)
    return UsageError(
        f"no scored evaluation has the {key} {value!r}",
        slug="no-evaluations",
        where="testwright bench compare",
        hint=f"did you mean {close[0]!r}?" if close else "see `testwright bench report DIR` for what there is",
    )


def _report(comparison: Comparison, first: str, second: str) -> str:
    rows = [
        (each.name, f"{each.first:.1f}", f"{each.second:.1f}", f"{each.difference:+.1f}") for each in comparison.cases
    ]
    interval = f" [{comparison.low:+.1f}, {comparison.high:+.1f}]" if comparison.low is not None else ""
    verdicts = {"first": f"{first} is better", "second": f"{second} is better"}
    verdict = verdicts.get(comparison.verdict, "these cases do not tell them apart")
    counts = f"better on {sum(each.difference > 0 for each in comparison.cases)} of {len(rows)} cases"
    return "\n".join(
        [
            table(("case", first, second, "difference"), rows, right=(1, 2, 3)),
            "",
            f"{first} - {second}: {comparison.difference:+.1f} points{interval}, {counts}: {verdict}",
        ]
    )
