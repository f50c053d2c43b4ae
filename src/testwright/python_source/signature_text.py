"""Cuts functions out of source text as their signature and docstring alone, without decorators and body."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from testwright.python_source.parsing import parse_source, source_lines

__all__ = ["SignatureText", "signatures_of"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class SignatureText:
    """One function: `text` has whole lines as they stand in the file. A closure is inside of another function, a method
    inside of a class alone.
    """

    qualname: str
    text: str
    node: Function
    is_closure: bool = False
    is_method: bool = False


def signatures_of(source: str, path: str = "<unknown>") -> list[SignatureText]:
    """All functions of a module, in the order of the file: methods and closures too, but nothing in a class that is
    inside of a function. SyntaxError as `ast.parse` raises it.
    """
    tree = parse_source(source, path)
    lines = [line.rstrip("\r\n") for line in source_lines(source)]
    return list(_below(tree, lines, "", in_function=False, in_class=False))


def _below(
    parent: ast.AST, lines: Sequence[str], prefix: str, *, in_function: bool, in_class: bool
) -> Iterator[SignatureText]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Function):
            text = _cut(node, lines)
            yield SignatureText(prefix + node.name, text, node, in_function, in_class and not in_function)
            if not in_class:
                yield from _below(node, lines, f"{prefix}{node.name}.<locals>.", in_function=True, in_class=False)
        elif isinstance(node, ast.ClassDef):
            if not in_function:
                yield from _below(node, lines, f"{prefix}{node.name}.", in_function=False, in_class=True)
        elif not isinstance(node, ast.Lambda):
            yield from _below(node, lines, prefix, in_function=in_function, in_class=in_class)


def _cut(node: Function, lines: Sequence[str]) -> str:
    """Through the docstring's last line; without one, what stands before the body, and a body on the signature's line."""
    first = node.body[0]
    on_its_line = lines[first.lineno - 1].encode()[: first.col_offset].strip()
    if on_its_line or ast.get_docstring(node, clean=False) is not None:
        last = first.end_lineno or first.lineno
    else:
        last = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))]) - 1
    return "\n".join(lines[node.lineno - 1 : last])
