"""`testwright generate`: writes the missing tests and reports, module by module, what was gained and what was not."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.asked_model import asked_model, reply_shower
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.generated_properties import property_summary
from testwright.cli.model_shown import model_summary
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text, table
from testwright.cli.suspicions_shown import suspicions_text, write_suspicions
from testwright.config.audit_order import AuditOrder
from testwright.config.model_options import MODEL_VERB
from testwright.config.options import Options
from testwright.config.plan_file import read_plan, still_there
from testwright.config.plan_projects import plan_choice
from testwright.config.request import Request, find_settings, prepare, prepare_audit
from testwright.config.sources import Settings
from testwright.config.touched_functions import only_touched
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.workflows.generate_tests import GenerateResult, Recorded
    from testwright.workflows.module_report import ModuleReport
    from testwright.workflows.recorded_targets import RecordedTargets

__all__ = ["command"]

_GAVE_NOTHING = ("nothing-to-test", "nothing-kept")
"""Problems of a module that ran well but has no test to show: findings, no failure to start."""
_REJECTED_SHOWN = 3
_SPENT = "model-budget-spent"
"""No failure: the user has said how much may be asked."""
_MODULES_AT_MOST = 200


@click.command("generate", short_help="Write the tests that are missing, each one proven by running.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@with_options()
@with_options(verb=MODEL_VERB)
@click.option("--sarif", metavar="FILE", default="", help="Also write what looks like a bug to FILE, as SARIF 2.1.0.")
@click.option(
    "--since",
    metavar="REV",
    is_flag=False,
    flag_value="",
    help="Only functions that changed since REV; without a value, since the merge base with the main branch.",
)
@click.option(
    "--plan", metavar="FILE", help="Functions of this plan, which `testwright audit --plan` wrote as XML or JSON."
)
@click.option("--task", type=click.IntRange(min=1), metavar="K", help="Task K of the plan alone.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help="The N functions that `audit` lists first; runs the suite.",
)
@click.option(
    "--calls",
    type=click.Choice(["two-step"]),
    help="With --model and --top N: ask about the N modules of which least is covered, twice each, without the engine.",
)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="With --calls: so many modules are worked on at a time.",
)
@click.option(
    "--from",
    "traces",
    multiple=True,
    metavar="TRACE",
    help="Functions that were called in this recorded run, with what they were given there; may be repeated.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
@click.option("-v", "--verbose", is_flag=True, help="Say more while working, and list every rejected test.")
def command(
    targets: tuple[str, ...],
    sarif: str,
    since: str | None,
    plan: str | None,
    task: int | None,
    top: int | None,
    calls: str | None,
    batch: int,
    traces: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    **given: Any,
) -> int:
    """Write the tests that are missing, each one proven by running.

    TARGET is a file, a folder, a dotted module, module:function or module:Class.method. Without TARGET, the whole
    source of the project in the current folder.
    """
    flags = option_flags(given)
    if calls is not None:
        from testwright.cli.two_step_report import generate_two_step

        return generate_two_step(targets, flags, top=top or _MODULES_AT_MOST, batch=batch, quiet=quiet)
    if flags.get("every_call") and not traces:
        raise UsageError(
            "--every-call is about recorded calls",
            slug="bad-usage",
            where="--every-call",
            hint="name a trace with --from, such as `--from latest`",
        )
    seen = _seen(traces, flags) if traces else None
    chosen = _chosen(targets, flags, plan, task, top, quiet=quiet)
    request = prepare(chosen or tuple(seen.targets if seen is not None else ()), flags)
    if since is not None:
        request = only_touched(request, since)
    _, settings = find_settings(flags, chosen)
    result = _generate(request, settings, quiet=quiet, verbose=verbose, recorded=seen.calls if seen is not None else {})
    options = request.options
    if sarif:
        write_suspicions(sarif, result)
    if options.json:
        if not options.diff and not options.model_dry_run:
            result.write()
        show_document({"exit_code": exit_code(result), **result.to_plain()})
    elif options.diff:
        # The diff alone on stdout, so that it can be piped into `patch`.
        show_text(result.diff().rstrip("\n"))
        if not quiet:
            show_remark(summary(result, verbose=verbose))
    elif options.model_dry_run:
        # What would be asked alone on stdout.
        show_remark(summary(result, verbose=verbose))
    else:
        result.write()
        show_text(summary(result, verbose=verbose))
        _show_next_step(result, options)
    if since is not None and not request.targets:
        show_remark("nothing to do: no function of the targets was touched")
    for notice in result.existing.notices:
        show_remark(f"note: {notice}")
    if result.advice:
        show_remark(f"note: {result.advice}")
    _show_problems(result)
    return exit_code(result)


def _chosen(
    targets: tuple[str, ...], flags: dict[str, Any], plan: str | None, task: int | None, top: int | None, *, quiet: bool
) -> tuple[str, ...]:
    """The targets that were named, or those of a plan or of an audit."""
    if task is not None and plan is None:
        raise UsageError(
            f"task {task} is of no plan", slug="bad-usage", where="--task", hint="name the file of the plan with --plan"
        )
    if plan is not None and (targets or top is not None):
        raise UsageError(
            "a plan names its own functions",
            slug="bad-usage",
            where="--plan",
            hint="leave out the targets, --top, or --plan",
        )
    if plan is not None:
        return _planned(plan, task, flags)
    return targets if top is None else _best(targets, flags, top, quiet=quiet)


def _planned(plan: str, task: int | None, flags: dict[str, Any]) -> tuple[str, ...]:
    choice = plan_choice(read_plan(plan), task, os.getcwd())
    if choice.left_out:
        show_remark(f"note: the plan is also of {', '.join(choice.left_out)}: run it there for the tests of these")
    return _still_there(choice.targets, flags)


def _still_there(targets: tuple[str, ...], flags: dict[str, Any]) -> tuple[str, ...]:
    project, settings = find_settings(flags, targets)
    kept, gone = still_there(targets, project, settings.options.python)
    for target in gone:
        show_remark(f"note: {target!r} of the plan is gone")
    if not kept:
        raise UsageError(
            "no function of the plan is there any more",
            slug="nothing-to-test",
            where=project.root,
            hint="make the plan anew with `testwright audit --plan FILE`",
        )
    return kept


def _best(targets: tuple[str, ...], flags: dict[str, Any], top: int, *, quiet: bool) -> tuple[str, ...]:
    from testwright.workflows.audit_plan import best_targets
    from testwright.workflows.audit_project import audit_project

    known = {name: flags[name] for name in ("python",) if name in flags}
    progress = Progress(quiet=quiet)
    try:
        result = audit_project(prepare_audit(targets, known), AuditOrder(), progress=progress)
    finally:
        progress.close()
    found = best_targets(result, top)
    if not found:
        raise UsageError(
            "every function is covered",
            slug="nothing-to-test",
            where=result.root,
            hint="leave out --top: `generate` also looks for tests that catch more planted bugs",
        )
    return found


def _seen(traces: tuple[str, ...], flags: dict[str, Any]) -> RecordedTargets:
    from testwright.workflows.recorded_targets import recorded_targets

    project, _ = find_settings(flags)
    found = recorded_targets(project, traces)
    for file in found.changed:
        show_remark(f"note: {file} has changed since it was recorded; tests say what it does now [trace-of-other-code]")
    return found


def _generate(
    request: Request, settings: Settings, *, quiet: bool, verbose: bool, recorded: Recorded
) -> GenerateResult:
    from testwright.workflows.generate_tests import generate

    progress = Progress(quiet=quiet, verbose=verbose)
    told = reply_shower(stream=request.options.model_stream, quiet=quiet)
    client = asked_model(settings, request.project, quiet=quiet)
    try:
        return generate(
            request.targets, request.options, progress=progress, recorded=recorded, client=client, told=told
        )
    finally:
        if client is not None:
            client.close()
        progress.close()


def exit_code(result: GenerateResult) -> int:
    """0 done, 1 some modules gave nothing, 2 none could be started, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    modules = _worth_telling(result)
    failed = [each for each in modules if each.problem and each.problem["slug"] not in _GAVE_NOTHING]
    if failed and len(failed) == len(modules):
        return exit_codes.CANNOT_START
    if any(each.problem is not None for each in modules) or _model_problems(result, but=_SPENT):
        return exit_codes.FINDINGS
    return exit_codes.DONE


