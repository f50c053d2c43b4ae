"""Finds where mutants can be planted in a module: in the bodies of its functions and in the defaults of their parameters."""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from .operators import OPERATORS

__all__ = ["Default", "Found", "Mutant", "Site", "code_of", "find_sites", "plant", "spliced"]

PRAGMA = re.compile(r"#\s*pragma:\s*no\s+mutate")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Replacement = ast.expr | ast.stmt | list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug. `number` counts from 1 over all that one run looks at; `replacement` may be an empty block."""

    number: int
    operator: str
    replacement: Replacement


@dataclass(frozen=True, slots=True)
class Default:
    """Of the function `name`, whose code begins at `line`: a parameter by its place from the end (-1 = the last one with
    a default), or by its name.
    """

    name: str
    line: int
    parameter: int | str
    expression: ast.expr

    def mutated(self, site: Site, mutant: Mutant) -> tuple[Any] | None:
        """Its value with the mutant in it, alone in a tuple; None when it is no literal."""
        try:
            return (ast.literal_eval(plant(self.expression, site.node, site.slot, mutant.replacement)),)
        except (ValueError, TypeError, SyntaxError):
            return None

    def change(self, function: FunctionType, value: Any) -> None:
        """Gives the function this value for it; one that has lost the default meanwhile is left alone."""
        if isinstance(self.parameter, str):
            function.__kwdefaults__ = {**(function.__kwdefaults__ or {}), self.parameter: value}
        elif function.__defaults__ is not None and len(function.__defaults__) >= -self.parameter:
            defaults = list(function.__defaults__)
            defaults[self.parameter] = value
            function.__defaults__ = tuple(defaults)


@dataclass(frozen=True, slots=True)
class Site:
    """What may be replaced: `node` itself (slot ""), or its part `slot` (test, value, type, orelse, finalbody)."""

    node: ast.AST
    slot: str
    function: str
    mutants: tuple[Mutant, ...]
    text: ast.JoinedStr | None = None
    """The outermost f-string that it is in: before Python 3.12 its parts have no places of their own."""
    default: Default | None = None
    """The default of a parameter that it is in, which is made when the function is."""

    @property
    def span(self) -> tuple[int, int, int, int]:
        """(line, column, last line, column after) of what is replaced in the source, columns in UTF-8 bytes."""
        found: Any = self.text or (getattr(self.node, self.slot) if self.slot else self.node)
        first, last = (found[0], found[-1]) if isinstance(found, list) else (found, found)
        return first.lineno, first.col_offset, last.end_lineno, last.end_col_offset

    def shown(self, mutant: Mutant) -> str:
        """What stands there instead; "" for a block that is taken away."""
        new = mutant.replacement
        if self.text is not None:
            new = plant(self.text, self.node, self.slot, new)
        return "" if isinstance(new, list) else ast.unparse(new)


_SLOTS: dict[str, str] = {
    "condition": "test",
    "guard": "test",
    "return": "value",
    "except": "type",
    "else": "orelse",
    "finally": "finalbody",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The sites of one module, in source order; the numbers of mutants that were left out as they change nothing that
    runs; and the number of the next mutant, of another module.
    """

    sites: tuple[Site, ...]
    equivalent: tuple[int, ...]
    next: int


def find_sites(
    tree: ast.Module,
    source: str,
    *,
    first: int = 1,
    operators: Collection[str] = (),
    equivalent: Collection[int] | None = None,
) -> Found:
    """The sites, their mutants numbered from `first` on; `equivalent` ones are known from an earlier look, if given.

    Left out: lines marked `# pragma: no mutate` (on a `def` line: the whole function),
    docstrings, annotations, patterns, and mutants that compile to the same code. `operators` alone, when given, else all
    but the finer ones.
    """
    marked = {
        n for n, line in enumerate(io.StringIO(source, newline=""), 1) if "pragma" in line and PRAGMA.search(line)
    }
    counted = _Counter(first)
    sites: list[Site] = []
    same_numbers: list[int] = []
    for function, qualname in _functions(tree, ""):
        if not marked & set(_head_lines(function)):
            same = _Same(function, counted, equivalent)
            for default, node, text in _mutable(function):
                if not marked & {node.lineno, node.end_lineno}:
                    sites += _sites_of(node, text, default, qualname, same, operators)
            same_numbers += same.numbers
    return Found(tuple(sites), tuple(same_numbers), counted.next)


