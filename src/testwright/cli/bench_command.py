"""`testwright bench`: which model, or generator of tests, writes what works; each action has its file in `bench/`."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

import click

from testwright.errors import UsageError

__all__ = ["command"]

ACTIONS = {
    "new": "Write a definition to start from.",
    "validate": "Find every problem of definitions, by running them too.",
    "run": "Ask models for code, run it, and record what came of it.",
    "evaluate": "Run answers that were made elsewhere.",
    "gaps": "List the samples that records lack.",
    "rescore": "Evaluate stored answers again, and print what changed.",
    "report": "Make a leaderboard from stored evaluations.",
    "compare": "Say which of two is better on the same cases.",
    "contamination": "Look for models that have seen the tasks.",
    "tests": "Say which generators write tests that find bugs.",
    "show": "Show one sample: question, answer, and what came of it.",
}


class _Actions(click.Group):
    """Each action's module is imported only when it is called; a slip of the pen is told as that of a command is."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ACTIONS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ACTIONS:
            return None
        command: Any = importlib.import_module(f"testwright.cli.bench.{cmd_name}_action").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(ACTIONS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in ACTIONS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], ACTIONS, n=1, cutoff=0.5)
            raise UsageError(
                f"there is no command {f'bench {args[0]}'!r}",
                slug="unknown-command",
                where="testwright bench",
                hint=f"did you mean {close[0]!r}?" if close else "`testwright bench --help` lists the commands",
            )
        return super().resolve_command(ctx, args)


@click.group("bench", cls=_Actions, short_help="Find out which model or generator writes what works.")
def command() -> None:
    """Find out which model, or which generator of tests, writes code that works.

    DEFS are definition.toml files or folders with them; `shipped` means those that come with testwright.
    """
