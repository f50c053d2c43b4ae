"""`testwright dataset`: writes functions and their proven tests as data to train a model with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.asked_model import asked_model
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text
from testwright.config.model_options import MODEL_VERB
from testwright.config.request import Request, find_settings, prepare, require_writable
from testwright.config.sources import Settings
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.workflows.make_dataset import DatasetResult

__all__ = ["command"]

_SPENT = "model-budget-spent"
"""No failure: the user has said how much may be asked."""
_GENERATING = ["budget", "max_executions", "seed", "python", "mutants", "private", "jobs", "private_paths"]


@click.command("dataset", short_help="Write functions and their proven tests as training data.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-o", "--output", "folder", required=True, metavar="DIR", help="Folder that the data is written to.")
@click.option(
    "--test-share",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="So much of the modules is kept to examine a model with.",
)
@with_options(_GENERATING)
@with_options(verb=MODEL_VERB)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(targets: tuple[str, ...], folder: str, test_share: float, as_json: bool, quiet: bool, **given: Any) -> int:
    """Make tests of the targets as `generate` does, and write each function with its proven tests as training data.

    DIR gets train.csv, test.csv, config.yaml and job_description.json, as pytest-generator's fine-tuning has them, and
    the same pairs as train.jsonl and test.jsonl. No module is in both parts, and no test file is written.
    """
    output = os.path.abspath(os.path.expanduser(folder))
    require_writable(output)
    flags = {**option_flags(given), "diff": True}
    request = prepare(targets, flags)
    _, settings = find_settings(flags, targets)
    result = _made(request, settings, test_share, quiet=quiet or as_json)
    if request.options.model_dry_run:
        return exit_codes.DONE
    _require_pairs(result, request)
    _write(result, Path(output))
    if as_json:
        show_document({"exit_code": exit_code(result), "folder": output, **result.to_plain()})
    else:
        show_text(report(result, folder))
    for problem in result.problems:
        show_problem(problem["message"], problem["slug"], problem["where"], problem["hint"])
    if result.interrupted:
        show_remark("interrupted; only modules that were finished are in the data")
    return exit_code(result)


def _made(request: Request, settings: Settings, share: float, *, quiet: bool) -> DatasetResult:
    from testwright.workflows.make_dataset import make_dataset

    progress = Progress(quiet=quiet)
    client = asked_model(settings, request.project, quiet=quiet)
    try:
        return make_dataset(
            request.project,
            request.targets,
            request.options,
            private=request.options.private_paths,
            share=share,
            progress=progress,
            client=client,
        )
    finally:
        if client is not None:
            client.close()
        progress.close()


def _require_pairs(result: DatasetResult, request: Request) -> None:
    if not result.split.train and not result.split.test:
        raise UsageError(
            "no function of the targets has a proven test, so there is no data to write",
            slug="nothing-kept",
            where=request.project.root,
            hint="name other targets, or give `--budget` more seconds",
        )


def _write(result: DatasetResult, folder: Path) -> None:
    from testwright.write.training_files import training_files, write_training_files

    write_training_files(folder, training_files(result.split.train, result.split.test))


def exit_code(result: DatasetResult) -> int:
    """0 written, 1 some modules gave nothing, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    return exit_codes.FINDINGS if any(each["slug"] != _SPENT for each in result.problems) else exit_codes.DONE


def report(result: DatasetResult, folder: str) -> str:
    """What is in the data, and what is not."""
    plain = result.to_plain()
    lines = [
        f"{plain[side]} pairs of {len(plain['modules'][side])} modules in {os.path.join(folder, side)}.csv"
        for side in ("train", "test")
    ]
    lines += [f"{number} left out: {reason}" for reason, number in result.left_out.items()]
    if result.private:
        lines.append(f"{len(result.private)} private modules were not looked at: {', '.join(result.private)}")
    return "\n".join(lines)