class _Counter:
    def __init__(self, first: int) -> None:
        self.next = first

    def take(self) -> int:
        self.next += 1
        return self.next - 1


class _Same:
    """Numbers the mutants of one function, and tells which of them change nothing that runs."""

    def __init__(self, function: ast.stmt, counted: _Counter, known: Collection[int] | None) -> None:
        self.function, self._counted, self._known = function, counted, known
        self._code = code_of(function) if known is None else None
        self._places = dict(_places(function)) if known is None else {}
        self.numbers: list[int] = []

    def number(self, node: ast.AST, slot: str, replacement: Replacement) -> int:
        """The mutant's; 0 for one that is left out, whose number then stays unused."""
        number = self._counted.take()
        if self._is_equivalent(number, node, slot, replacement):
            self.numbers.append(number)
            return 0
        return number

    def _is_equivalent(self, number: int, node: ast.AST, slot: str, replacement: Replacement) -> bool:
        if self._known is not None:
            return number in self._known
        try:
            return bool(self._code_with(node, slot, replacement) == self._code)
        except (SyntaxError, ValueError):
            return True  # no mutant at all: it does not compile

    def _code_with(self, node: ast.AST, slot: str, replacement: Replacement) -> Any:
        """Of the function with the mutant in it, put there for as long as it is compiled: copies of all take longer."""
        place = _Place(node, slot, None) if slot else self._places[id(node)]
        if isinstance(place.parent, ast.JoinedStr):
            return code_of(plant(self.function, node, slot, replacement))
        new: Any = [ast.Pass()] if replacement == [] else replacement
        for part in new if isinstance(new, list) else [new]:
            if not hasattr(part, "lineno"):  # else it is a part of what it replaces
                ast.copy_location(part, node)
            ast.fix_missing_locations(part)
        before = place.put(new)
        try:
            return code_of(self.function, located=True)
        finally:
            place.put(before)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node is in its parent."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, new: Any) -> Any:
        """What was there before."""
        before = getattr(self.parent, self.field)
        if self.index is None:
            setattr(self.parent, self.field, new)
            return before
        item, before[self.index] = before[self.index], new
        return item


def _places(root: ast.AST) -> Iterator[tuple[int, _Place]]:
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(item, ast.AST):
                    yield id(item), _Place(parent, field, index)


