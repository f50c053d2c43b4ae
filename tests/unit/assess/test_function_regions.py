"""Function regions: rule by rule, and equality with coverage.py's own over the standard library."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest
from coverage.regions import code_regions

from testwright.assess.function_regions import parsed, regions, regions_of, reported_names
from testwright.errors import ProjectError
from testwright.python_source.complexity import cyclomatic_complexity

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


def by_name(source: str) -> dict[str, tuple[int, set[int]]]:
    return {region.qualname: (region.line, set(region.lines)) for region in regions(source, "a.py")}


def test_names_and_lines_are_those_of_the_bodies_without_inner_ones() -> None:
    found = by_name(NESTED)

    assert found["Cart.Line.price"] == (5, {6})
    assert found["Cart.total"] == (9, {10, 11, 13})
    assert found["Cart.total.add"] == (11, {12})
    assert found["Cart.many"] == (16, {18})
    assert found["outer.inner"] == (23, {23})
    assert found["outer.handler"] == (32, {32})
    assert found["outer.matched"] == (35, {35})
    assert 21 in found["outer"][1]
    assert 23 not in found["outer"][1]


def test_what_belongs_to_no_function_is_the_module() -> None:
    *_, module = regions(NESTED, "a.py")

    assert (module.qualname, module.line, module.end_line, module.node) == ("", 1, 35, None)
    assert {1, 2, 3, 4, 5, 7, 8, 9, 14, 15, 16, 17, 19, 20} == module.lines & set(range(1, 21))


def test_every_line_belongs_to_one_region_only() -> None:
    found = regions(NESTED, "a.py")

    assert sorted(line for region in found for line in region.lines) == list(range(1, 36))


def test_the_head_of_a_function_is_its_decorators_and_signature() -> None:
    heads = {region.qualname: sorted(region.head) for region in regions(NESTED, "a.py")}

    assert heads["Cart.total"] == [8, 9]
    assert heads["Cart.many"] == [15, 16, 17]
    assert heads["outer.inner"] == [22, 23]


def test_a_method_knows_its_class_and_a_function_in_it_does_not() -> None:
    owners = {region.qualname: region.owner for region in regions(NESTED, "a.py")}

    assert owners["Cart.Line.price"] == "Cart.Line"
    assert owners["Cart.total"] == "Cart"
    assert owners["Cart.total.add"] == ""
    assert owners["outer"] == ""


def test_complexity_is_that_of_the_function_alone() -> None:
    found = {region.qualname: region.complexity for region in regions(NESTED, "a.py")}

    assert found["outer"] == 5
    assert found["outer.deep"] == 1
    assert found[""] == 0


def test_a_file_without_anything_is_one_empty_module() -> None:
    assert [(region.qualname, region.lines) for region in regions(b"", "a.py")] == [("", frozenset({1}))]


def test_a_declared_encoding_is_read() -> None:
    assert regions("# coding: latin-1\ndef é(): pass\n".encode("latin-1"), "a.py")[0].qualname == "é"


@pytest.mark.parametrize("source", ["def f(:\n", "x = \0", "(" * 500 + ")" * 500])
def test_what_cannot_be_parsed_is_said_with_its_place(source: str) -> None:
    with pytest.raises(ProjectError, match=r"'bad\.py' cannot be parsed") as caught:
        parsed(source, "bad.py")

    assert caught.value.slug == "source-unreadable"
    assert caught.value.where.startswith("bad.py:")


def test_a_long_chain_of_elifs_is_no_problem() -> None:
    deep = "def f(x):\n    if x == 0: pass\n" + "".join(f"    elif x == {n}: pass\n" for n in range(1, 150))
    deep += "    else:\n        def g(): pass\n"

    assert [region.qualname for region in regions(deep, "a.py")] == ["f", "f.g", ""]


def test_of_several_with_one_name_the_first_with_statements_keeps_it() -> None:
    source = "def f(): ...\ndef f(): return 1\ndef f(): return 2\ndef g(): return 3\n"

    assert reported_names(regions(source, "a.py"), {2, 3, 4}) == ["f@1", "f", "f@3", "g", ""]
    assert reported_names(regions(source, "a.py"), set()) == ["f", "f@2", "f@3", "g", ""]


def test_names_lines_and_complexity_equal_those_of_coverage_over_the_standard_library() -> None:
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::3]
    functions = 0
    for path in paths:
        source = path.read_bytes()
        tree = ast.parse(source)
        found = [region for region in regions_of(tree) if region.node]
        theirs = [region for region in code_regions(path.read_text("utf-8")) if region.kind == "function"]
        mine = [(region.qualname, region.line, region.lines) for region in found]
        # Of a `try` some versions of coverage.py look into `else` before the handlers: ours are by line.
        by_line = sorted(theirs, key=lambda each: each.start)
        assert mine == [(each.name, each.start, frozenset(each.lines)) for each in by_line], path
        assert [r.complexity for r in found] == [cyclomatic_complexity(r.node) for r in found if r.node]
        functions += len(found)
    assert functions > 1000
