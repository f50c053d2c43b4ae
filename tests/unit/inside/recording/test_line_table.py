from __future__ import annotations

import ast
import dis
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from testwright.inside.recording.line_table import NOWHERE, without_lines

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


@pytest.mark.parametrize("name", ["argparse", "ast", "difflib", "inspect", "typing", "asyncio/base_events"])
def test_code_with_no_such_lines_stays_as_it_is(name: str) -> None:
    code = compile(Path(LIBRARY, f"{name}.py").read_bytes(), name, "exec")
    for before, after in zip(codes(code), codes(without_lines(code)), strict=True):
        assert list(after.co_lines()) == list(before.co_lines())
        assert list(after.co_positions()) == list(before.co_positions())


@pytest.mark.parametrize("name", ["argparse", "ast", "difflib", "inspect", "typing", "asyncio/base_events"])
def test_only_instructions_of_the_line_lose_theirs(name: str) -> None:
    tree = ast.parse(Path(LIBRARY, f"{name}.py").read_bytes())
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Assign | ast.Return | ast.Call) and number % 3 == 0:
            node.lineno = node.end_lineno = NOWHERE
            node.col_offset = node.end_col_offset = 0
    code = compile(tree, name, "exec")
    removed = Counter[bool]()
    for before, after in zip(codes(code), codes(without_lines(code)), strict=True):
        assert after.co_code == before.co_code
        for (was, *_), (now, *_) in zip(before.co_positions(), after.co_positions(), strict=True):
            assert now == (None if was is not None and was >= NOWHERE else was)
            removed[was != now] += 1
    assert removed[True] > 50
    assert removed[False] > 500


def test_columns_are_kept_where_the_line_before_stays() -> None:
    code = compile("def f(a):\n    return a.b(1,\n               2)\n", "f.py", "exec")
    assert [p.positions for p in dis.get_instructions(without_lines(code))] == [
        p.positions for p in dis.get_instructions(code)
    ]
    assert sys.version_info >= (3, 11)
