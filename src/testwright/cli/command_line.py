"""Turns the declared options into click options, and gathers what the user gave on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from testwright.config.options import OPTIONS, OptionSpec

__all__ = ["option_flags", "with_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


def with_options(names: Iterable[str] | None = None, *, verb: str = "generate") -> Callable[[Command], Command]:
    """Gives a command the options of those names (all that the verb has, without names), unparsed: None = not given."""
    specs = [s for s in OPTIONS.values() if s.flag and (verb in s.verbs if names is None else s.name in names)]

    def decorate(command: Command) -> Command:
        for spec in reversed(specs):
            command = _click_option(spec)(command)
        return command

    return decorate


def _click_option(spec: OptionSpec) -> Callable[[Command], Command]:
    shown = _help(spec)
    if spec.kind == "flag":
        return click.option(spec.flag, spec.name, is_flag=True, default=None, help=shown, hidden=spec.advanced)
    return click.option(
        *spec.flag.split("/"),
        spec.name,
        metavar=spec.metavar,
        type=click.Choice(spec.choices) if spec.table and spec.choices else None,
        multiple=spec.kind == "list",
        default=None,
        help=shown,
        hidden=spec.advanced,
    )


def _help(spec: OptionSpec) -> str:
    if spec.default_text or spec.kind != "flag":
        default = spec.default_text or f"{spec.default:g}"
    else:
        default = "yes" if spec.default else ""
    return f"{spec.help} [default: {default}]" if default else spec.help


def option_flags(given: dict[str, Any]) -> dict[str, Any]:
    """Of a command's parameters, those that are declared options."""
    return {name: value for name, value in given.items() if name in OPTIONS}
