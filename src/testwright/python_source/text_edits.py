"""Changes nodes of a source text and leaves the rest as it is written, comments too."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from testwright.python_source.parsing import parse_source, source_lines

__all__ = ["Change", "Span", "changed", "renamed", "renamed_definition", "span_of", "unparsed"]

Change: TypeAlias = Callable[[ast.AST], "ast.AST | None"]
"""Gives what stands instead of a node, None where it stays."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From the first byte of a node to behind its last: lines count from 1, columns are UTF-8 bytes."""

    line: int
    column: int
    end_line: int
    end_column: int


def span_of(node: ast.AST) -> Span | None:
    if not isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias):
        return None
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def changed(source: str, change: Change) -> str:
    """The source with the nodes that `change` replaces. Where its text cannot be kept, it is written anew from its tree."""
    tree = parse_source(source)
    replacing = _Replacing(change, source, tree)
    tree = cast(ast.Module, replacing.visit(tree))
    if not replacing.edits and not replacing.others:
        return source
    ast.fix_missing_locations(tree)
    text = _edited(source, replacing.edits)
    return text if not replacing.others and _is_tree_of(tree, text) else unparsed(tree) + "\n"


def unparsed(node: ast.AST) -> str:
    """The node as source, texts in double quotes where none are in them."""
    text = ast.unparse(node)
    if "'" not in text:
        return text
    lines = source_lines(text)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        inner = token.string[1:-1]
        if token.type == tokenize.STRING and token.string[0] == "'" and not set("'\"\\") & set(inner):
            (row, first), (_, last) = token.start, token.end
            line = lines[row - 1]
            lines[row - 1] = f'{line[:first]}"{inner}"{line[last:]}'
    return "".join(lines)


def renamed(source: str, names: Mapping[str, str]) -> str:
    """Each variable, parameter, function, class and import that is called so gets its new name."""
    if not names:
        return source
    return changed(source, lambda node: _renamed(node, names))


def renamed_definition(source: str, name: str, new: str) -> str:
    """Only the functions and classes called so get the new name; what mentions them does not."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return changed(source, lambda n: _copy(n, name=new) if isinstance(n, kinds) and n.name == name else None)


class _Replacing(ast.NodeTransformer):
    """`edits` are by the place of what they replace; `others` counts changes that no place of the text stands for."""

    def __init__(self, change: Change, source: str, tree: ast.AST) -> None:
        self._change = change
        self._source = source
        self._own = {id(node): node for node in ast.walk(tree) if isinstance(node, ast.expr)}
        self.edits: dict[Span, str] = {}
        self.others = 0

    def visit(self, node: ast.AST) -> ast.AST:
        new = self._change(node)
        if new is None:
            visited: ast.AST = self.generic_visit(node)
            return visited
        if isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._name(node, new)
            return self.generic_visit(new)
        span = span_of(node)
        if span is None:
            self.others += 1
        else:
            margin = "\n" + " " * span.column
            self.edits[span] = self._text(new).replace("\n", margin)
        return new

    def _text(self, new: ast.AST) -> str:
        """As source, in which what was in the text before is written as it was."""
        kept: dict[str, str] = {}

        def stand_in(node: ast.AST) -> ast.AST | None:
            own = self._own.get(id(node))
            segment = ast.get_source_segment(self._source, own) if own is not None else None
            if segment is None or "\n" in segment:
                return None
            name = f"kept_as_written_{len(kept)}_"
            kept[name] = segment
            return ast.Name(name, ast.Load())

        text = unparsed(_with_stand_ins(new, stand_in))
        for name, segment in kept.items():
            text = text.replace(name, segment)
        return text

    def _name(self, node: ast.AST, new: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Only the name of a definition is new."""
        old = str(getattr(node, "name", ""))
        words = {"ClassDef": "class ", "FunctionDef": "def ", "AsyncFunctionDef": "async def "}[type(new).__name__]
        start = new.col_offset + len(words)
        self.edits[Span(new.lineno, start, new.lineno, start + len(old.encode()))] = new.name


def _with_stand_ins(node: ast.AST, stand_in: Change) -> ast.AST:
    """A copy of the node in which `stand_in` has replaced what it wants to; the node itself stays as it is."""
    found = stand_in(node)
    if found is not None:
        return found
    new = _copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, name, _with_stand_ins(value, stand_in))
        elif isinstance(value, list):
            setattr(new, name, [_with_stand_ins(n, stand_in) if isinstance(n, ast.AST) else n for n in value])
    return ast.fix_missing_locations(new)


def _renamed(node: ast.AST, names: Mapping[str, str]) -> ast.AST | None:
    match node:
        case ast.Name(id=name, ctx=ctx) if name in names:
            return ast.Name(names[name], ctx)
        case ast.arg(arg=name, annotation=annotation) if name in names:
            return ast.arg(names[name], annotation)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if node.name in names:
            return _copy(node, name=names[node.name])
        case ast.alias(name=name, asname=local) if (local or name) in names:
            return ast.alias(name, names[local or name])
    return None


def _copy(node: ast.AST, **fields: object) -> ast.AST:
    kept = {name: getattr(node, name) for name in (*node._fields, *node._attributes) if hasattr(node, name)}
    return type(node)(**{**kept, **fields})


def _edited(source: str, edits: Mapping[Span, str]) -> str:
    lines = [line.encode() for line in source_lines(source)]
    for span in sorted(edits, reverse=True):
        first, last = lines[span.line - 1], lines[span.end_line - 1]
        whole = first[: span.column] + edits[span].encode() + last[span.end_column :]
        lines[span.line - 1 : span.end_line] = [whole, *[b""] * (span.end_line - span.line)]
    return b"".join(lines).decode(errors="replace")


def _is_tree_of(tree: ast.AST, text: str) -> bool:
    try:
        return ast.dump(parse_source(text)) == ast.dump(parse_source(ast.unparse(tree)))
    except SyntaxError:
        return False
