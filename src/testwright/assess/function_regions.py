"""Finds the functions of a source file and which lines belong to each, as coverage.py's own report by function has them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from testwright.errors import ProjectError
from testwright.python_source.complexity import DecidingWords, cyclomatic_complexity
from testwright.python_source.parsing import parse_source
from testwright.python_source.source_text import Definition

__all__ = ["FunctionRegion", "inner_statements", "parsed", "regions", "regions_of", "reported_names"]


@dataclass(frozen=True, slots=True)
class FunctionRegion:
    """A function without those inside it; `line` is that of its `def`. `lines` are those of its body, comments too.

    `qualname` is "Cart.total" or "outer.inner", and "" for the rest of the module, whose `node` is None and whose
    complexity is 0: nothing calls it. `owner` is the class around a method, "" for a function; `head` are the lines of
    decorators and signature, which run with the module.
    """

    qualname: str
    line: int
    end_line: int
    lines: frozenset[int]
    head: frozenset[int] = frozenset()
    complexity: int = 0
    owner: str = ""
    node: Definition | None = field(default=None, repr=False, compare=False)


def regions(source: bytes | str, path: str) -> list[FunctionRegion]:
    """All functions by their place in the file, then the rest of the module.

    Raises ProjectError `source-unreadable` for what cannot be parsed. The rule which lines belong to a function is that
    of coverage.py >= 7.6 (`coverage.regions`): the span of its body without the bodies of functions inside it.
    """
    return regions_of(parsed(source, path))


def parsed(source: bytes | str, path: str) -> ast.Module:
    """The tree; raises ProjectError `source-unreadable`."""
    try:
        return parse_source(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ProjectError(
            f"{path!r} cannot be parsed: {error}",
            slug="source-unreadable",
            where=f"{path}:{getattr(error, 'lineno', None) or 1}",
            hint="run testwright with a Python at least as new as the project's",
        ) from error


def regions_of(tree: ast.Module, words: DecidingWords | None = None) -> list[FunctionRegion]:
    """The same of a tree that is there already; `words` of its source make the complexity faster to count."""
    found = _growing(tree)
    last = max((statement.end_lineno or 1 for statement in tree.body), default=1)
    outside = set(range(1, last + 1)).difference(*(each.lines for each in found))
    return [*(each.finished(words) for each in found), FunctionRegion("", 1, last, frozenset(outside))]


def reported_names(found: Sequence[FunctionRegion], statements: Collection[int]) -> list[str]:
    """What coverage.py's JSON calls each: of several with one name, the first that has statements keeps it, the others
    get "@" and their line ("Cart.total@45").
    """
    count = Counter(region.qualname for region in found)
    filled = {r.qualname for r in found if count[r.qualname] > 1 and not r.lines.isdisjoint(statements)}
    names: dict[str, None] = {}
    for region in found:
        name = region.qualname
        if name in names or (name in filled and region.lines.isdisjoint(statements)):
            name += f"@{region.line}"
        names[name] = None
    return list(names)


@dataclass(slots=True)
class _Growing:
    """A function whose inner ones are still to be taken away."""

    qualname: str
    owner: str
    node: Definition
    lines: set[int]

    def finished(self, words: DecidingWords | None) -> FunctionRegion:
        node = self.node
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        return FunctionRegion(
            qualname=self.qualname,
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            lines=frozenset(self.lines),
            head=frozenset(range(first, node.body[0].lineno)) | {node.lineno},
            complexity=cyclomatic_complexity(node, words),
            owner=self.owner,
            node=node,
        )


_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Module: ("body",),
    ast.FunctionDef: ("body",),
    ast.AsyncFunctionDef: ("body",),
    ast.ClassDef: ("body",),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.If: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.AsyncFor: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.Match: ("cases",),
    ast.match_case: ("body",),
}
"""Where statements stand in statements: functions are nowhere else."""


def inner_statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements, handlers and cases directly inside one."""
    for name in _BLOCKS.get(type(node), ()):
        yield from getattr(node, name)


def _growing(tree: ast.Module) -> list[_Growing]:
    """A stack of our own: a chain of many `elif`s is nested as deep as it is long."""
    found: list[_Growing] = []
    waiting: list[tuple[Sequence[ast.AST], str, str, _Growing | None]] = [(tree.body, "", "", None)]
    while waiting:
        block, prefix, owner, around = waiting.pop()
        for node in block:
            kind = type(node)
            if kind not in _BLOCKS:
                continue
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                function = _opened(node, prefix, owner, around)
                found.append(function)
                waiting.append((node.body, f"{prefix}{node.name}.", "", function))
            elif isinstance(node, ast.ClassDef):
                waiting.append((node.body, f"{prefix}{node.name}.", prefix + node.name, around))
            else:
                waiting += [(getattr(node, name), prefix, owner, around) for name in _BLOCKS[kind]]
    return sorted(found, key=lambda each: each.node.lineno)


def _opened(node: Definition, prefix: str, owner: str, around: _Growing | None) -> _Growing:
    lines = set(range(node.body[0].lineno, (node.body[-1].end_lineno or node.body[-1].lineno) + 1))
    if around is not None:
        around.lines -= lines
    return _Growing(prefix + node.name, owner, node, lines)
