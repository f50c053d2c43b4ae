"""Writes the pages of docs/ that are made from the code: the reference of commands and options, and the lists of pages.

`python docs/make_reference.py` writes them; with `--check` it only says which are stale, and exits 1 if any is.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import click

from testwright.cli import exit_codes
from testwright.cli.main import VERBS, group
from testwright.config.function_orders import ORDERS
from testwright.config.mechanisms import MECHANISMS
from testwright.config.options import OPTIONS, OptionSpec
from testwright.inside.mutants.operators import OPERATORS

DOCS = Path(__file__).resolve().parent
MADE = "<!-- made by docs/make_reference.py; change the code, not this page -->\n\n"
EXIT_CODES = {
    exit_codes.DONE: "done",
    exit_codes.FINDINGS: "done, with findings: some modules gave nothing or could not be imported; `prove` rejected a test; "
    "a gate of `audit` or `mutate` was not met; the suite that `audit` ran did not finish",
    exit_codes.CANNOT_START: "could not start: usage, configuration, or no module of the project can be imported",
    exit_codes.OUR_BUG: "a bug of testwright; a report is in `.testwright/`",
    exit_codes.INTERRUPTED: "interrupted; what was proven is kept",
}


def pages() -> dict[Path, str]:
    """Each made page with its text."""
    return {
        DOCS / "reference" / "cli.md": cli_page(),
        DOCS / "reference" / "config.md": config_page(),
        DOCS / "reference" / "operators.md": operators_page(),
        DOCS / "messages" / "index.md": list_page("Messages", "What each message means.", DOCS / "messages"),
        DOCS / "reasons" / "index.md": list_page(
            "Reasons",
            "Each rule that a test must pass, to be kept by `generate` or ok for `prove`; a rejected test names the one it failed.",
            DOCS / "reasons",
        ),
        DOCS / "suspicions" / "index.md": list_page(
            "Suspicions",
            "Each kind of finding that `generate` reports as a likely bug of the code.",
            DOCS / "suspicions",
        ),
        DOCS / "suite" / "index.md": list_page(
            "Findings about tests",
            "What `audit --suite` says of a project's own tests, beside the reasons for which `prove` rejects one.",
            DOCS / "suite",
        ),
    }


def cli_page() -> str:
    context = click.Context(group, info_name="testwright")
    parts = ["# Commands\n\n", MADE]
    for name in VERBS:
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context)
        parts.append(command_text(command, below))
        if isinstance(command, click.Group):
            parts += [command_text(each, click.Context(each, parent=below), name) for each in command.commands.values()]
    parts.append("## Exit codes\n\n")
    parts += [f"- `{code}`: {meaning}\n" for code, meaning in EXIT_CODES.items()]
    return "".join(parts)


def command_text(command: click.Command, context: click.Context, group_name: str = "") -> str:
    arguments = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    name = f"{group_name} {command.name}".strip()
    rest = ["COMMAND", "..."] if isinstance(command, click.Group) else ["[OPTIONS]", *arguments]
    usage = " ".join(["testwright", name, *rest])
    lines = [
        f"##{'#' if group_name else ''} {name}\n",
        "```text",
        usage,
        "```\n",
        inspect.cleandoc(command.help or ""),
        "",
    ]
    options = [each for each in command.params if isinstance(each, click.Option)]
    lines += [f"- `{names(each)}`: {each.help}" for each in options]
    return "\n".join(lines) + "\n\n"


def names(option: click.Option) -> str:
    shown = ", ".join(option.opts)
    if option.secondary_opts:
        shown += " / " + ", ".join(option.secondary_opts)
    return f"{shown} {option.metavar}" if option.metavar else shown


def config_page() -> str:
    parts = [
        "# Configuration\n\n",
        MADE,
        "A value is taken from the last of these that gives one: its default, `[tool.testwright]` in the project's\n"
        "`pyproject.toml`, the environment, the command line. `testwright config` shows each value and its source.\n"
        "An unknown key is an error. In the environment, lists are separated as `PATH` is. `generate-test.settings` stands in\n"
        "`[tool.testwright.generate-test]`, `model.name` in `[tool.testwright.model]`.\n\n",
    ]
    return "".join([*parts, *(option_text(spec) for spec in OPTIONS.values() if spec.configurable)])


def operators_page() -> str:
    parts = [
        "# Mutation operators\n\n",
        MADE,
        "What `testwright mutate` plants in the bodies of functions and in the defaults of their parameters, one mutant at a\n"
        "time. Docstrings, annotations and patterns are left alone.\n\n"
        "Those called finer are planted where `--operator` names them, and by `testwright generate`, which looks for tests\n"
        "that catch them too: more of them than of the others change nothing that a test could notice, so that they are no\n"
        "part of the score.\n\n",
    ]
    for operator in OPERATORS:
        parts.append(
            f"## {operator.slug}\n\n{operator.title[:1].upper()}{operator.title[1:]}{' (finer)' if operator.finer else ''}.\n\n"
            f"Instead of\n\n```text\n{operator.before}\n```\n\nit plants\n\n```text\n{operator.after}\n```\n\n"
        )
    return "".join(parts)


def option_text(spec: OptionSpec) -> str:
    kinds = {
        "text": "text",
        "path": "a path",
        "integer": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "factories": "a list of texts or tables",
        "prices": "a list of tables",
    }
    default = spec.default_text or (str(spec.default).lower() if spec.kind == "flag" else f"{spec.default:g}")
    flag = f"`{spec.flag}`" if spec.flag else "none"
    return (
        f"## {spec.key}\n\n{spec.help}\n\n"
        f"- kind: {kinds.get(spec.kind, 'a list of texts')}\n"
        f"- default: {default}\n"
        f"- environment: `{spec.environment_name}`\n"
        f"- flag: {flag}\n\n" + choices_text(spec)
    )


def choices_text(spec: OptionSpec) -> str:
    known = MECHANISMS | ORDERS | {operator.slug: operator.title for operator in OPERATORS}
    lines = [f"- `{choice}`: {known[choice]}\n" if choice in known else f"- `{choice}`\n" for choice in spec.choices]
    return "".join(["What it may name:\n\n", *lines, "\n"]) if lines else ""


def list_page(title: str, opening: str, folder: Path) -> str:
    slugs = sorted(path.stem for path in folder.glob("*.md") if path.stem != "index")
    links = "".join(f"- [{slug}]({slug}.md)\n" for slug in slugs)
    return f"# {title}\n\n{MADE}{opening} `testwright explain SLUG` shows the same page.\n\n{links}"


def stale_pages() -> list[Path]:
    """The made pages whose text on disk is not what the code says now."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    stale = stale_pages()
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(DOCS.parent)}; run python docs/make_reference.py", file=sys.stderr)  # noqa: T201
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
