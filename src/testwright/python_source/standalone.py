"""Takes a function or class out of a file as source that stands alone, with the imports and constants that it needs."""

from __future__ import annotations

import ast
import builtins
import copy
import math
import symtable
import types
from collections.abc import Iterator, Mapping, Sequence

from testwright.inside.providers.source_recipe import NotARecipe, SourceReader
from testwright.inside.recipes import Const, Function, Helper, Name, Recipe
from testwright.python_source.parsing import parse_source

__all__ = ["StandaloneSource"]

_MOST_LINES = 60
_MOST_PARTS = 12
_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NESTING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class StandaloneSource:
    """One file. `module` is the name that it is imported by, for what it imports from beside itself.

    `variables` are values that a function has from the functions around it, as far as they are known.
    """

    def __init__(self, text: str, module: str, *, is_package: bool = False) -> None:
        """SyntaxError (or ValueError) for what is no source."""
        self._tree = parse_source(text)
        self._package = module.split(".")[: None if is_package else -1]
        self._above: dict[ast.AST, ast.AST] = {
            child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)
        }

    def named(self, qualname: str, line: int = 0, variables: Mapping[str, Recipe] | None = None) -> Helper | None:
        """The function or class of that qualified name (of several the one at `line`); None if it needs too much."""
        found = [node for node in ast.walk(self._tree) if isinstance(node, _NESTING) and self._is_named(node, qualname)]
        node = next((each for each in found if _first_line(each) == line), found[-1] if found and not line else None)
        if node is None:
            return self._assigned(qualname)
        if isinstance(self._above[node], ast.ClassDef) and not line:
            return None
        if line and not isinstance(node, ast.ClassDef):
            node = self._undecorated(node)
        return self._helper(node.name, node, node, variables or {})

    def _undecorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """What was called under its line is the function, whatever its decorators have made of it."""
        bare = copy.copy(node)
        bare.decorator_list = []
        self._above[bare] = self._above[node]
        return bare

    def _assigned(self, name: str) -> Helper | None:
        """What a statement of the file makes, such as a named tuple."""
        found = [each for each in self._tree.body if isinstance(each, ast.Assign) and _bound_by(each) == {name}]
        return self._helper(name, found[0], found[0], {}) if len(found) == 1 and name.isidentifier() else None

    def lambda_at(self, line: int, column: int, variables: Mapping[str, Recipe] | None = None) -> Recipe | None:
        """The innermost lambda whose body has that place: as an expression, else as a function of some lines."""
        found = [
            node for node in ast.walk(self._tree) if isinstance(node, ast.Lambda) and _holds(node.body, line, column)
        ]
        found = found or self._only_one_asserted(line, column)
        if not found:
            return None
        node, known = found[-1], variables or {}
        return self._expression(node, known) or self._helper("function", _as_function(node), node, known)

    def _only_one_asserted(self, line: int, column: int) -> list[ast.Lambda]:
        """pytest before 8 gives all that an assertion consists of the place of the assertion."""
        asserted = (
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Assert) and (node.lineno, node.col_offset) == (line, column)
        )
        found = [inner for node in asserted for inner in ast.walk(node) if isinstance(inner, ast.Lambda)]
        return found if len(found) == 1 else []

    def constructor(self, qualname: str) -> list[tuple[str, bool]] | None:
        """The parameters that the class's own constructor has, each with whether it must be given; None for any number."""
        made = self._constructor_of(qualname)
        if made is None:
            return None
        if made.args.vararg is not None:
            return None  # whatever they are, they are kept under no name
        given = [*made.args.posonlyargs, *made.args.args]
        first_default = len(given) - len(made.args.defaults)
        found = [(each.arg, place < first_default) for place, each in enumerate(given)][1:]
        named = zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
        return [*found, *((each.arg, default is None) for each, default in named)]

    def has_constructor(self, qualname: str) -> bool:
        return self._constructor_of(qualname) is not None

    def _constructor_of(self, qualname: str) -> ast.FunctionDef | None:
        node = self._class(qualname)
        found = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None) if node else None
        return found if isinstance(found, ast.FunctionDef) else None

    def bases(self, qualname: str) -> list[tuple[str, str]]:
        """The classes that a class derives from, by module and name, as far as they are imported; "" = of this file."""
        node = self._class(qualname)
        imported = dict(self._imported(node)) if node else {}
        names = [each.id for each in (node.bases if node else ()) if isinstance(each, ast.Name)]
        found = [(name, imported.get(name)) for name in names]
        return [(known.module, known.qualname) if known is not None else ("", name) for name, known in found]

    def imported(self, name: str) -> tuple[str, str] | None:
        """Module and name of what the file imports under that name."""
        found = dict(self._imported(next(ast.iter_child_nodes(self._tree), self._tree))).get(name)
        return (found.module, found.qualname) if found is not None and found.qualname else None

    def _class(self, qualname: str) -> ast.ClassDef | None:
        found = (
            node for node in ast.walk(self._tree) if isinstance(node, ast.ClassDef) and self._is_named(node, qualname)
        )
        return next(found, None)

    # -- one lambda -----------------------------------------------------------------------------------------------------

    def _expression(self, node: ast.Lambda, variables: Mapping[str, Recipe]) -> Function | None:
        reader = SourceReader(types.ModuleType("nothing"))
        reader.imports.update({name: found for name, found in self._imported(node) if found is not None})
        reader.imports.update(variables)
        try:
            made = reader.convert(node)
        except NotARecipe:
            return None
        return made if isinstance(made, Function) and not (node.args.defaults or node.args.kw_defaults) else None

    def _imported(self, node: ast.AST) -> Iterator[tuple[str, Name | None]]:
        """What the names of imports stand for where the node is, the nearer ones last."""
        for body in reversed(list(self._bodies_around(node))):
            for each in body:
                if isinstance(each, ast.Import):
                    yield from (
                        (a.asname or a.name, Name(a.name, "")) for a in each.names if a.asname or "." not in a.name
                    )
                elif isinstance(each, ast.ImportFrom):
                    module = self._absolute(each)
                    yield from ((a.asname or a.name, Name(module, a.name)) for a in each.names if module)

    # -- what it needs --------------------------------------------------------------------------------------------------

    def _helper(self, name: str, node: ast.stmt, place: ast.AST, variables: Mapping[str, Recipe]) -> Helper | None:
        parts = _Parts()
        if not self._take(node, place, variables, parts) or parts.lines > _MOST_LINES:
            return None
        return Helper(name, "\n".join([*parts.imports, *parts.texts]) + "\n")

    def _take(self, node: ast.stmt, place: ast.AST, variables: Mapping[str, Recipe], parts: _Parts) -> bool:
        """Writes what the node needs, then the node; False where something cannot be had."""
        if node in parts.begun:
            return True
        parts.begun.append(node)
        text = ast.unparse(node)
        try:
            needed = _needed(text)
        except SyntaxError:
            return False  # it changes a variable of the function around it
        for name in needed:
            if name in variables:
                if not _take_value(name, variables[name], parts):
                    return False
            elif not self._take_name(name, place, variables, parts):
                return False
        parts.texts.append(text)
        return len(parts.begun) <= _MOST_PARTS

    def _take_name(self, name: str, place: ast.AST, variables: Mapping[str, Recipe], parts: _Parts) -> bool:
        for body in self._bodies_around(place):
            binding = [each for each in body if name in _bound_by(each)]
            if not binding:
                continue
            if len(binding) > 1 and not isinstance(binding[-1], _NESTING):
                return False  # which of them was the last, only running would tell
            return self._take_binding(name, binding[-1], variables, parts)
        return hasattr(builtins, name) or name in ("__name__", "__file__")

    def _take_binding(self, name: str, binding: ast.stmt, variables: Mapping[str, Recipe], parts: _Parts) -> bool:
        if isinstance(binding, ast.Import | ast.ImportFrom):
            return self._take_import(name, binding, parts)
        if isinstance(binding, ast.Assign) and isinstance(binding.targets[0], ast.Name) and len(binding.targets) == 1:
            return self._take(binding, binding, variables, parts)
        return isinstance(binding, _NESTING) and self._take(binding, binding, variables, parts)

    def _take_import(self, name: str, binding: ast.Import | ast.ImportFrom, parts: _Parts) -> bool:
        alias = next(each for each in binding.names if name == (each.asname or each.name.partition(".")[0]))
        if isinstance(binding, ast.Import):
            line = ast.unparse(ast.Import([alias]))
        else:
            module = self._absolute(binding)
            if not module:
                return False
            line = ast.unparse(ast.ImportFrom(module, [alias], 0))
        parts.imports[line] = None
        return True

    def _absolute(self, node: ast.ImportFrom) -> str:
        """The module that it imports from, "" where that lies outside of all packages."""
        if not node.level:
            return node.module or ""
        above = self._package[: len(self._package) - node.level + 1]
        return ".".join([*above, *([node.module] if node.module else [])]) if above else ""

    # -- places ---------------------------------------------------------------------------------------------------------

    def _bodies_around(self, node: ast.AST) -> Iterator[Sequence[ast.stmt]]:
        """The statements whose names the node sees, the nearest first."""
        above = self._above.get(node)
        while above is not None:
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
                yield list(_statements(above.body))
            above = self._above.get(above)

    def _is_named(self, node: _Defined, qualname: str) -> bool:
        parts = [node.name]
        above = self._above.get(node)
        while above is not None and not isinstance(above, ast.Module):
            if isinstance(above, _NESTING):
                parts += [above.name] if isinstance(above, ast.ClassDef) else ["<locals>", above.name]
            elif isinstance(above, ast.Lambda):
                return False
            above = self._above.get(above)
        return ".".join(reversed(parts)) == qualname


