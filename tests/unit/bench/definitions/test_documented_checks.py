"""The page on definitions names every check, and has no other."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from testwright.bench.definitions.schema import KINDS, written_fields

CHECK = re.compile(r"[a-z]+(-[a-z]+)*")


def checks_in(text: str) -> Iterator[str]:
    """The first argument of each Finding, and the first of three texts that are yielded for one."""
    for node in ast.walk(ast.parse(text)):
        first = None
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding" and node.args:
            first = node.args[0]
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            first = node.value.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and CHECK.fullmatch(first.value):
            yield first.value


def page(checkout: Path) -> str:
    return (checkout / "docs/how-to/write-a-definition.md").read_text(encoding="utf-8")


def test_every_check_is_documented_and_no_other(checkout):
    sources = (checkout / "src/testwright/bench/definitions").glob("*.py")
    checks = {check for path in sources for check in checks_in(path.read_text(encoding="utf-8"))}
    tables = page(checkout).partition("## What is looked at")[2].partition("## ")[0]
    rows = [line for line in tables.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    columns = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert len(checks) > 20
    assert checks - named == set()
    assert columns - checks == set()


def test_every_key_is_documented(checkout):
    for table, kind in KINDS.items():
        described = page(checkout).partition(f"## Keys of `[{table}]`")[2].partition("\n## ")[0]
        fields: list[dataclasses.Field] = written_fields(kind)
        assert [each.name for each in fields if f"`{each.name}`" not in described] == []
