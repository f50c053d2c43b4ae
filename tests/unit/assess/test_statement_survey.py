"""The survey of a source: rule by rule, and equality with what coverage.py and the tree say of the standard library."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import sysconfig
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from coverage.regions import code_regions

import testwright.python_source.read_module as read_module
from testwright.assess.statement_survey import SurveyedFunction, survey_of
from testwright.python_source.complexity import cyclomatic_complexity
from testwright.python_source.coverage_shape import coverage_shape

NESTED = """\
import functools

class Cart:
    class Line:
        def price(self):
            return 1

    @property
    def total(self):
        '''What it costs.'''
        def add(a, b):
            return a + b
        return functools.reduce(add, [1])

    @functools.cache
    def many(
        self,
    ): return 2

async def outer():
    if True:
        @functools.wraps(print)
        def inner(): return 1
    for i in ():
        with i:
            pass
        async def deep():
            pass
    try:
        pass
    except ValueError:
        def handler(): pass
    match i:
        case 1:
            def matched(): pass
"""


def lines_of(function: SurveyedFunction) -> set[int]:
    """Of its body, without those of the functions in it."""
    return {line for first, last in function.runs(function.first) for line in range(first, last + 1)}


def by_name(source: str) -> dict[str, SurveyedFunction]:
    return {function.qualname: function for function in survey_of(source).functions}


def test_names_and_lines_are_those_of_the_bodies_without_inner_ones() -> None:
    found = {name: (function.line, lines_of(function)) for name, function in by_name(NESTED).items()}

    assert found["Cart.Line.price"] == (5, {6})
    assert found["Cart.total"] == (9, {10, 11, 13})
    assert found["Cart.total.add"] == (11, {12})
    assert found["Cart.many"] == (16, {18})
    assert found["outer.inner"] == (23, {23})
    assert found["outer.handler"] == (32, {32})
    assert found["outer.matched"] == (35, {35})
    assert 21 in found["outer"][1]
    assert 23 not in found["outer"][1]


def test_no_line_belongs_to_two_functions() -> None:
    lines = [line for function in survey_of(NESTED).functions for line in lines_of(function)]

    assert len(lines) == len(set(lines))


def test_a_function_begins_with_its_decorators() -> None:
    runs = {name: function.runs(function.begins) for name, function in by_name(NESTED).items()}

    assert runs["Cart.total"] == ((8, 11), (13, 13))
    assert runs["Cart.many"] == ((15, 18),)
    assert runs["outer.inner"] == ((22, 23),)


def test_a_method_knows_its_class_and_a_function_in_it_does_not() -> None:
    owners = {name: function.owner for name, function in by_name(NESTED).items()}

    assert owners["Cart.Line.price"] == "Cart.Line"
    assert owners["Cart.total"] == "Cart"
    assert owners["Cart.total.add"] == ""
    assert owners["outer"] == ""


def test_complexity_is_that_of_the_function_alone() -> None:
    found = {name: function.complexity for name, function in by_name(NESTED).items()}

    assert found["outer"] == 5
    assert found["outer.deep"] == 1


def test_a_file_without_anything_has_nothing() -> None:
    found = survey_of(b"")
    assert (found.functions, found.imports, found.possible, found.lines) == ([], [], set(), 1)


def test_a_declared_encoding_is_read() -> None:
    assert survey_of("# coding: latin-1\ndef é(): pass\n".encode("latin-1")).functions[0].qualname == "é"


def test_a_long_chain_of_elifs_is_no_problem() -> None:
    deep = "def f(x):\n    if x == 0: pass\n" + "".join(f"    elif x == {n}: pass\n" for n in range(1, 150))
    deep += "    else:\n        def g(): pass\n"

    assert {name: function.complexity for name, function in by_name(deep).items()} == {"f": 151, "f.g": 1}


def test_what_has_a_block_below_it_is_known_by_its_line() -> None:
    found = survey_of(
        "if a:\n  b\nelif c:\n  d\nfor e in f:\n  while g:\n    h\ntry:\n  i\nexcept J:\n  k\nmatch m:\n  case 1:\n    n\n"
    )
    kinds = {line: type(node).__name__ for line, node in found.openings.items()}
    assert kinds == {1: "If", 3: "If", 5: "For", 6: "While", 10: "ExceptHandler", 13: "match_case"}


def test_names_lines_and_complexity_equal_those_of_coverage_and_of_the_tree_over_the_standard_library() -> None:
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::3]
    functions = 0
    for path in paths:
        found = survey_of(path.read_bytes()).functions
        theirs = [region for region in code_regions(path.read_text("utf-8")) if region.kind == "function"]
        mine = [(function.qualname, function.line, lines_of(function)) for function in found]
        # Of a `try` some versions of coverage.py look into `else` before the handlers: ours are by line.
        by_line = sorted(theirs, key=lambda each: each.start)
        assert mine == [(each.name, each.start, set(each.lines)) for each in by_line], path
        assert [each.complexity for each in found] == [cyclomatic_complexity(each.node) for each in found], path
        functions += len(found)
    assert functions > 1000


# ── lines that count ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("module", [ast, contextlib, dataclasses, textwrap, read_module])
def test_it_knows_what_coverage_counts(module: ModuleType) -> None:
    path = str(module.__file__)
    seen = survey_of(Path(path).read_bytes())
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
    seen = survey_of(text.encode())
    assert (seen.certain, seen.possible) == (certain, possible)


def test_a_block_is_left_for_where_it_begins() -> None:
    seen = survey_of(b"@a\ndef f():\n    def g():\n        x\n    y\nz\nclass C:\n    w\n")
    assert [seen.way_out(line) for line in (4, 5, 6, 8)] == [-3, -1, -1, -7]