class _Parts:
    """What has been written, and of what the writing was begun."""

    def __init__(self) -> None:
        self.imports: dict[str, None] = {}
        self.texts: list[str] = []
        self.begun: list[ast.stmt] = []

    @property
    def lines(self) -> int:
        return sum(text.count("\n") + 1 for text in self.texts)


def _take_value(name: str, value: Recipe, parts: _Parts) -> bool:
    """What a variable of the function around it holds."""
    if isinstance(value, Const) and _is_literal(value.value):
        parts.texts.append(f"{name} = {value.value!r}")
    elif isinstance(value, Name) and value.qualname and value.module != "builtins":
        first = value.qualname.partition(".")[0]
        parts.imports[f"from {value.module} import {first}"] = None
        parts.texts += [f"{name} = {value.qualname}"] if name != value.qualname else []
    elif isinstance(value, Name) and value.module == "builtins":
        parts.texts.append(f"{name} = {value.qualname}")
    elif isinstance(value, Helper):
        parts.texts += [value.source.rstrip("\n"), *([f"{name} = {value.name}"] if name != value.name else [])]
    else:
        return False
    return True


def _as_function(node: ast.Lambda) -> ast.FunctionDef:
    made = ast.FunctionDef("function", node.args, [ast.Return(node.body)], [])
    return ast.fix_missing_locations(made)


