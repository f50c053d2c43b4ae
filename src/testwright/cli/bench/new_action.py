"""`testwright bench new`: writes a definition to start from."""

from __future__ import annotations

import datetime
import getpass
import keyword
import re
import shlex
from pathlib import Path

import click

from testwright.cli.output import show_remark, show_text
from testwright.errors import UsageError

__all__ = ["command"]


@click.command("new", short_help="Write a definition to start from.")
@click.argument("name")
@click.option("--category", required=True, metavar="CATEGORY", help="Folder that it goes into, such as text or dates.")
@click.option("--language", type=click.Choice(("python", "julia")), default="python", show_default=True, help="Of it.")
@click.option(
    "--kind",
    type=click.Choice(("code_generation", "test_generation")),
    default="code_generation",
    show_default=True,
    help="Whether an answer is code, or tests.",
)
@click.option("--contributor", metavar="WHO", help="Who makes it. [default: your login name]")
@click.option(
    "-o", "--output", "folder", default=".", metavar="DIR", help="Folder of all definitions. [default: this one]"
)
def command(name: str, category: str, language: str, kind: str, contributor: str | None, folder: str) -> None:
    """Write DIR/KIND/CATEGORY/NAME/definition.toml: valid as it is, to put your own task in.

    NAME is the function or class that is asked for, or the module that is to be tested. Nothing is written over.
    """
    from testwright.bench.definitions.definition_file import write_new
    from testwright.bench.definitions.finding import refuse_errors
    from testwright.bench.definitions.starting import starting_definition, starting_text
    from testwright.bench.definitions.validation import validate_definition

    _require_names(name, category)
    if kind == "test_generation" and language != "python":
        raise UsageError(
            "definitions whose answer is tests are in Python",
            slug="bad-usage",
            where="--language",
            hint="leave out --language, or take --kind code_generation",
        )
    path = Path(folder).expanduser() / kind / category / name / "definition.toml"
    today = datetime.date.today().isoformat()
    definition = starting_definition(name, language, kind, contributor or _login_name(), today)
    refuse_errors(validate_definition(definition, evaluate=False).findings)
    write_new(path, starting_text(definition, shlex.quote(str(path))))
    show_text(str(path))
    show_remark(f"next: put your task in it, then testwright bench validate {shlex.quote(str(path))}")


def _require_names(name: str, category: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} is no name of a function",
            slug="bad-value",
            where="NAME",
            hint="use letters, digits and underscores, beginning with a letter",
        )
    if not re.fullmatch(r"\w[\w-]*", category):
        raise UsageError(
            f"{category!r} is no name of a folder for definitions",
            slug="bad-value",
            where="--category",
            hint="use letters, digits, - and _",
        )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have nobody of that number
        return "unknown"