def _model_problems(result: GenerateResult, *, but: str = "") -> list[dict[str, str]]:
    """Why the model was not asked to the end, each once; `but` is a slug that does not count."""
    found = [problem for module in result.modules if (problem := module.model.get("problem"))]
    return list({str(problem): problem for problem in found if problem["slug"] != but}.values())


def _worth_telling(result: GenerateResult) -> list[ModuleReport]:
    """All modules but those without code, such as an empty `__init__.py`; these count when there is nothing else."""
    with_code = [each for each in result.modules if not _has_no_code(each)]
    return with_code or result.modules


def _has_no_code(module: ModuleReport) -> bool:
    return module.problem is not None and module.problem["slug"] == "nothing-to-test"


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def summary(result: GenerateResult, *, verbose: bool = False) -> str:
    """The table of modules, then what looks like a bug, what was rejected by which rule, then what stays uncovered and why."""
    ran = [module for module in result.modules if module.problem is None]
    failed = len(_worth_telling(result)) - len(ran)
    parts = [_modules_table(ran)] if ran else []
    suspicions = [each for module in result.modules for each in module.suspicions]
    parts += [text] if (text := suspicions_text(suspicions, verbose=verbose)) else []
    parts += [text for module in ran if (text := _rejected(module, verbose=verbose))]
    parts += [text for module in ran if (text := _uncovered(module))]
    parts += [text for module in result.modules if (text := property_summary(module, verbose=verbose))]
    parts += [text] if (text := model_summary(result.modules)) else []
    parts.append(_closing_line(result, ran, failed))
    return "\n\n".join(parts)


