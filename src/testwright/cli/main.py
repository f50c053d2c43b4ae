"""The entry point: finds the verb, runs it, and turns whatever goes wrong into one message and an exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import time
from collections.abc import Sequence

import click

from testwright import __version__
from testwright.cli import exit_codes
from testwright.cli.output import show_problem, show_remark
from testwright.errors import TestwrightError, UsageError

__all__ = ["main"]

VERBS = {
    "audit": "Show what is not tested, how bad that is, and what to test next.",
    "generate": "Write the tests that are missing, each one proven by running.",
    "mutate": "Count how many planted bugs the project's tests catch.",
    "prove": "Judge tests from anywhere: which are flaky, empty or cannot fail.",
    "trace": "Look at recorded runs: list, show, compare, keep, hand on.",
    "record": "Run a command and keep what it does as traces.",
    "generate-test": "Turn recorded requests into tests, each proven by running.",
    "dataset": "Write functions and their proven tests as training data.",
    "bench": "Find out which model or generator writes what works.",
    "compat": "Take the command line of another tool: pytest-generator.",
    "explain": "Say why a test was kept, or what a message means.",
    "doctor": "Check what testwright needs: sandbox, interpreter, pytest.",
    "config": "Show every option, its value and where it comes from.",
}


class _Verbs(click.Group):
    """The verbs; each one's module is imported only when it is called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"testwright.cli.{cmd_name.replace('-', '_')}_command")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], VERBS, n=1, cutoff=0.5)
            raise UsageError(
                f"there is no command {args[0]!r}",
                slug="unknown-command",
                where="testwright",
                hint=f"did you mean {close[0]!r}?" if close else "`testwright --help` lists the commands",
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 done with findings, 2 could not start, 3 our bug, 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", message="testwright %(version)s")
def group() -> None:
    """Write the pytest tests that a Python project is missing, and prove each one by running it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run testwright and exit."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. The one place that meets every exception."""
    try:
        answer = group.main(arguments, prog_name="testwright", standalone_mode=False)
    except TestwrightError as error:
        show_problem(error.message, error.slug, error.where, error.hint)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        show_remark(error.format_message())
        return exit_codes.CANNOT_START
    except click.ClickException as error:
        problem = _from_click(error, arguments)
        show_problem(problem.message, problem.slug, problem.where, problem.hint)
        return problem.exit_code
    except (KeyboardInterrupt, click.Abort):
        show_remark("interrupted")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, `less`) went away: keep the interpreter's own flush at exit quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.DONE
    except Exception as error:  # noqa: BLE001 - the boundary: our own bug becomes a report, not a traceback
        return _report_crash(error, arguments)
    return answer if isinstance(answer, int) else exit_codes.DONE


def _from_click(error: click.ClickException, arguments: list[str]) -> UsageError:
    """The same problem in testwright's own words and parts."""
    context = getattr(error, "ctx", None)
    verb = next((word for word in arguments if word in VERBS), "")  # click forgets where it was in some errors
    path = context.command_path if context is not None else f"testwright {verb}".strip()
    hint = f"`{path} --help` lists what there is"
    slug, message = "bad-usage", error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        slug, message = "unknown-option", f"there is no option {error.option_name!r}"
        if close := _closest_option(error):
            hint = f"did you mean {close!r}?"
    elif isinstance(error, click.MissingParameter):
        slug = "missing-argument"
    elif isinstance(error, click.BadParameter):
        slug = "bad-value"
    return UsageError(message[:1].lower() + message[1:], slug=slug, where=path, hint=hint)


def _closest_option(error: click.NoSuchOption) -> str:
    context = error.ctx
    known = [name for each in context.command.params for name in (*each.opts, *each.secondary_opts)] if context else []
    options = [name for name in known if name.startswith("--")]
    close = difflib.get_close_matches(error.option_name, options, n=1, cutoff=0.5)
    return close[0] if close else ""


def _report_crash(error: Exception, arguments: list[str]) -> int:
    import platform
    import traceback

    lines = [
        f"testwright {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {arguments!r}",
        "",
        *traceback.format_exception(error),
    ]
    path = os.path.join(".testwright", f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt")
    try:
        os.makedirs(".testwright", exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines))
    except OSError:
        path = ""
        show_remark("\n".join(lines))
    show_problem(
        f"testwright itself broke: {type(error).__name__}: {error}",
        "internal-error",
        path,
        "report it with the file above; the same command with --without or one module may get past it",
    )
    return exit_codes.OUR_BUG
