"""`testwright explain`: why a test was kept (from the stored evidence), or the page of a message or rule."""

from __future__ import annotations

import difflib
import json
import os
import shlex
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from testwright.cli.output import show_document, show_text
from testwright.config.project import find_project
from testwright.errors import UsageError

__all__ = ["command", "find_page"]

_KINDS = ("messages", "reasons", "suspicions", "suite")


@click.command("explain", short_help="Say why a test was kept, or what a message means.")
@click.argument("subject", metavar="FILE::TEST|SLUG")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(subject: str, as_json: bool) -> None:
    """Say why a test was kept, with its evidence and the command that shows it again; or what a message means.

    FILE::TEST is a test as pytest names it. SLUG is the word in brackets of any message or rejection.
    """
    if "::" in subject:
        _explain_test(subject, as_json=as_json)
        return
    page = find_page(subject)
    if as_json:
        show_document({"slug": subject, "page": page})
    else:
        show_text(page.rstrip("\n"))


# ── a test ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _explain_test(subject: str, *, as_json: bool) -> None:
    file, _, test = subject.partition("::")
    project = find_project(file if os.path.exists(file) else os.getcwd())
    store = os.path.join(project.root, ".testwright", "evidence.json")
    tests = _stored_tests(store)
    node = f"{os.path.relpath(os.path.abspath(file), project.root)}::{test}"
    found = {name: record for name, record in tests.items() if name == node or name.startswith(node + "[")}
    if not found:
        raise UsageError(
            f"there is no evidence for {subject!r}",
            slug="no-evidence",
            where=store,
            hint=_closest(node, tests) or "generate the tests again; evidence is kept in .testwright of the project",
        )
    if as_json:
        show_document({"tests": found})
        return
    show_text("\n\n".join(_test_text(name, record) for name, record in found.items()))
    show_text(f"\nshow it again: cd {shlex.quote(project.root)} && {_command(node, found)}")


def _stored_tests(store: str) -> dict[str, dict[str, Any]]:
    """The stored records by node id; none when nothing was generated here yet."""
    try:
        with open(store, encoding="utf-8") as stream:
            document = json.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the stored evidence cannot be read: {error}",
            slug="evidence-unreadable",
            where=store,
            hint="delete the file and generate again",
        ) from error
    tests = document.get("tests", {}) if isinstance(document, dict) else {}
    return tests if isinstance(tests, dict) else {}


def _test_text(name: str, record: dict[str, Any]) -> str:
    kept = record.get("kept", True)
    lines = [name, f"  {'kept' if kept else 'rejected'}{_reason(record)}"]
    if target := record.get("target"):
        lines.append(f"  tests      {target}")
    if proof := record.get("proof"):
        lines.append(f"  proof      {_proof(proof)}")
    for run in record.get("runs", ()):
        detail = f" ({run['detail']})" if run.get("detail") else ""
        lines.append(f"  run        {run.get('condition', '')}: {run.get('outcome', '')}{detail}")
    if new_lines := record.get("new_lines"):
        lines.append(f"  new lines  {', '.join(str(line) for line in sorted(new_lines))}")
    if new_arcs := record.get("new_arcs"):
        lines.append(f"  new arcs   {', '.join(f'{start}→{end}' for start, end in sorted(new_arcs))}")
    return "\n".join(lines)


def _reason(record: dict[str, Any]) -> str:
    if not record.get("slug"):
        return ""
    return f": {record.get('reason', '')} [{record['slug']}]"


def _proof(proof: Any) -> str:
    if not isinstance(proof, dict):
        return str(proof)
    lines, branches = proof.get("new_lines", 0), proof.get("new_branches", 0)
    caught, catchable = len(proof.get("caught") or ()), len(proof.get("catchable") or ())
    catches = f" · catches {caught} of {catchable} {'mutant' if catchable == 1 else 'mutants'}" if catchable else ""
    return (
        f"{proof.get('passed')}/{proof.get('runs')} runs · {lines} new {'line' if lines == 1 else 'lines'}, "
        f"{branches} new {'branch' if branches == 1 else 'branches'}{catches}"
    )


def _command(node: str, found: dict[str, dict[str, Any]]) -> str:
    """The command stored with the test, else plain pytest with the interpreter that proved it."""
    record = next(iter(found.values()))
    if record.get("command"):
        return str(record["command"])
    return f"{shlex.quote(str(record.get('python', 'python')))} -m pytest {shlex.quote(node)}"


# ── a page ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_page(slug: str) -> str:
    """The text of the page of `slug`; UsageError with the closest slugs if there is none."""
    known: dict[str, Traversable] = {}
    for folder in _page_folders():
        for page in folder.iterdir():
            if page.name.endswith(".md") and page.name != "index.md":
                known.setdefault(page.name.removesuffix(".md"), page)
    if slug not in known:
        raise UsageError(
            f"there is no page for {slug!r}",
            slug="page-not-found",
            where="testwright explain",
            hint=_closest(slug, known) or "give FILE::TEST, or the word in brackets of a message",
        )
    return known[slug].read_text(encoding="utf-8")


def _page_folders() -> Iterable[Traversable]:
    """Packaged pages; in a source checkout (nothing packaged), those of docs/."""
    packaged = resources.files("testwright") / "pages"
    checkout = Path(__file__).resolve().parents[3] / "docs"
    base: Traversable = packaged if packaged.is_dir() else checkout
    return [folder for kind in _KINDS if (folder := base / kind).is_dir()]


def _closest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return "did you mean " + " or ".join(repr(each) for each in close) + "?" if close else ""
