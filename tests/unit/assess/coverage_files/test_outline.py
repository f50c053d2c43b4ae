from __future__ import annotations

import ast
import contextlib
import dataclasses
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

import testwright.python_source.read_module as read_module
from testwright.assess.coverage_files.outline import Outline, outline
from testwright.python_source.coverage_shape import coverage_shape


def seen_of(content: bytes) -> Outline:
    return outline(ast.parse(content), content)


@pytest.mark.parametrize("module", [ast, contextlib, dataclasses, textwrap, read_module])
def test_it_knows_what_coverage_counts(module: ModuleType) -> None:
    path = str(module.__file__)
    seen = seen_of(Path(path).read_bytes())
    shape = coverage_shape(path)
    assert shape.statements <= seen.possible
    # `if 0 and x` is the compiler's to see, of all that is not excluded.
    assert len(seen.certain - shape.statements - shape.excluded) <= 2


@pytest.mark.parametrize(
    ("text", "certain", "possible"),
    [
        ("x = 1\n", {1}, {1}),
        ('"""Doc."""\nx: int\nx: int = 1\n', {3}, {1, 2, 3}),
        ("def f():\n    global x\n    return 1\n    print(2)\n", {1, 3}, {1, 2, 3, 4}),
        ("@a\n@b(\n  1)\nclass C:\n    pass\n", {4, 5}, {1, 2, 4, 5}),
        ("try:\n    x\nexcept A:\n    y\nelse:\n    z\nfinally:\n    w\n", {2, 3, 4, 6, 8}, {1, 2, 3, 4, 6, 8}),
        ("match x:\n    case 1:\n        y\n", {1, 3}, {1, 2, 3}),
        ("while True:\n    x = 1\n", {2}, {1, 2}),
        (
            "async def f():\n    async with a as b:\n        async for c in b:\n            d()\n",
            {1, 2, 3, 4},
            {1, 2, 3, 4},
        ),
    ],
)
def test_what_surely_counts_is_told_from_what_may(text: str, certain: set[int], possible: set[int]) -> None:
    seen = seen_of(text.encode())
    assert (seen.certain, seen.possible) == (certain, possible)


def test_a_block_is_left_for_where_it_begins() -> None:
    seen = seen_of(b"@a\ndef f():\n    def g():\n        x\n    y\nz\nclass C:\n    w\n")
    assert [seen.way_out(line) for line in (4, 5, 6, 8)] == [-3, -1, -1, -7]