def _is_literal(value: object) -> bool:
    return not isinstance(value, float | complex) or math.isfinite(abs(value))


def _first_line(node: _Defined) -> int:
    """What the interpreter calls its first: that of the first decorator."""
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _holds(node: ast.expr, line: int, column: int) -> bool:
    begin, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return column >= 0 and begin <= (line, column) < end


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of one scope, within `if`, `try` and `with` too."""
    for each in body:
        yield each
        if not isinstance(each, _NESTING):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(each, part, None) or [])
            for handler in getattr(each, "handlers", ()):
                yield from _statements(handler.body)


def _bound_by(node: ast.stmt) -> set[str]:
    """Names that the statement itself gives a value."""
    if isinstance(node, _NESTING):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {each.asname or each.name.partition(".")[0] for each in node.names}
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        targets = [node.target]
    elif isinstance(node, ast.With | ast.AsyncWith):
        targets = [each.optional_vars for each in node.items if each.optional_vars is not None]
    found = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    walked = () if isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.With) else ast.walk(node)
    return found | {each.target.id for each in walked if isinstance(each, ast.NamedExpr)}


def _needed(text: str) -> list[str]:
    """Names that the source takes from around it."""
    waiting, found = [symtable.symtable(text, "<part>", "exec")], dict[str, None]()
    own = {each.get_name() for each in waiting[0].get_symbols() if each.is_assigned() or each.is_imported()}
    for table in waiting:
        waiting += table.get_children()
        for each in table.get_symbols():
            if each.is_referenced() and each.is_global() and each.get_name() not in own:
                found[each.get_name()] = None
    return list(found)