def code_of(function: ast.stmt, *, located: bool = False) -> Any:
    """What of the compiled function decides what it does; `located`: all its nodes know their lines."""
    module = ast.Module([function], [])
    if not located:
        ast.fix_missing_locations(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `x is "a"` is told of by whoever compiles it for use
        return _essence(compile(module, "<function>", "exec", dont_inherit=True))


def _essence(code: CodeType) -> Any:
    constants = tuple(_essence(c) if isinstance(c, CodeType) else (type(c), repr(c)) for c in code.co_consts)
    flow = getattr(code, "co_exceptiontable", b"")
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, flow


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """Those not inside of another one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            yield child, f"{prefix}{child.name}"
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif not isinstance(child, (ast.expr, ast.Lambda)):
            yield from _functions(child, prefix)


def _head_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    return range(function.lineno, max(function.lineno + 1, function.body[0].lineno))


def _mutable(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[tuple[Default | None, Any, ast.JoinedStr | None]]:
    """Nodes in source order, parents first, with the default and the f-string that they are in; what is no code that
    runs is left out.
    """
    for default in _defaults(function):
        yield from ((default, node, text) for node, text in _walked([default.expression]))
    yield from ((None, node, text) for node, text in _walked(_body(function)))


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Default]:
    arguments = function.args
    line = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    for place, expression in enumerate(arguments.defaults, -len(arguments.defaults)):
        yield Default(function.name, line, place, expression)
    for parameter, named in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if named is not None:
            yield Default(function.name, line, parameter.arg, named)


def _walked(roots: Sequence[ast.AST]) -> Iterator[tuple[Any, ast.JoinedStr | None]]:
    waiting: list[tuple[ast.AST, ast.JoinedStr | None]] = [(node, None) for node in reversed(roots)]
    while waiting:
        node, text = waiting.pop()
        if isinstance(node, (ast.expr, ast.stmt, ast.ExceptHandler)):
            yield node, text
        inside = text or (node if isinstance(node, ast.JoinedStr) else None)
        waiting.extend((below, inside) for below in reversed(list(_below(node))))


def _body(node: Any) -> list[ast.stmt]:
    first = node.body[0] if node.body else None
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str
    )
    return list(node.body[1:] if is_docstring else node.body)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None), *_body(node))
        case ast.Lambda():
            yield from (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None), node.body)
        case ast.ClassDef():
            yield from _body(node)
        case ast.AnnAssign():
            yield from (node.value,) if node.value is not None else ()
        case ast.match_case():
            yield from (*([node.guard] if node.guard is not None else []), *node.body)
        case ast.FormattedValue():
            yield node.value
        case _:
            yield from ast.iter_child_nodes(node)


def _sites_of(
    node: Any,
    text: ast.JoinedStr | None,
    default: Default | None,
    function: str,
    same: _Same,
    operators: Collection[str],
) -> Iterator[Site]:
    by_slot: dict[str, list[Mutant]] = {}
    seen: list[str] = []
    for operator in OPERATORS:
        wanted = operator.slug in operators if operators else not operator.finer
        if not isinstance(node, operator.kinds) or not wanted:
            continue
        slot = _SLOTS.get(operator.slug, "")
        if not slot and not _replaceable(node):
            continue
        subject = getattr(node, slot) if operator.slug == "condition" else node
        for replacement in operator.instead(subject):
            told = f"{slot}:{_text(replacement)}"
            if told in seen:
                continue
            seen.append(told)
            if number := same.number(node, slot, replacement):
                by_slot.setdefault(slot, []).append(Mutant(number, operator.slug, replacement))
    for slot, mutants in by_slot.items():
        yield Site(node, slot, function, tuple(mutants), text, default)


def _replaceable(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not isinstance(node, (ast.Starred, ast.Slice))


def _text(replacement: Replacement) -> str:
    return "" if isinstance(replacement, list) else ast.unparse(replacement)


def plant(root: Any, node: ast.AST, slot: str, replacement: Replacement) -> Any:
    """A copy of `root` (sharing what did not change) with the mutant in place of what it replaces."""
    if root is node:
        if not slot:
            return replacement
        value: Any = [ast.Pass()] if replacement == [] else replacement
        return _copy(root, {slot: value})
    changed: dict[str, Any] = {}
    for name, value in ast.iter_fields(root):
        if isinstance(value, ast.AST):
            new: Any = plant(value, node, slot, replacement)
            if new is not value:
                changed[name] = new
        elif isinstance(value, list):
            items = [plant(i, node, slot, replacement) if isinstance(i, ast.AST) else i for i in value]
            if any(a is not b for a, b in zip(items, value, strict=True)):
                changed[name] = items
    if not changed:
        return root
    copied = _copy(root, changed)
    return spliced(copied) if isinstance(copied, ast.JoinedStr) else copied


def spliced(text: ast.JoinedStr) -> ast.JoinedStr:
    """Only texts and formatted values may stand in an f-string."""
    values: list[ast.expr] = []
    for value in text.values:
        fits = isinstance(value, (ast.Constant, ast.FormattedValue))
        values.append(value if fits else ast.FormattedValue(value, -1))
    return ast.copy_location(ast.JoinedStr(values), text)


def _copy(node: Any, changed: dict[str, Any]) -> Any:
    fields = {**dict(ast.iter_fields(node)), **changed}
    return ast.copy_location(type(node)(**fields), node)
