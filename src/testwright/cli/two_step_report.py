"""`testwright generate --calls two-step`: opens the model, runs the workflow, and reports module by module."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from testwright.cli import exit_codes
from testwright.cli.asked_model import asked_model
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text
from testwright.config.request import Request, find_settings, prepare, prepare_audit
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.llm.exchange import ModelClient
    from testwright.workflows.two_step import ModuleRecord, TwoStepResult

__all__ = ["generate_two_step"]

_REPLY_TOKENS = 4096


def generate_two_step(targets: tuple[str, ...], flags: Mapping[str, Any], *, top: int, batch: int, quiet: bool) -> int:
    """The exit code, after everything is written and shown."""
    request = prepare(targets, flags)
    if not request.options.model_name:
        raise UsageError(
            "two calls are made, and no model is named",
            slug="bad-usage",
            where="--calls",
            hint="name one with --model, such as a .gguf file, or a model at --base-url",
        )
    as_json = request.options.json
    result = _run(request, targets, flags, top, batch, quiet=quiet or as_json)
    if request.options.model_dry_run:
        return exit_codes.DONE
    code = exit_code(result)
    if as_json:
        show_document({"exit_code": code, **result.to_plain()})
    else:
        show_text(report(result))
    for record in result.records:
        if record.problem is not None:
            show_problem(record.problem["message"], record.problem["slug"], record.module)
    if result.interrupted:
        show_remark("interrupted; --resume goes on, and asks nothing twice")
    return code


def _run(
    request: Request, targets: tuple[str, ...], flags: Mapping[str, Any], top: int, batch: int, *, quiet: bool
) -> TwoStepResult:
    project, settings = find_settings(flags, targets)
    client = asked_model(settings, project)
    assert client is not None, "a model is named"
    progress = Progress(quiet=quiet)
    try:
        return _worked(request, targets, flags, top, batch, client, progress)
    finally:
        progress.close()
        client.close()


def _worked(
    request: Request,
    targets: tuple[str, ...],
    flags: Mapping[str, Any],
    top: int,
    batch: int,
    client: ModelClient,
    progress: Progress,
) -> TwoStepResult:
    from pathlib import Path

    from testwright.llm.exchange import Sampling
    from testwright.workflows.two_step import TwoStepRun, stored_work, two_step
    from testwright.workflows.two_step_work import own_tests_of, prover, work_of

    root, options, stopping = Path(request.project.root), request.options, threading.Event()
    work = stored_work(root) if options.resume else []
    if not work:
        known = {name: flags[name] for name in ("python",) if name in flags}
        work = work_of(request, prepare_audit(targets, known), top, progress=progress)
    own = own_tests_of(request, work, stopping=stopping, progress=progress)
    sampling = Sampling(
        options.model_temperature or 0.0, max_tokens=_reply_tokens(client.context_size), seed=options.seed
    )
    run = TwoStepRun(
        client,
        root,
        sampling,
        prover(request, own, stopping=stopping, progress=progress),
        batch,
        options.jobs,
        options.resume,
        tuple(file.module for file in request.project.modules()),
        own,
    )
    return two_step(run, work, stopping=stopping, progress=progress)


def _reply_tokens(context_size: int | None) -> int:
    """Two replies and the module have to fit into the context."""
    return _REPLY_TOKENS if context_size is None else max(1, min(_REPLY_TOKENS, context_size // 4))


def exit_code(result: TwoStepResult) -> int:
    """0 each module got tests, 1 some did not, 2 none could be worked on, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    problems = [record for record in result.records if record.problem is not None]
    if problems and len(problems) == len(result.records):
        return exit_codes.CANNOT_START
    return exit_codes.DONE if all(record.kept for record in result.records) else exit_codes.FINDINGS


def report(result: TwoStepResult) -> str:
    """A line for each module, and the sums."""
    lines = [_line(record) for record in result.records]
    account, kept = result.account, sum(record.kept for record in result.records)
    tokens = [account.prompt_tokens, account.reply_tokens]
    said = " + ".join("n/a" if each is None else f"{each:,}" for each in tokens)
    cost = "n/a" if account.cost is None else f"{account.cost:.4f}"
    modules = f"{len(result.records)} modules"
    return "\n".join([*lines, f"{kept} tests kept of {modules}; {account.calls} calls, {said} tokens, cost {cost}"])


def _line(record: ModuleRecord) -> str:
    where = f" → {os.path.relpath(record.file)}" if record.file else ""
    if record.problem is not None:
        return f"{record.module}: nothing [{record.problem['slug']}]"
    calls = f"{record.account['calls']} calls" + (", finished before" if record.resumed else "")
    return f"{record.module}: {record.kept} tests kept, {len(record.rejected)} rejected, {calls}{where}"
