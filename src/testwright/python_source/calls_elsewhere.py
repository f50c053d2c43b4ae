"""Reads from source text with which values a module's functions and classes are called, in its project and its package."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from testwright.inside.recipes import Attribute, Call, Dictionary, Name, Recipe, to_plain
from testwright.inside.recipes import Sequence as Sequence_
from testwright.python_source.caller_values import CallerValues
from testwright.python_source.model import FunctionModel, ImportedName, ModuleModel
from testwright.python_source.module_names import imported_names
from testwright.python_source.parsing import parse_source
from testwright.python_source.source_text import dotted

__all__ = ["CallsElsewhere"]

EACH, ALL = 24, 300
"""Distinct calls that are kept: of one function, and of all."""
ROWS = 12
"""Of a literal list that a loop goes through, or that a test is parametrized with."""
_OTHER_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_POSITIONAL = ("positional-only", "positional-or-keyword")


class CallsElsewhere:
    """Takes one file after the other; `calls` has what was found, in the form of `ExistingTests.calls`."""

    def __init__(self, model: ModuleModel) -> None:
        self.model = model
        self.functions: dict[str, FunctionModel] = {}
        for function in model.functions:
            if function.kind != "nested":
                self.functions.setdefault(function.qualname, function)
        self.classes = {each.qualname: each for each in model.classes}
        self.own = {f"{model.module}.{name}": name for name in (*self.functions, *self.classes) if "." not in name}
        package = model.module.partition(".")[0]
        self.known = frozenset(m.module for m in model.imports if m.module.partition(".")[0] == package and m.qualname)
        self._found: dict[str, dict[str, dict[str, Any]]] = {}

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [call for each in self._found.values() for call in each.values()][:ALL]

    def named_in(self, text: str) -> bool:
        """Whether it is worth parsing: some name of the module stands there, and is called there or somewhere."""
        return any(f"{name}(" in text for name in self.own.values())

    def learn_names(self, text: str, package: str) -> None:
        """What the `__init__` of a package re-exports of the module is also reached by the package's name."""
        for each in _imports(text, package, is_package=True):
            whole = f"{each.module}.{each.qualname}"
            if each.qualname == "*":
                self.own.update({f"{package}.{name}": own for name, own in self._all_of(each.module)})
            elif whole in self.own:
                self.own[f"{package}.{each.name}"] = self.own[whole]

    def _all_of(self, module: str) -> list[tuple[str, str]]:
        """What a star import of it gives, with the module's own names for it."""
        found = [
            (dotted[len(module) + 1 :], name) for dotted, name in self.own.items() if dotted.startswith(module + ".")
        ]
        return [(name, own) for name, own in found if "." not in name and not name.startswith("_")]

    def read(self, text: str, module: str, *, is_package: bool = False) -> None:
        """`module` is the file's dotted name, as relative imports need it. Text that does not parse says nothing."""
        try:
            tree = parse_source(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        values = CallerValues(self.model.module, self.own, self.known)
        for each in imported_names(tree, module, is_package=is_package):
            if each.qualname == "*":
                values.dotted.update({name: f"{each.module}.{name}" for name, _ in self._all_of(each.module)})
            else:
                values.dotted[each.name] = f"{each.module}.{each.qualname}" if each.qualname else each.module
        if module == self.model.module:
            values.dotted.update({name: dotted for dotted, name in self.own.items() if dotted == f"{module}.{name}"})
        _Reading(self, values, module, is_package).block(tree.body)

    def take(self, call: ast.Call, values: CallerValues) -> None:
        """Notes a call if it is one of the module's functions."""
        called = values.called(call.func)
        if (
            called is None
            or any(isinstance(a, ast.Starred) for a in call.args)
            or any(not k.arg for k in call.keywords)
        ):
            return
        args = [values.value(a) for a in call.args]
        named = {str(k.arg): values.value(k.value) for k in call.keywords}
        if isinstance(called, Name):
            name = f"{called.qualname}.__init__" if called.qualname in self.classes else called.qualname
            self._note(name, None, args, named)
        elif isinstance(called, Attribute) and (owner := self._class_of(called.target)):
            self._note(self._method(owner, called.name), called.target, args, named)

    def _class_of(self, made: Recipe) -> str:
        """Of what a constructor, or a classmethod that may be one, gives."""
        if (
            not isinstance(made, Call)
            or not isinstance(made.function, Name)
            or made.function.module != self.model.module
        ):
            return ""
        name = made.function.qualname
        function = self.functions.get(name)
        if name in self.classes:
            return name
        return function.class_name if function is not None and function.kind == "classmethod" else ""

    def _method(self, owner: str, name: str) -> str:
        """The qualname of where the method is defined, in the class or in one of the module's that it is made from."""
        waiting, seen = [owner], set[str]()
        while waiting:
            current = waiting.pop(0)
            if f"{current}.{name}" in self.functions:
                return f"{current}.{name}"
            seen.add(current)
            waiting += [base for base in self.classes[current].bases if base in self.classes and base not in seen]
        return ""

    def _note(
        self, name: str, instance: Recipe | None, args: Sequence[Recipe | None], named: Mapping[str, Recipe | None]
    ) -> None:
        function = self.functions.get(name)
        is_constructor = name.endswith(".__init__") and name.removesuffix(".__init__") in self.classes
        if function is None and not is_constructor:
            return
        places = [p.name for p in function.parameters if p.kind in _POSITIONAL] if function else ["self"]
        bound = is_constructor or (function is not None and function.kind in ("method", "classmethod"))
        positional = places[: len(args) + bound]
        given = dict(zip(positional[bound:], args, strict=False))
        if bound and positional:
            given = {positional[0]: instance, **given}
        own = {p.name for p in function.parameters if not p.kind.startswith("var")} if function else set[str]()
        plain = {
            "function": name,
            "positional": positional,
            "arguments": _plain({**given, **{k: v for k, v in named.items() if k in own}}),
            "rest": list(_plain(dict(enumerate(args[len(positional) - bound :]))).values()),
            "keywords": _plain({k: v for k, v in named.items() if k not in own}),
        }
        if any(each is not None for each in (*args, *named.values())) or not (args or named):
            found = self._found.setdefault(name, {})
            if len(found) < EACH:
                found.setdefault(json.dumps(plain, sort_keys=True), plain)


def _plain(recipes: Mapping[Any, Recipe | None]) -> dict[Any, Any]:
    return {name: None if each is None else to_plain(each) for name, each in recipes.items()}


def _imports(text: str, module: str, *, is_package: bool) -> Iterable[ImportedName]:
    try:
        tree = parse_source(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return imported_names(tree, module, is_package=is_package)


class _Reading:
    """Goes through statements in their order, and knows which names hold a value that can be said."""

    def __init__(self, found: CallsElsewhere, values: CallerValues, module: str, is_package: bool) -> None:
        self.found, self.values, self.module, self.is_package = found, values, module, is_package

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(statement)
            case ast.ClassDef(body=body):
                self._inner(body, {})
            case ast.For(target=target, iter=each, body=body, orelse=orelse):
                self._calls([each])
                self._loop(target, each, body)
                self.block(orelse)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._calls([value])
                self.values.bound[name] = self.values.value(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._calls([value])
                self.values.bound[name] = self.values.value(value)
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case _:
                self._other(statement)

    def _other(self, statement: ast.stmt) -> None:
        """What it assigns is unknown from its beginning on where it may run several times, else from its end on."""
        blocks = _blocks(statement)
        if isinstance(statement, ast.While):
            self._forget(statement)
        self._calls(child for child in ast.iter_child_nodes(statement) if not isinstance(child, _BLOCK_PARTS))
        for block in blocks:
            self.block(block)
        self._forget(statement)

    def _forget(self, statement: ast.AST) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self.values.bound[node.id] = None
            elif isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self._changed(dotted(node.value))

    def _function(self, function: _Function) -> None:
        names = [a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)]
        unknown: dict[str, Recipe | None] = dict.fromkeys(names)
        for row in self._parametrized(function) or [{}]:
            self._inner(function.body, {**unknown, **row})

    def _inner(self, body: Iterable[ast.stmt], bound: Mapping[str, Recipe | None]) -> None:
        """In a scope of its own: what it binds is not seen outside."""
        outer, imports = self.values.bound, self.values.dotted
        self.values.bound, self.values.dotted = {**outer, **bound}, dict(imports)
        self.block(body)
        self.values.bound, self.values.dotted = outer, imports

    def _parametrized(self, function: _Function) -> list[dict[str, Recipe | None]]:
        """The rows of `pytest.mark.parametrize("a, b", [(1, 2), …])`."""
        for decorator in function.decorator_list:
            match decorator:
                case ast.Call(
                    func=ast.Attribute(attr="parametrize"), args=[names, ast.List(elts=rows) | ast.Tuple(elts=rows), *_]
                ):
                    return [self._row(_names(names), row) for row in rows[:ROWS]]
        return []

    def _row(self, names: list[str], row: ast.expr) -> dict[str, Recipe | None]:
        if len(names) == 1:
            return {names[0]: self.values.value(row)}
        match row:
            case ast.Tuple(elts=cells) | ast.List(elts=cells) | ast.Call(func=ast.Attribute(attr="param"), args=cells):
                return dict(zip(names, map(self.values.value, cells), strict=False))
        return {}

    def _loop(self, target: ast.expr, each: ast.expr, body: list[ast.stmt]) -> None:
        names = _names(target)
        for statement in body:
            self._forget(statement)
        rows = each.elts[:ROWS] if names and isinstance(each, ast.List | ast.Tuple | ast.Set) else [None]
        for row in rows:
            self._forget(target)
            if row is not None:
                self.values.bound.update(self._row(names, row))
            self.block(body)
        self._forget(target)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Also inside functions."""
        tree = ast.Module([statement], [])
        for each in imported_names(tree, self.module, is_package=self.is_package):
            self.values.dotted[each.name] = f"{each.module}.{each.qualname}" if each.qualname else each.module
            self.values.bound.pop(each.name, None)

    def _calls(self, nodes: Iterable[ast.AST]) -> None:
        """Notes the calls in expressions; names that a comprehension binds are nobody's values."""
        for node in nodes:
            for call in _own_calls(node):
                self.found.take(call, self.values)
                if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                    self._changed(call.func.value.id)

    def _changed(self, name: str) -> None:
        """A method was called that may change it. What an instance would be by then can be said as little."""
        if isinstance(self.values.bound.get(name), (Sequence_, Dictionary)):
            self.values.bound[name] = None


_BLOCK_PARTS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _own_calls(node: ast.AST) -> Iterator[ast.Call]:
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, _OTHER_SCOPES):
            continue
        if isinstance(current, ast.Call):
            yield current
        waiting += ast.iter_child_nodes(current)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        parts = getattr(statement, name, [])
        statements = [part for part in parts if isinstance(part, ast.stmt)]
        if statements:
            yield statements
        yield from (part.body for part in parts if isinstance(part, ast.ExceptHandler | ast.match_case))


def _names(node: ast.expr) -> list[str]:
    """Of a loop's target, or as parametrize writes them; [] for what is neither a name nor several."""
    match node:
        case ast.Constant(value=str(text)):
            return [name.strip() for name in text.split(",")]
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            inner = [_names(part) for part in parts]
            return [each[0] for each in inner] if all(len(each) == 1 for each in inner) else []
    return []
