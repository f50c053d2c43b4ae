"""`testwright compat`: takes the command lines of other tools, and gives tests that pass."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.asked_model import asked_model, reply_shower
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text
from testwright.config.compat_request import CompatFlags, prepare_compat
from testwright.config.model_options import MODEL_VERB

if TYPE_CHECKING:
    from testwright.config.compat_request import CompatRequest
    from testwright.llm.exchange import ModelClient, Told
    from testwright.workflows.asked_replies import Account
    from testwright.workflows.compat_pytest_generator import CompatModule, CompatResult
    from testwright.workflows.compat_questions import ModuleQuestions

__all__ = ["command"]

_REJECTED_SHOWN = 5


@click.group("compat", short_help="Take the command line of another tool: pytest-generator.")
def command() -> None:
    """Take the command line of another tool, and write tests that pass."""


@command.command(
    "pytest-generator", short_help="As `python pytest_generator.py`: same flags, same files, proven tests."
)
@click.argument("target", metavar="TARGET")
@click.argument("config", required=False, metavar="[CONFIG.yaml]")
@with_options(["output"])
@click.option("--scan-root", default="", metavar="DIR", help="Folder whose classes are looked for.")
@click.option("--save-index", default="", metavar="FILE", help="Write what was found of classes to FILE, as JSON.")
@click.option("--load-index", default="", metavar="FILE", help="Read it from FILE, and look for no classes.")
@click.option("--no-index", is_flag=True, help="Tell the model nothing of what functions call on their parameters.")
@click.option(
    "--strict-compat", is_flag=True, help="Ask about closures, and not about methods, as pytest-generator does."
)
@with_options(["python", "jobs", "seed", "mutants"])
@with_options(verb=MODEL_VERB)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def pytest_generator(target: str, config: str | None, as_json: bool, quiet: bool, **given: Any) -> int:
    """Ask a model for tests as pytest-generator does, run them in the sandbox, and write those that are worth keeping.

    TARGET is a Python file or a folder of them, CONFIG.yaml pytest-generator's configuration. Tests go to
    `./generated_tests/test_<name>.py`; a file that testwright did not write is never overwritten.
    """
    names = {"scan_root", "save_index", "load_index", "no_index"}
    flags = CompatFlags(**{name: given.pop(name) for name in names}, strict=given.pop("strict_compat"))
    request = prepare_compat(target, config, flags, option_flags(given))
    for note in request.generator.notes:
        show_remark(f"note: {note}")
    result = _run(request, quiet=quiet or as_json)
    if result is None:
        return exit_codes.DONE
    if as_json:
        show_document({"exit_code": exit_code(result), **result.to_plain()})
    else:
        show_text(report(result))
    for module in result.modules:
        if module.problem is not None:
            show_problem(module.problem.message, module.problem.slug, module.problem.where, module.problem.hint)
    if result.interrupted:
        show_remark("interrupted; what is written stays, and replies that were kept are not asked for again")
    return exit_code(result)


def _run(request: CompatRequest, *, quiet: bool) -> CompatResult | None:
    """None where the questions are only to be shown."""
    from testwright.workflows.compat_pytest_generator import with_context
    from testwright.workflows.compat_questions import context_size, questions_of

    stopping = threading.Event()
    told = reply_shower(stream=request.options.model_stream, quiet=quiet)
    progress = Progress(quiet=quiet, verbose=told is not None)  # replies leave no place for a line that changes
    try:
        modules = questions_of(request, notice=progress, stop=stopping.is_set)
        if request.options.model_dry_run:
            _show(request, modules)
            return None
        return _asked(with_context(request, context_size(request, modules)), modules, stopping, progress, told)
    finally:
        progress.close()


def _asked(
    request: CompatRequest,
    modules: list[ModuleQuestions],
    stopping: threading.Event,
    progress: Progress,
    told: Told | None,
) -> CompatResult:
    from testwright.workflows.compat_pytest_generator import compat_pytest_generator

    client = _client(request)
    try:
        return compat_pytest_generator(request, modules, client, stopping=stopping, progress=progress, told=told)
    finally:
        client.close()


def _client(request: CompatRequest) -> ModelClient:
    client = asked_model(request.configuration, request.project)
    assert client is not None, "there is a default"
    return client


def _show(request: CompatRequest, modules: list[ModuleQuestions]) -> None:
    """What would be sent, without what looks like a secret."""
    client = _client(request)
    for module in modules:
        for question in module.questions:
            client.complete(question.request)


def exit_code(result: CompatResult) -> int:
    """0 each file got tests and none was rejected, 1 something was, 2 no file could be worked on, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    problems = [module for module in result.modules if module.problem is not None]
    if problems and len(problems) == len(result.modules):
        return exit_codes.CANNOT_START
    clean = all(not module.asked.questions or (module.edit and not _rejected(module)) for module in result.modules)
    return exit_codes.DONE if clean and not problems else exit_codes.FINDINGS


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(result: CompatResult) -> str:
    """A line for each file, those of its tests that are not in it, and the sums."""
    lines: list[str] = []
    for module in result.modules:
        lines += _lines(module)
    kept, rejected = sum(len(m.kept) for m in result.modules), sum(len(_rejected(m)) for m in result.modules)
    files = sum(m.edit is not None for m in result.modules)
    lines.append(f"{kept} tests kept in {files} files, {rejected} rejected; {_spent(result.account)}")
    return "\n".join(lines)


def _lines(module: CompatModule) -> list[str]:
    rejected = _rejected(module)
    where = f" → {os.path.relpath(module.edit.path)}" if module.edit is not None else ""
    lines = [f"{module.target.module}: {len(module.kept)} tests kept, {len(rejected)} rejected{where}"]
    if module.edit is not None and module.edit.note:
        lines.append(f"  {module.edit.note}")
    lines += [f"  {slug}: {name}: {reason}" for name, slug, reason in rejected[:_REJECTED_SHOWN]]
    if len(rejected) > _REJECTED_SHOWN:
        lines.append(f"  and {len(rejected) - _REJECTED_SHOWN} more; --json lists them")
    return [*lines, *(f"  not asked about {name}: {why}" for name, why in module.asked.left_out.items())]


def _rejected(module: CompatModule) -> list[tuple[str, str, str]]:
    """Name, slug and reason of each."""
    run = [(v.node, v.slug, v.reason) for v in module.proof.rejected] if module.proof is not None else []
    return run + [(each.test or each.function, each.slug, each.reason) for each in module.rejected]


def _spent(account: Account) -> str:
    tokens = [account.prompt_tokens, account.reply_tokens]
    said = " + ".join("n/a" if each is None else f"{each:,}" for each in tokens)
    cost = "n/a" if account.cost is None else f"{account.cost:.4f}"
    return f"{account.calls} calls ({account.cached} kept replies), {said} tokens, cost {cost}"
