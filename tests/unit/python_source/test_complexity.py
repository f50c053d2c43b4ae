"""Complexity: each rule by hand, and equality with radon over the standard library."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testwright.assess.statement_survey import survey_of
from testwright.python_source.complexity import cyclomatic_complexity
from testwright.python_source.source_text import Definition

RULES = [
    ("pass", 1),
    ("if a: pass", 2),
    ("if a: pass\nelif b: pass\nelse: pass", 3),
    ("x = 1 if a else 2", 2),
    ("for i in a: pass", 2),
    ("for i in a: pass\nelse: pass", 3),
    ("while a: pass\nelse: pass", 3),
    ("try: pass\nexcept A: pass\nexcept B: pass\nelse: pass\nfinally: pass", 4),
    ("with a: pass", 1),
    ("return a and b and c", 3),
    ("return a and (b or c)", 3),
    ("return [i for i in a if i if b]", 4),
    ("return {i: j for i in a for j in i}", 3),
    ("assert a", 2),
    ("assert a and b, c if d else e", 2),
    ("return lambda: a and b", 2),
    ("def inner():\n  if a: pass", 1),
    ("class Inner:\n  x = a and b", 1),
    ("match a:\n  case 1: pass\n  case 2: pass", 3),
    ("match a:\n  case 1: pass\n  case _: pass", 2),
    ("match a:\n  case 1: pass\n  case other: pass", 2),
    ("match a:\n  case 1 if b and c: pass", 3),
    ("match a:\n  case _: pass", 1),
]
# What words alone would get wrong, and how they are laid out.
WORDS = [
    ("x = 'a and b'", 1),
    ("x = f'{a or b}'", 2),
    ("x = (a\n  # or not\n  if b else c)", 2),
    ("x = [\n  i\n  for i in a\n  if i\n]", 3),
    ("if (\n  a\n  and b\n): pass", 3),
    ("while a if b else c: pass", 3),
    ("for x[a or b] in c if d else e: pass", 4),
    ("with a if b else c as d: x = e or f", 3),
    ("try:\n  x = a or b\nexcept (A if c else B): x = d and e", 5),
    ("x.for_, or_, and_1, ifs = a", 1),
    ("x = 1or a", 2),
    ("x = ä or b", 2),
    ("x = 'a or b' or \"it's if\"", 2),
    ("x = f'{1}' if a else 'for'", 2),
    ("x = b'or' if a else rb'and'", 2),
    ("x = 'a\\' or b' or c", 2),
    ('x = """a "or" b""" and c', 2),
    ("x = 'a' 'or' if'b'else'c'", 2),
    ("x = ['', 'or', ''] or a", 2),
    ("x = a; y = b or c; z = d if e else f", 3),
]

# What radon counts differently, with the source that shows it: (source, radon's count, ours).
EXCEPTIONS = [("try: pass\nexcept* A: pass\nexcept* B: pass\nelse: pass", 1, 4)]


def complexity_of_body(body: str) -> int:
    source = "def f(a=x and y):\n" + "\n".join(f"    {line}" for line in body.splitlines())
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = cyclomatic_complexity(function)
    assert survey_of(source).functions[0].complexity == found
    return found


@pytest.mark.parametrize(("body", "expected"), RULES + WORDS)
def test_each_rule(body: str, expected: int) -> None:
    assert complexity_of_body(body) == expected


def test_an_async_loop_counts() -> None:
    function = ast.parse("async def f():\n  async for i in a: pass\n  async with b: pass").body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    assert cyclomatic_complexity(function) == 2


def radon_visitors() -> Any:
    return pytest.importorskip("radon.visitors", reason="radon is not installed: equality with it is NOT checked")


def radon_counts(found: Any) -> Iterator[tuple[tuple[str, int], int]]:
    for function in found.functions:
        yield from _with_closures(function)
    for one in found.classes:
        yield from _with_methods(one)


def _with_closures(function: Any) -> Iterator[tuple[tuple[str, int], int]]:
    yield (function.name, function.lineno), function.complexity
    for closure in function.closures:
        yield from _with_closures(closure)


def _with_methods(one: Any) -> Iterator[tuple[tuple[str, int], int]]:
    for method in one.methods:
        yield from _with_closures(method)
    for inner in one.inner_classes:
        yield from _with_methods(inner)


@pytest.mark.parametrize(("body", "radons", "ours"), EXCEPTIONS)
def test_the_exceptions_are_still_exceptions(body: str, radons: int, ours: int) -> None:
    visitors = radon_visitors()
    source = "def f():\n" + "\n".join(f"    {line}" for line in body.splitlines())
    assert dict(radon_counts(visitors.ComplexityVisitor.from_code(source))) == {("f", 1): radons}
    assert complexity_of_body(body) == ours


@pytest.mark.parametrize(("body", "expected"), RULES)
def test_each_rule_is_radons(body: str, expected: int) -> None:
    visitors = radon_visitors()
    source = "def f(a=x and y):\n" + "\n".join(f"    {line}" for line in body.splitlines())
    assert dict(radon_counts(visitors.ComplexityVisitor.from_code(source)))["f", 1] == expected


def test_equals_radon_over_the_standard_library() -> None:
    visitors = radon_visitors()
    compared, different = 0, []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = survey_of(path.read_bytes())
        by_words = {(each.node.name, each.line): each.complexity for each in seen.functions}
        definitions: dict[tuple[str, int], Definition] = {
            (node.name, node.lineno): node
            for node in ast.walk(seen.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _holds_except_star(node)
        }
        for key, count in radon_counts(visitors.ComplexityVisitor.from_ast(seen.tree)):
            if key in definitions:
                compared += 1
                found = (cyclomatic_complexity(definitions[key]), by_words[key])
                if found != (count, count):
                    different.append((path.name, key, count, found))
    assert different == []
    assert compared >= 5000


def _holds_except_star(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.TryStar) for inner in ast.walk(node))
