"""Reads the examples of a docstring: doctest prompts, and code blocks that state `f(x) == y`."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
from collections.abc import Iterator

from testwright.python_source.parsing import parse_source

from .model import Example

__all__ = ["docstring_examples"]

_HEADING = re.compile(
    r"^\s*(?:#+\s*)?(?:examples?|usage|e\.g\.)\s*:{0,2}\s*$|.*::\s*$|^\s*\.\. code(?:-block)?::.*$", re.I
)
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(?:py|python|python3|pycon)?\s*$", re.I)
_RULE = re.compile(r"^\s*(?:-{3,}|={3,})\s*$")
_SHOWN = re.compile(r"^(?P<source>.+?)\s*#\s*(?:=>|->|→|==>|returns:?|==)\s*(?P<expected>\S.*)$")


def docstring_examples(docstring: str) -> tuple[Example, ...]:
    """The steps in order; set-up steps have no expected text. Text that does not parse gives nothing."""
    if not docstring:
        return ()
    return _doctests(docstring) or tuple(step for block in _code_blocks(docstring) for step in _block_steps(block))


def _doctests(docstring: str) -> tuple[Example, ...]:
    if ">>>" not in docstring:
        return ()
    try:
        found = doctest.DocTestParser().get_examples(docstring)
    except ValueError:  # prompts that doctest itself refuses
        return ()
    steps = tuple(Example(step.source.rstrip("\n"), step.want.rstrip("\n")) for step in found)
    return tuple(step for step in steps if _parses(step.source))


def _parses(source: str) -> bool:
    try:
        parse_source(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _code_blocks(docstring: str) -> Iterator[str]:
    lines = docstring.expandtabs().splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if _FENCE.match(line):
            end = next((i for i in range(number, len(lines)) if _FENCE.match(lines[i])), len(lines))
            yield textwrap.dedent("\n".join(lines[number:end]))
            number = end + 1
        elif _HEADING.match(line):
            end = _block_end(lines, number, _indent(line))
            yield textwrap.dedent("\n".join(lines[number:end]))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block_end(lines: list[str], start: int, indent: int) -> int:
    """Where the lines stop that are indented below a heading (or, after a ruled heading, stand at its level)."""
    if start < len(lines) and _RULE.match(lines[start]):
        lines[start] = ""
        indent -= 1
    for number in range(start, len(lines)):
        ruled = number + 1 < len(lines) and _RULE.match(lines[number + 1])
        if lines[number].strip() and (ruled or _indent(lines[number]) <= indent):
            return number
    return len(lines)


def _block_steps(block: str) -> list[Example]:
    """The steps of one block; none when no step of it states a value, for then it is prose or mere use."""
    steps: list[Example] = []
    try:
        statements = parse_source(block).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return steps
    lines = block.splitlines()
    for statement in statements:
        steps.append(_step(statement, lines))
    return steps if any(step.expected for step in steps) else []


def _step(statement: ast.stmt, lines: list[str]) -> Example:
    claim = statement.test if isinstance(statement, ast.Assert) else statement
    claim = claim.value if isinstance(claim, ast.Expr) else claim
    if isinstance(claim, ast.Compare) and len(claim.ops) == 1 and isinstance(claim.ops[0], ast.Eq | ast.Is):
        return Example(ast.unparse(claim.left), ast.unparse(claim.comparators[0]))
    if isinstance(statement, ast.Assert) and isinstance(claim, ast.UnaryOp) and isinstance(claim.op, ast.Not):
        return Example(f"bool({ast.unparse(claim.operand)})", "False")
    if isinstance(statement, ast.Assert):
        return Example(f"bool({ast.unparse(claim)})", "True")
    shown = _SHOWN.match(lines[(statement.end_lineno or statement.lineno) - 1])
    if isinstance(statement, ast.Expr) and shown and _parses(shown["expected"]):
        return Example(ast.unparse(statement), shown["expected"].strip())
    return Example(ast.unparse(statement), "")
