"""Reads what some functions of a file rest on: their signatures, and what else of the file they name, shortened."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from testwright.assess.statement_survey import SurveyedFunction
from testwright.python_source.source_text import Definition, docstring_of, own_nodes, source_of

__all__ = ["context_of", "definition_of", "first_line_of", "shown_signature", "used_names"]

_MOST_TEXT = 300
"""Characters of one statement: a table of constants is told by its beginning."""
_MOST_MEMBERS = 30
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})


def shown_signature(node: Definition) -> str:
    """ "async def add(self, name: str, *, count: int = 1) -> None"."""
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {source_of(node.returns)}" if node.returns is not None else ""
    return f"{word} {node.name}({source_of(node.args)}){returns}"


def first_line_of(node: Definition | ast.ClassDef) -> str:
    """The first line of the docstring, or ""."""
    return docstring_of(node).partition("\n")[0].strip()


def context_of(tree: ast.Module, functions: Iterable[SurveyedFunction]) -> tuple[str, ...]:
    """The statements of the module that bind a name which the functions use, in order; classes of methods too.

    The functions themselves are left out. A function is told by its signature, a class by its fields and constructor.
    """
    own = [*functions]
    listed = {function.line for function in own}
    names = used_names(own)
    found = [_told(statement, names, listed) for statement in _at_top(tree.body)]
    return tuple(text for text in found if text)


def definition_of(tree: ast.Module, name: str) -> str:
    """The class, function or value that the module itself defines by that name, shortened; "" where it has none."""
    own = (each for each in _at_top(tree.body) if not isinstance(each, ast.Import | ast.ImportFrom))
    return next((text for each in own if (text := _told(each, (name,), ()))), "")


def used_names(functions: Iterable[SurveyedFunction]) -> dict[str, set[str]]:
    """The names in the functions, and of each what is taken from it: {"money": {"total"}} for `money.total(…)`."""
    found: dict[str, set[str]] = {}
    for function in functions:
        for name in _names_in(function):
            found.setdefault(name, set())
        for node in ast.walk(function.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[node.value.id].add(node.attr)
    return found


def _names_in(function: SurveyedFunction) -> Iterator[str]:
    if function.owner:
        yield function.owner.partition(".")[0]
    yield from (node.id for node in ast.walk(function.node) if isinstance(node, ast.Name))


def _at_top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of the module, also those below `if` and `try`."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            inner = [*node.body, *node.orelse, *getattr(node, "finalbody", [])]
            yield from _at_top([*inner, *(each for h in getattr(node, "handlers", []) for each in h.body)])
        else:
            yield node


def _told(statement: ast.stmt, names: Collection[str], listed: Collection[int]) -> str:
    """ "" for what is not used."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return _import(statement, names)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            used = statement.name in names and statement.lineno not in listed
            return _function(statement) if used else ""
        case ast.ClassDef():
            return _class(statement) if statement.name in names else ""
        case ast.Assign() | ast.AnnAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            bound = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
            return _short(statement) if not bound.isdisjoint(names) else ""
    return ""


def _import(statement: ast.Import | ast.ImportFrom, names: Collection[str]) -> str:
    used = [a for a in statement.names if a.name == "*" or (a.asname or a.name.partition(".")[0]) in names]
    if not used:
        return ""
    if isinstance(statement, ast.Import):
        return source_of(ast.Import(used))
    return source_of(ast.ImportFrom(statement.module, used, statement.level))


def _function(node: Definition) -> str:
    said = first_line_of(node)
    return "\n".join([*_decorators(node), f"{shown_signature(node)}: ...{f'  # {said}' if said else ''}"])


def _class(node: ast.ClassDef) -> str:
    bases = ", ".join([*map(source_of, node.bases), *(f"{k.arg or '**'}={source_of(k.value)}" for k in node.keywords)])
    head = f"class {node.name}({bases}):" if bases else f"class {node.name}:"
    said = first_line_of(node)
    members = [line for statement in node.body for line in _member(statement)]
    more = ["..."] if len(members) > _MOST_MEMBERS or not members else []
    inside = [*([f"# {said}"] if said else []), *members[:_MOST_MEMBERS], *more]
    return "\n".join([*_decorators(node), head, *(f"    {line}" for line in inside)])


def _member(statement: ast.stmt) -> Iterator[str]:
    """Fields, and how it is made; of a constructor also what it sets, as tests look at that."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        yield from _short(statement).split("\n")
    elif isinstance(statement, ast.FunctionDef) and statement.name in _CONSTRUCTORS:
        yield f"{shown_signature(statement)}:"
        yield from (f"    {line}" for line in _set_by(statement) or ["..."])


def _set_by(node: ast.FunctionDef) -> list[str]:
    own = own_nodes(node.body)
    assigned = [each for each in own if isinstance(each, ast.Assign | ast.AnnAssign)]
    return [line for each in assigned if _sets_attribute(each) for line in _short(each).split("\n")]


def _sets_attribute(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(target, ast.Attribute) for target in targets)


def _decorators(node: Definition | ast.ClassDef) -> list[str]:
    return [f"@{source_of(decorator)}" for decorator in node.decorator_list]


def _short(statement: ast.stmt) -> str:
    text = source_of(statement)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]} ..."
