"""`testwright mutate`: plants small bugs, runs the project's tests against each, and shows those that nobody noticed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_remark, show_text, table
from testwright.cli.report_file import require_folder, write_report, write_sarif
from testwright.config.request import Request, prepare_suite
from testwright.write.sarif import SarifResult

if TYPE_CHECKING:
    from testwright.nouns import MutantVerdict
    from testwright.workflows.mutate_suite import MutationResult

__all__ = ["command"]

_SURVIVORS_SHOWN = 10
_WORDS = {"survived": "no test noticed", "unreached": "no passing test reaches it"}


@click.command("mutate", short_help="Count how many planted bugs the project's tests catch.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@with_options(verb="mutate")
@click.option(
    "--since",
    metavar="REV",
    is_flag=False,
    flag_value="",
    help="Only functions that changed since REV; without a value, since the merge base with the main branch.",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Judge N mutants drawn at random.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PCT", help="Exit with 1 below this score.")
@click.option("--html", metavar="FILE", help="Also write a page that shows every mutant.")
@click.option("--sarif", metavar="FILE", help="Also write the survivors as SARIF 2.1.0.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
@click.option("-v", "--verbose", is_flag=True, help="Show every survivor.")
def command(
    targets: tuple[str, ...],
    since: str | None,
    sample: int | None,
    fail_under: float | None,
    html: str | None,
    sarif: str | None,
    quiet: bool,
    verbose: bool,
    **given: Any,
) -> int:
    """Count how many planted bugs the project's tests catch, and show those that they do not.

    TARGET is a file, a folder, a dotted module, module:function or module:Class.method. Without TARGET, the whole
    source of the project in the current folder. Verdicts are kept: what did not change is not judged again.
    """
    for path in (html, sarif):
        require_folder(path)
    request = prepare_suite(targets, option_flags(given))
    result = _mutate(request, since, sample, quiet=quiet, verbose=verbose)
    if html is not None:
        _write_html(html, result)
    if sarif is not None:
        _write_survivors(sarif, result)
    code = exit_code(result, fail_under)
    if request.options.json:
        show_document({"exit_code": code, **result.to_plain()})
    else:
        show_text(summary(result, verbose=verbose))
    _show_remarks(result, fail_under, html)
    return code


def _mutate(request: Request, since: str | None, sample: int | None, *, quiet: bool, verbose: bool) -> MutationResult:
    from testwright.workflows.mutate_suite import mutate_suite

    progress = Progress(quiet=quiet, verbose=verbose)
    try:
        return mutate_suite(request, since=since, sample=sample, progress=progress)
    finally:
        progress.close()


def exit_code(result: MutationResult, fail_under: float | None) -> int:
    """0 done, 1 below the score that was asked for, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    score = result.score
    if fail_under is not None and score is not None and score < fail_under:
        return exit_codes.FINDINGS
    return exit_codes.DONE


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def summary(result: MutationResult, *, verbose: bool = False) -> str:
    """The table of files, the survivors as small diffs, and one closing line."""
    parts = [_files_table(result)] if result.verdicts else []
    survivors = result.survivors
    shown = survivors if verbose else survivors[:_SURVIVORS_SHOWN]
    parts += [survivor_text(result, verdict) for verdict in shown]
    if len(shown) < len(survivors):
        parts.append(f"and {len(survivors) - len(shown)} more; -v shows them all, --html a page of them")
    return "\n\n".join([*parts, _closing_line(result)])


def _files_table(result: MutationResult) -> str:
    rows = []
    for file, verdicts in result.by_file().items():
        judged = [v for v in verdicts if v.outcome != "unjudged"]
        caught = sum(v.caught for v in judged)
        unreached = sum(v.outcome == "unreached" for v in judged)
        score = f"{100 * caught / len(judged):.0f}%" if judged else "-"
        rows.append((file, score, str(len(judged)), str(caught), str(len(judged) - caught - unreached), str(unreached)))
    return table(("file", "score", "mutants", "caught", "survived", "not reached"), rows, right=(1, 2, 3, 4, 5))


def survivor_text(result: MutationResult, verdict: MutantVerdict) -> str:
    """Place and what was changed, as a reader of the diff would see it."""
    mutant = verdict.mutant
    head = f"{result.relative(mutant.path)}:{mutant.line} in {mutant.function} [{mutant.operator}]"
    return "\n".join([f"{head}: {_WORDS[verdict.outcome]}", *(f"  {line}" for line in result.diff(mutant))])


def _closing_line(result: MutationResult) -> str:
    score = "no mutant to judge" if result.score is None else f"score {result.score:.1f} %"
    judged = len(result.judged)
    parts = [
        f"{score}: {sum(v.caught for v in result.judged)} of {judged} mutants caught by {result.tests} tests",
        f"{result.equivalent} left out that change nothing",
        f"{result.known_before} known from before",
        f"{result.seconds:.0f} s",
        f"seed {result.seed}",
        f"sandbox {result.isolation or 'not started'}",
    ]
    return " · ".join(parts)


def _show_remarks(result: MutationResult, fail_under: float | None, html: str | None) -> None:
    left_out = result.left_out
    if left_out:
        first = f"{left_out[0].node}: {left_out[0].detail or left_out[0].outcome}"
        show_remark(f"note: {len(left_out)} tests do not pass here without any mutant and were left out, first {first}")
    unjudged = len(result.verdicts) - len(result.judged)
    if unjudged and not result.interrupted:
        show_remark(
            f"note: {unjudged} mutants could not be judged, as the process that was to do it ended; run it again"
        )
    if fail_under is not None and result.score is not None and result.score < fail_under:
        show_remark(f"score {result.score:.1f} % is below {fail_under:g} %: write tests for the survivors above")
    if html is not None:
        show_remark(f"page: {html}")
    if result.interrupted:
        show_remark("interrupted; what was judged is kept, the same command goes on from here")


def _write_html(path: str, result: MutationResult) -> None:
    from testwright.write.mutation_page import mutation_page

    write_report(path, mutation_page(result.to_plain()))


def _write_survivors(path: str, result: MutationResult) -> None:
    findings = [_finding(v, result.diff(v.mutant)) for v in result.survivors]
    rules = {f"survived-{v.mutant.operator}": _rule(v.mutant.operator) for v in result.survivors}
    write_sarif(path, findings, root=str(result.root), rules=rules)


def _rule(operator: str) -> str:
    return f"A planted bug ({operator.replace('-', ' ')}) that no test notices."


def _finding(verdict: MutantVerdict, diff: Sequence[str]) -> SarifResult:
    mutant = verdict.mutant
    told = "\n".join([f"{_WORDS[verdict.outcome]} (in {mutant.function})", *diff])
    changed = [" ".join(line.split()) for line in diff if line.startswith(("-", "+"))]
    fingerprint = "\n".join([mutant.function, *changed])
    return SarifResult(f"survived-{mutant.operator}", told, mutant.path, mutant.line, fingerprint=fingerprint)
