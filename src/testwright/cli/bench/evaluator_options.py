"""Gives commands of `bench` the options of the evaluator, and makes its settings of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from testwright.config.request import chosen_interpreter, find_settings
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.evaluating.answers import EvaluatorSettings

__all__ = ["evaluator_settings", "with_evaluator_options"]

Command = TypeVar("Command", bound=Callable[..., Any])
_JULIA = "TESTWRIGHT_JULIA"


def with_evaluator_options(command: Command) -> Command:
    """Options `python`, `julia` and `jobs`; None = not given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--python",
        metavar="PATH",
        help="Interpreter that Python runs in. [default: the project's .venv, else $VIRTUAL_ENV, else the one that runs "
        "testwright]",
    ),
    click.option(
        "--julia",
        metavar="PATH",
        help=f"Julia that Julia runs in; without one it is skipped. [default: ${_JULIA}, else `julia` on the PATH]",
    ),
    click.option(
        "--jobs", type=click.IntRange(1), metavar="N", help="Answers run at the same time. [default: one per CPU]"
    ),
)


def evaluator_settings(python: str | None, julia: str | None, jobs: int | None) -> EvaluatorSettings:
    """Of what was given on the command line. ProjectError or UsageError where an interpreter that was named is not there."""
    from testwright.bench.evaluating.answers import EvaluatorSettings

    flags = {"python": python, "jobs": None if jobs is None else str(jobs)}
    project, settings = find_settings(flags)
    interpreter = chosen_interpreter(settings, project)
    return EvaluatorSettings(interpreter.executable, _julia(julia), settings.options.jobs)


def _julia(named: str | None) -> str:
    place = "--julia" if named else _JULIA
    wanted = named or os.environ.get(_JULIA, "")
    found = shutil.which(os.path.expanduser(wanted or "julia"))
    if wanted and found is None:
        raise UsageError(
            f"there is no Julia {wanted!r}",
            slug="julia-not-found",
            where=place,
            hint="name the program `julia`, or leave it out: what is written in Julia is then skipped",
        )
    return os.path.abspath(found) if found else ""
