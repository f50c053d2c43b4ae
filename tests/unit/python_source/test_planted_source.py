"""A mutant in the source means what it means in the tree, and its diff is a few lines."""

from __future__ import annotations

import ast
import inspect

import pytest

from testwright.inside.mutants import operators, sites
from testwright.inside.mutants.sites import find_sites, plant
from testwright.nouns import Mutant
from testwright.python_source import render_layout
from testwright.python_source.planted_source import mutant_diff, planted_source

TEXTS = '''
def greet(name, ä=1):
    """Ünïcode before it."""
    ö = "ß" + name; return (ö if name
        else f"nobody {name!r:>{ä + 1}} – {"x" if name else 2}") * 2 ** -ä
'''


def told(source: str) -> list[tuple[Mutant, ast.Module]]:
    tree = ast.parse(source)
    found = []
    for site in find_sites(tree, source).sites:
        for m in site.mutants:
            mutant = Mutant(
                m.number, m.operator, "f.py", site.function, site.span, site.shown(m), site.mutants[0].number
            )
            found.append((mutant, plant(tree, site.node, site.slot, m.replacement)))
    return found


@pytest.mark.parametrize("module", [operators, sites, render_layout], ids=lambda m: m.__name__.rpartition(".")[2])
def test_the_source_with_the_mutant_is_the_tree_with_the_mutant(module: object) -> None:
    source = inspect.getsource(module)  # type: ignore[arg-type]
    all_of_them = told(source)
    assert len(all_of_them) > 50
    for mutant, tree in all_of_them:
        assert same(planted_source(source, mutant), tree), mutant


def same(source: str, tree: ast.Module) -> bool:
    """By what they unparse to; an emptied block is written with `pass`."""
    wanted = ast.unparse(ast.fix_missing_locations(tree))
    got = ast.unparse(ast.parse(source))
    return got == wanted or without_pass(got) == without_pass(wanted)


def without_pass(text: str) -> list[str]:
    empty = ("pass", "else:", "finally:")
    return [line for line in text.splitlines() if line.strip() not in empty]


def test_columns_count_bytes() -> None:
    source = TEXTS.replace('{"x" if name else 2}', "{ä}")
    for mutant, tree in told(source):
        assert same(planted_source(source, mutant), tree), mutant


def test_a_diff_shows_the_line_before_and_after() -> None:
    source = "def f(a):\n    b = a + 1\n    return b\n"
    mutant = next(m for m, _ in told(source) if m.operator == "arithmetic")
    assert mutant_diff(source, mutant) == ["  def f(a):", "-     b = a + 1", "+     b = a - 1", "      return b"]


def test_lines_end_where_python_ends_them() -> None:
    source = "def f(a):\n    return a\n\x0c\ndef g(b, c=(1,\r\n 2)): return b + 1; d = 2\n"
    for mutant, tree in told(source):
        assert same(planted_source(source, mutant), tree), mutant
    mutant = next(m for m, _ in told(source) if m.operator == "arithmetic")
    assert "+  2)): return b - 1; d = 2" in mutant_diff(source, mutant)


def test_source_for_another_python_is_written_all_the_same() -> None:
    source = "type Size = notyet 3\n\ndef f(a):\n    return a + 1\n"
    mutant = Mutant(1, "arithmetic", "f.py", "f", (4, 11, 4, 16), "a - 1", 1)
    assert planted_source(source, mutant) == source.replace("a + 1", "a - 1")
    assert mutant_diff(source, mutant)[-2:] == ["-     return a + 1", "+     return a - 1"]
