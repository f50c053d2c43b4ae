"""`testwright audit`: shows what the project's tests do not cover, how bad that is, and what to test next."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text, table
from testwright.cli.report_file import require_folder, write_report, write_sarif
from testwright.config.audit_order import AuditOrder
from testwright.config.joint_request import LIMITS, JointRequest, prepare_audits
from testwright.config.options import OPTIONS, Options
from testwright.config.plan_file import plan_kind, require_task
from testwright.config.request import Request

if TYPE_CHECKING:
    from testwright.nouns import FunctionCoverage
    from testwright.workflows.audit_result import AuditResult, MutantCount, Totals
    from testwright.write.finding_groups import FindingGroup

__all__ = ["command"]

_BATCHES_SHOWN, _NAMED = 5, 8


@click.command("audit", short_help="Show what is not tested, how bad that is, and what to test next.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@with_options(verb="audit")
@click.option(
    "--diff",
    "since",
    metavar="REV",
    is_flag=False,
    flag_value="",
    help="Also say how much is covered of what changed since REV; without a value, since the merge base with the main branch.",
)
@click.option("--update", is_flag=True, help="Raise the floors of --ratchet to what is covered now.")
@click.option("--suite", "diagnose", is_flag=True, help="Also say what is wrong with the tests: run them more often.")
@click.option("--mutants", is_flag=True, help="Also say how many planted bugs the tests of each module catch.")
@click.option("--fresh", is_flag=True, help="Use nothing that an earlier audit has left.")
@click.option("--html", metavar="FILE", help="Also write a page with the source, line by line.")
@click.option("--markdown", metavar="FILE", help="Also write the report as Markdown, such as for a pull request.")
@click.option("--plan", metavar="FILE", help="Also write the plan for others: FILE ends in .xml, .json or .md.")
@click.option("--task", type=click.IntRange(min=1), metavar="K", help="Print task K of the plan instead of the report.")
@click.option("--sarif", metavar="FILE", help="Also write gates and functions that lack tests as SARIF 2.1.0.")
@click.option("--junit", metavar="FILE", help="Also write the gates as JUnit XML.")
@click.option("--badge", metavar="FILE", help="Also draw a badge of what is covered, as SVG.")
@click.option("--github", is_flag=True, help="Also print annotations for a GitHub workflow, on stderr.")
@click.option(
    "--show", type=click.IntRange(min=0), metavar="N", default=15, show_default=True, help="Functions to show."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
@click.option("-v", "--verbose", is_flag=True, help="Show every function that lacks tests.")
def command(
    paths: tuple[str, ...],
    since: str | None,
    update: bool,
    diagnose: bool,
    mutants: bool,
    fresh: bool,
    quiet: bool,
    verbose: bool,
    show: int,
    plan: str | None,
    task: int | None,
    github: bool,
    **given: Any,
) -> int:
    """Show what the project's tests do not cover, function by function, and what to test next.

    PATH is a file, a folder or a dotted module; without one, the whole source of the project in the current folder.
    Paths may lie in several projects, and a folder without source stands for the projects in it: each is measured with its
    own settings and tests, and all are told of together.
    The suite is run once under coverage.py; --coverage takes what another run has left instead.
    """
    files = {name: given[name] for name in _FILES if given[name] is not None}
    for path in (*files.values(), plan):
        require_folder(path)
    kind = plan_kind(plan) if plan is not None else "md"
    request = prepare_audits(paths, option_flags(given), runs_suite=diagnose or mutants)
    gc.disable()  # one run, and the process ends: to look through all that it has found takes longer than to find it
    order = AuditOrder(since=since, update=update, fresh=fresh, diagnose=diagnose, mutants=mutants)
    result = _audit(request, order, quiet=quiet, verbose=verbose)
    for name, path in files.items():
        _FILES[name](path, result, request)
    told = _plan_text(result, plan, task, kind)
    code = exit_codes.FINDINGS if result.failures or not result.is_whole else exit_codes.DONE
    if request.options.json:
        show_document({"exit_code": code, **result.to_plain()})
    elif told:
        show_text(told.rstrip("\n"))
    else:
        show_text(report(result, show=len(result.functions) if verbose else show))
    if github:
        _show_annotations(result)
    for notice in result.notices:
        show_remark(f"note: {notice}")
    if result.raised is not None:
        show_remark("floors: {} added, {} raised, {} dropped".format(*result.raised))
    if result.suite is not None and result.suite.problem:
        show_problem(
            f"the suite did not come to its end: {result.suite.problem}",
            "suite-not-finished",
            result.root,
            "run the test that is named alone; --suite-seconds gives more time",
        )
    for failure in result.failures:
        show_problem(failure.message, failure.slug, failure.where, failure.hint)
    return code


def _audit(request: Request | JointRequest, order: AuditOrder, *, quiet: bool, verbose: bool) -> AuditResult:
    from testwright.workflows.audit_projects import audit

    progress = Progress(quiet=quiet, verbose=verbose)
    try:
        return audit(request, order, progress=progress)
    finally:
        progress.close()


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plan_text(result: AuditResult, plan: str | None, task: int | None, kind: str) -> str:
    """Writes the plan where one was asked for; the text of the task that was, "" for none."""
    if plan is None and task is None:
        return ""
    from testwright.workflows.audit_plan import plan_of
    from testwright.write.plan_files import plan_text

    tasks = plan_of(result)
    if plan is not None:
        write_report(plan, plan_text(tasks, kind))
    if task is None:
        return ""
    require_task(task, [each.number for each in tasks])
    return plan_text([each for each in tasks if each.number == task], kind)


def _write_html(path: str, result: AuditResult, request: Request | JointRequest) -> None:
    from testwright.workflows.audit_sources import page_files
    from testwright.write.audit_page import audit_page

    write_report(path, audit_page(result.to_plain(), page_files(result)))


def _write_markdown(path: str, result: AuditResult, request: Request | JointRequest) -> None:
    from testwright.write.audit_markdown import audit_markdown

    write_report(path, audit_markdown(result.to_plain()))


def _write_sarif(path: str, result: AuditResult, request: Request | JointRequest) -> None:
    from testwright.write.audit_findings import audit_sarif

    rules = {"untested-path": "A function of which no test runs some lines or branches."}
    write_sarif(path, audit_sarif(result.to_plain(), result.root), root=result.root, rules=rules)


def _write_junit(path: str, result: AuditResult, request: Request | JointRequest) -> None:
    """A case for each gate that was asked for."""
    from testwright.write.junit import Check, junit_xml

    failed = {(failure.project, failure.name): failure for failure in result.failures}
    checks = []
    for project, options in _options_by_project(request).items():
        for flag, limit in _asked_gates(options).items():
            failure = failed.get((project, flag))
            told = (failure.slug, f"{failure.message}. {failure.hint}") if failure is not None else ()
            checks.append(Check(f"{project} {flag} {limit}".strip().removesuffix(".0"), *told))
    write_report(path, junit_xml("testwright audit", checks, seconds=result.seconds))


def _options_by_project(request: Request | JointRequest) -> dict[str, Options]:
    """Of all under ""."""
    parts = request.parts if isinstance(request, JointRequest) else {}
    return {"": request.options, **{label: part.options for label, part in parts.items()}}


def _asked_gates(options: Options) -> dict[str, Any]:
    limits = {OPTIONS[name].flag: getattr(options, name) for name in LIMITS}
    return {flag: limit for flag, limit in limits.items() if limit not in (None, "")}


def _write_badge(path: str, result: AuditResult, request: Request | JointRequest) -> None:
    from testwright.write.audit_words import shown_percent
    from testwright.write.badge import badge, colour_of

    totals = result.totals
    shown = shown_percent(totals.covered + (totals.taken or 0), totals.statements + (totals.branches or 0))
    known = totals.percent if totals.statements else None
    write_report(path, badge("coverage", shown if known is not None else "unknown", colour_of(known)))


def _show_annotations(result: AuditResult) -> None:
    from testwright.write.audit_findings import audit_annotations
    from testwright.write.github_annotations import annotation_line

    for found in audit_annotations(result.to_plain()):
        show_remark(annotation_line(found))


_FILES = {
    "html": _write_html,
    "markdown": _write_markdown,
    "sarif": _write_sarif,
    "junit": _write_junit,
    "badge": _write_badge,
}


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(result: AuditResult, *, show: int) -> str:
    """Four sections: health, metrics, so many of the untested paths, plan."""
    sections = [
        _health(result),
        _metrics(result),
        _diagnosis(result, whole=show >= len(result.functions)),
        _untested(result, show),
        _plan(result, whole=show >= len(result.functions)),
    ]
    return "\n\n".join(section for section in sections if section)


def _health(result: AuditResult) -> str:
    health = result.health
    if health is None or health.score is None:
        return "health: nothing of it was measured"
    return f"health {health.score:.0f} of 100\n  {health.formula}"


def _metrics(result: AuditResult) -> str:
    packages = result.by_package()
    rows = [_row(totals, totals.name) for totals in packages]
    rows += [_row(result.totals, "all")] if len(packages) != 1 else []
    shown = table(("package", "modules", "covered", "lines", "branches", "functions tested"), rows, right=(1, 2))
    parts = [shown]
    if result.before is not None:
        parts.append(_before_line(result))
    if result.suite is not None:
        parts.append(_suite_line(result))
    if result.mutants is not None:
        parts.append(_mutants_lines(result.mutants))
    if result.diff is not None:
        parts.append(_diff_line(result))
    return "\n\n".join(parts)


def _row(totals: Totals, name: str) -> tuple[str, ...]:
    from testwright.write.audit_words import share, shown_percent

    covered = totals.covered + (totals.taken or 0)
    return (
        name,
        str(totals.modules),
        shown_percent(covered, totals.statements + (totals.branches or 0)),
        share(totals.covered, totals.statements),
        share(totals.taken, totals.branches),
        share(totals.tested, totals.functions),
    )


def _before_line(result: AuditResult) -> str:
    before, totals = result.before, result.totals
    assert before is not None
    now = totals.percent
    was = 100 * float(before.fraction)
    told = f"last audit: {was:.1f}% covered, now {now:.1f}%"
    worse = [c.path for c in result.changes if c.before is not None and c.now is not None and c.now.is_below(c.before)]
    return told if not worse else f"{told}; less than then is covered of {', '.join(worse[:_NAMED])}"


def _suite_line(result: AuditResult) -> str:
    suite = result.to_plain()["suite"]
    counts = ", ".join(f"{number} {outcome}" for outcome, number in suite["outcomes"].items()) or "no tests"
    return f"suite: {counts} · {suite['seconds']:.0f} s · sandbox {suite['isolation']}"


def _mutants_lines(mutants: Mapping[str, MutantCount]) -> str:
    tried, caught = sum(each.tried for each in mutants.values()), sum(each.caught for each in mutants.values())
    rows = [f"  {path}: {count.caught} of {count.tried}" for path, count in sorted(mutants.items())]
    more = [] if caught == tried else ["  `testwright mutate PATH` shows those that are not"]
    return "\n".join([f"planted bugs: {caught} of {tried} are caught", *rows, *more])


def _diagnosis(result: AuditResult, *, whole: bool) -> str:
    from testwright.write.finding_groups import finding_groups

    found = result.diagnosis
    if found is None:
        return ""
    lines = [
        f"tests: {found.steady} of {found.tests} are steady, in {found.runs + 1} runs of all or some of them",
        *(_group_lines(group, whole) for group in finding_groups(each.to_plain() for each in found.findings)),
    ]
    return "\n\n".join(lines)


def _group_lines(group: FindingGroup, whole: bool) -> str:
    """What is the case with many tests is said once, with their number."""
    if len(group.tests) == 1:
        alone = group.tests[0]
        return f"{alone.place} {alone.name} [{group.slug}]\n  {group.words}\n  {group.hint}"
    shown = group.tests if whole else group.tests[:_NAMED]
    lines = [f"{len(group.tests)} tests [{group.slug}]", *([f"  {group.words}"] if group.words else [])]
    lines.append(f"  {group.hint}")
    lines += [f"    {test.place} {test.name}{': ' if test.own else ''}{test.own}" for test in shown]
    if len(shown) < len(group.tests):
        lines.append(f"    and {len(group.tests) - len(shown)} more; -v names them all")
    return "\n".join(lines)


def _diff_line(result: AuditResult) -> str:
    from testwright.python_source.line_ranges import line_ranges

    diff = result.diff
    if diff is None or diff.percent is None:
        return "changed lines: none that count"
    lines = [f"changed lines: {diff.percent:.1f}% covered, {diff.covered} of {diff.statements} lines"]
    for file in diff.files:
        if file.missing:
            lines.append(
                f"  {os.path.relpath(file.path, result.root)}: lines {line_ranges(file.missing)} are not covered"
            )
    return "\n".join(lines)


def _untested(result: AuditResult, show: int) -> str:
    from testwright.write.audit_words import facts_of, missing_words

    functions = result.functions[:show]
    every = sum(len(module.functions) for module in result.modules)
    if not result.functions:
        return f"untested paths: none, all {every} functions are covered"
    lines = [f"untested paths: {len(result.functions)} of {every} functions lack tests"]
    for function in functions:
        lines.append(f"\n{function.path}:{function.line} {function.qualname}")
        lines.append(f"  {facts_of(function)}")
        lines += [f"  {row}" for row in missing_words(function)]
    if len(functions) < len(result.functions):
        lines.append(f"\nand {len(result.functions) - len(functions)} more; -v shows them all")
    return "\n".join(lines)


def _short_name(function: FunctionCoverage) -> str:
    """With its module's last name: many modules have a `parse`."""
    return f"{function.module.rpartition('.')[2]}.{function.qualname}"


def _plan(result: AuditResult, *, whole: bool) -> str:
    from testwright.write.audit_words import size_counts

    if not result.batches:
        return ""
    batches = result.batches if whole else result.batches[:_BATCHES_SHOWN]
    lines = ["plan"]
    for number, batch in enumerate(batches, 1):
        named = ", ".join(_short_name(function) for function in batch.functions[:_NAMED])
        more = f" and {len(batch.functions) - _NAMED} more" if len(batch.functions) > _NAMED else ""
        work = f"{batch.tests} test{'' if batch.tests == 1 else 's'} ({size_counts(batch.functions)})"
        lines.append(f"  {number}. {batch.name}: about {work}: {named}{more}")
    if len(batches) < len(result.batches):
        lines.append(f"  and {len(result.batches) - len(batches)} more batches; -v shows them all")
    return "\n".join(lines)
