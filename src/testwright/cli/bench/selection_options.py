"""Gives commands of `bench` the options that choose evaluations, and makes a selection of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.reporting.selection import Selection

__all__ = ["chosen_selection", "with_selection_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


def with_selection_options(command: Command) -> Command:
    """Options `last`, `as_of`, `where`, `prompts` and `models`; None = not given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--last", type=click.IntRange(0), metavar="N", help="The newest N of each model, case and prompt; 0 all."
    ),
    click.option("--as-of", metavar="DATE", help="Nothing newer than this date."),
    click.option("--where", multiple=True, metavar="KEY=GLOB", help="What has to fit; `!` before GLOB: what must not."),
    click.option("--prompts", metavar="SET", help="basic, all, or labels with commas between. [default: all]"),
    click.option("--models", "models", metavar="FILE", help="Facts about models: kind, provider, size, prices."),
)


def chosen_selection(
    base: Selection, last: int | None, as_of: str | None, where: tuple[str, ...], prompts: str | None
) -> Selection:
    """`base`, in which what was given on the command line replaces what was there."""
    return replace(
        base,
        last=base.last if last is None else last,
        as_of=base.as_of if as_of is None else as_of,
        where={**base.where, **_wanted(where)},
        prompts=base.prompts if prompts is None else _labels(prompts),
    )


def _wanted(where: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, tuple[str, ...]] = {}
    for each in where:
        key, sign, glob = each.partition("=")
        if not sign or not key:
            raise UsageError(f"{each!r} is no KEY=GLOB", slug="bad-value", where="--where", hint="--where model=gpt-4*")
        wanted[key] = (*wanted.get(key, ()), glob)
    return wanted


def _labels(prompts: str) -> tuple[str, ...]:
    from testwright.bench.reporting.selection import BASIC_PROMPTS

    if prompts in ("basic", "all"):
        return BASIC_PROMPTS if prompts == "basic" else ()
    return tuple(each.strip() for each in prompts.split(",") if each.strip())
