"""`testwright bench gaps`: lists the samples that records lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from testwright.cli import exit_codes
from testwright.cli.output import show_document, show_remark, show_text, table

if TYPE_CHECKING:
    from testwright.bench.running.gaps import Gap

__all__ = ["command"]


@click.command("gaps", short_help="List the samples that records lack.")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option("--samples", type=click.IntRange(1), metavar="N", help="So many of each. [default: as the fullest has]")
@click.option("--definitions", multiple=True, metavar="DEFS", help="Cases that have to be there, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def command(folders: tuple[str, ...], samples: int | None, definitions: tuple[str, ...], as_json: bool) -> int:
    """List each case, model, prompt and set of parameters of which records lack samples.

    What failed on our side or the server's is no sample. `testwright bench run ... --fill` asks for what is missing.
    """
    from testwright.bench.records.loading import load_evals
    from testwright.bench.running.gaps import find_gaps

    evaluations = load_evals(*folders, score=False, max_history=0, told=show_remark)
    gaps = find_gaps(evaluations, samples or 0, _names(definitions))
    code = exit_codes.FINDINGS if gaps else exit_codes.DONE
    missing = sum(each.missing for each in gaps)
    if as_json:
        show_document({"exit_code": code, "missing": missing, "gaps": [each.to_plain() for each in gaps]})
        return code
    if gaps:
        rows = [_row(each) for each in gaps]
        headings = ("case", "model", "prompt", "strategy", "parameters", "has", "missing")
        show_text(table(headings, rows, right=(5, 6)))
    show_text(f"{missing} samples are missing in {len(gaps)} combinations" if gaps else "nothing is missing")
    return code


def _names(definitions: tuple[str, ...]) -> list[str]:
    from testwright.cli.bench.run_action import only_code

    return [each.name for each in only_code(definitions)] if definitions else []


def _row(gap: Gap) -> tuple[str, ...]:
    asked = (gap.model, gap.prompt_label, gap.prompt_strategy, _shown(gap.parameters))
    return gap.name, *asked, str(gap.has), str(gap.missing)


def _shown(parameters: str) -> str:
    return "" if parameters == "{}" else parameters
