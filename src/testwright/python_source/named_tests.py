"""Gives tests of a file other names and docstrings, and nothing else: what they do stays as it is."""

from __future__ import annotations

import ast
import copy
import keyword
from collections.abc import Mapping
from dataclasses import dataclass

from testwright.python_source.parsing import parse_source, source_lines
from testwright.python_source.text_edits import renamed_definition

__all__ = ["TestName", "accepted_names", "with_names"]

LONGEST_NAME, LONGEST_DOCSTRING = 70, 100


@dataclass(frozen=True, slots=True)
class TestName:
    """`docstring` is one line, "" = none."""

    __test__ = False

    name: str
    docstring: str = ""


def accepted_names(source: str, wanted: Mapping[str, TestName]) -> dict[str, TestName]:
    """By the old name, those that can be given: to test functions of the file, once each, and fit to be names."""
    tree = parse_source(source)
    there = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    there |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    tests = [each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    found: dict[str, TestName] = {}
    for old in (each for each in tests if each.startswith("test") and each in wanted):
        given = wanted[old]
        name = given.name if _is_fit(given.name) and given.name not in there else old
        docstring = given.docstring.strip() if _is_one_line(given.docstring.strip()) else ""
        if name != old or docstring:
            found[old] = TestName(name, docstring)
            there.add(name)
    return found


def with_names(source: str, names: Mapping[str, TestName]) -> str:
    """The same tests by those names. The source itself where more than names and docstrings would change."""
    text = source
    for old, given in names.items():
        text = _with_docstring(renamed_definition(text, old, given.name), given)
    return text if _bare(text, {}) == _bare(source, {old: each.name for old, each in names.items()}) else source


def _is_fit(name: str) -> bool:
    return (
        name.startswith("test_")
        and name.isidentifier()
        and name.isascii()
        and not keyword.iskeyword(name)
        and (len(name) <= LONGEST_NAME)
    )


def _is_one_line(text: str) -> bool:
    return bool(text) and text.isprintable() and len(text) <= LONGEST_DOCSTRING and not set('"\\') & set(text)


def _with_docstring(source: str, given: TestName) -> str:
    if not given.docstring:
        return source
    lines = source_lines(source)
    function = next(
        each
        for each in parse_source(source).body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == given.name
    )
    first = function.body[0].lineno
    if first == function.lineno or ast.get_docstring(function) is not None:
        return source
    while lines[first - 2].strip().startswith("#"):
        first -= 1
    return "".join([*lines[: first - 1], f'    """{given.docstring}"""\n', *lines[first - 1 :]])


def _bare(source: str, names: Mapping[str, str]) -> str:
    """Its tree without docstrings of tests, which have their new names."""
    tree = copy.deepcopy(parse_source(source))
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test"):
            each.name = names.get(each.name, each.name)
            if ast.get_docstring(each) is not None:
                each.body = each.body[1:]
    return ast.dump(tree)