def _modules_table(modules: list[ModuleReport]) -> str:
    rows = [
        (
            module.module,
            f"{module.before:.0f}%",
            f"{module.after:.0f}%",
            _caught(module),
            str(module.kept),
            str(len(module.rejected)),
            _relative(module.edit.path) if module.edit else "-",
        )
        for module in modules
    ]
    heads = ("module", "before", "after", "mutants", "kept", "rejected", "file")
    return table(heads, rows, right=(1, 2, 3, 4, 5))


def _caught(module: ModuleReport) -> str:
    """How many of the planted bugs, "-" where none were planted."""
    planted = module.mutants.get("planted", 0)
    return f"{module.mutants['caught']}/{planted}" if planted else "-"


def _rejected(module: ModuleReport, *, verbose: bool) -> str:
    if not module.rejected:
        return ""
    counts = Counter(each["slug"] for each in module.rejected)
    lines = [f"rejected in {module.module}: " + ", ".join(f"{count} {slug}" for slug, count in counts.most_common())]
    shown = module.rejected if verbose else module.rejected[:_REJECTED_SHOWN]
    lines += [f"  {each['node']}: {each['reason']} [{each['slug']}]" for each in shown]
    if len(shown) < len(module.rejected):
        lines.append(f"  and {len(module.rejected) - len(shown)} more; -v lists them all")
    return "\n".join(lines)


def _uncovered(module: ModuleReport) -> str:
    if not module.uncovered:
        return ""
    lines = [f"not covered in {module.module}:"]
    lines += [f"  {_relative(module.file)}:{each['lines']}  {each['why']}" for each in module.uncovered]
    return "\n".join(lines)


def _closing_line(result: GenerateResult, ran: list[ModuleReport], failed: int) -> str:
    kept = sum(module.kept for module in ran)
    rejected = sum(len(module.rejected) for module in ran)
    parts = [
        f"kept {kept} {'test' if kept == 1 else 'tests'}, rejected {rejected}",
        f"{len(ran)} {'module' if len(ran) == 1 else 'modules'}" + (f", {failed} failed" if failed else ""),
        f"seed {result.seed}",
        f"sandbox {result.isolation or 'not started'}",
    ]
    return " · ".join(parts)


def _relative(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _show_problems(result: GenerateResult) -> None:
    for module in _worth_telling(result):
        if module.problem is not None:
            problem = module.problem
            show_problem(problem["message"], problem["slug"], problem.get("where", ""), problem.get("hint", ""))
    for problem in {
        str(m.model["problem"]): m.model["problem"] for m in result.modules if m.model.get("problem")
    }.values():
        show_problem(problem["message"], problem["slug"], problem.get("where", ""), problem.get("hint", ""))
    if result.interrupted:
        show_remark("interrupted; what was proven is kept, `--resume` goes on from here")


def _show_next_step(result: GenerateResult, options: Options) -> None:
    edits = [edit for module in result.modules for edit in (module.edit, module.model_edit) if edit is not None]
    files = [_relative(edit.path) for edit in edits]
    if files:
        show_remark(f"run them: {_relative(options.python)} -m pytest {' '.join(files[:3])}")
