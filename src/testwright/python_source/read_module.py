"""Reads one source file into a ModuleModel, without importing or running anything."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from testwright.errors import ProjectError
from testwright.python_source.parsing import parse_source, source_lines

from .class_fields import class_attributes, class_kind, fields_of, functional_class
from .complexity import cyclomatic_complexity
from .definitions import ClassSite, Definitions, FunctionSite, find_definitions, scope_statements
from .docstring_examples import docstring_examples
from .literals import Constants, constants_of, literals_in, regexes_in, value_nodes
from .model import ClassModel, FunctionModel, ModuleModel, ParameterModel, Uses
from .module_names import bound_names, imported_names
from .parameter_uses import ModuleUses
from .raised_names import raised_names
from .source_text import Definition, decorator_names, docstring_of, dotted, own_nodes, source_of

__all__ = ["read_module"]

MOST_MODULE_LITERALS = 2000


def read_module(source: str, *, module: str, path: str) -> ModuleModel:
    """The model of the source; `path` is for messages, and its `__init__.py` marks a package.

    Raises ProjectError [syntax-error] when this interpreter cannot parse it.
    """
    return _Reader(parse(source, path), module, path).read()


def parse(source: str, path: str) -> ast.Module:
    """The syntax tree, or the error that a user can act on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in their source are theirs to hear of, not here
            return parse_source(source.removeprefix("\ufeff"), path)
    except SyntaxError as error:
        lines = source_lines(source)
        number = error.lineno or 1
        line = (lines[number - 1] if number <= len(lines) else error.text or "").strip()
        raise ProjectError(
            f"cannot parse {line[:120]!r}: {error.msg}",
            slug="syntax-error",
            where=f"{path}:{number}",
            hint="correct the line, or run testwright with the Python version that the file is written for",
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProjectError(
            f"cannot parse {path!r}: {error or 'its expressions are nested too deeply'}",
            slug="syntax-error",
            where=f"{path}:1",
            hint="null bytes, or expressions nested hundreds deep, keep Python itself from parsing the file",
        ) from error


class _Reader:
    """Reads the parts of one module in turn."""

    def __init__(self, tree: ast.Module, module: str, path: str) -> None:
        self.tree = tree
        self.module = module
        self.path = path
        self.definitions = find_definitions(tree)
        self.constants = _module_constants(tree, self.definitions)
        self.uses = ModuleUses(self.definitions, self.constants)
        self.class_constants: dict[str, Constants] = {}
        for site in self.definitions.classes:
            own: dict[str, ast.expr] = {}
            for ancestor in reversed(list(self.definitions.ancestry(site.qualname))):
                own |= constants_of(ancestor.node.body)
            self.class_constants[site.qualname] = {**self.constants, **own}
            self.uses.give_class_constants(site.qualname, own)

    def read(self) -> ModuleModel:
        functions = tuple(self._function(site) for site in self.definitions.functions)
        docstring = docstring_of(self.tree)
        values = list(value_nodes([self.tree]))
        package = self.path.replace("\\", "/").endswith("/__init__.py") or self.path == "__init__.py"
        return ModuleModel(
            module=self.module,
            path=self.path,
            docstring=docstring,
            functions=functions,
            classes=(*(self._class(site) for site in self.definitions.classes), *self._functional_classes()),
            literals=literals_in(values, {}, follow=False, most=MOST_MODULE_LITERALS),
            regexes=regexes_in(values, self.constants),
            imports=imported_names(self.tree, self.module, is_package=package),
            names=bound_names(self.tree),
            raises_names=_once(name for function in functions for name in function.raises),
            examples=docstring_examples(docstring),
        )

    # -- functions ----------------------------------------------------------------------------------------------------

    def _function(self, site: FunctionSite) -> FunctionModel:
        node = site.node
        constants = self.class_constants.get(site.class_name, self.constants)
        docstring = docstring_of(node)
        own, values = list(own_nodes(node.body)), list(value_nodes([node.args, *node.body]))
        return FunctionModel(
            qualname=site.qualname,
            name=node.name,
            line=node.lineno,
            first_line=min([node.lineno, *(d.lineno for d in node.decorator_list)]),
            end_line=node.end_lineno or node.lineno,
            kind=site.kind,
            class_name=site.class_name,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=_is_generator(node, own),
            is_private=is_private(site.qualname),
            is_abstract=self._is_abstract(site),
            decorators=tuple(source_of(d) for d in node.decorator_list),
            parameters=self._parameters(site),
            returns=source_of(node.returns) or None,
            raises=raised_names(node, own),
            complexity=cyclomatic_complexity(node),
            literals=literals_in(values, constants),
            regexes=regexes_in(values, constants),
            examples=docstring_examples(docstring),
            callees=self._callees(site, own),
            gives_itself=_gives_itself(site, own),
            docstring=docstring,
        )

    def _parameters(self, site: FunctionSite) -> tuple[ParameterModel, ...]:
        uses = self.uses.parameters(site)
        return tuple(
            ParameterModel(a.arg, kind, source_of(a.annotation) or None, default, uses.get(a.arg, Uses()))
            for a, kind, default in _signature(site.node.args)
        )

    def _is_abstract(self, site: FunctionSite) -> bool:
        names = {name.rpartition(".")[2] for name in decorator_names(site.node)}
        if names & {"abstractmethod", "abstractproperty"}:
            return True
        owner = self.definitions.classes_by_name.get(site.class_name)
        return owner is not None and class_kind(owner, self.definitions) == "protocol" and _says_nothing(site.node)

    def _callees(self, site: FunctionSite, nodes: list[ast.AST]) -> tuple[str, ...]:
        found = (self._callee(site, node.func) for node in nodes if isinstance(node, ast.Call))
        return _once(name for name in found if name)

    def _callee(self, site: FunctionSite, function: ast.expr) -> str:
        """The qualname for a method of the same class, else the dotted name as written."""
        if isinstance(function, ast.Attribute) and site.class_name:
            above = isinstance(function.value, ast.Call) and dotted(function.value.func) == "super"
            if above or (site.receiver and dotted(function.value) == site.receiver):
                method = self.definitions.method(site.class_name, function.attr, above=above)
                if method is not None:
                    return method.qualname
        return dotted(function)

    # -- classes ------------------------------------------------------------------------------------------------------

    def _class(self, site: ClassSite) -> ClassModel:
        methods: dict[str, FunctionSite] = {}
        for ancestor in self.definitions.ancestry(site.qualname):
            for name, method in ancestor.methods.items():
                methods.setdefault(name, method)
        docstring = docstring_of(site.node)
        return ClassModel(
            qualname=site.qualname,
            name=site.node.name,
            line=site.node.lineno,
            end_line=site.node.end_lineno or site.node.lineno,
            bases=tuple(source_of(base) for base in site.node.bases),
            decorators=tuple(source_of(d) for d in site.node.decorator_list),
            kind=class_kind(site, self.definitions),
            fields=fields_of(site, self.definitions),
            methods=tuple(method.qualname for method in methods.values()),
            abstract_methods=tuple(name for name, method in methods.items() if self._is_abstract(method)),
            is_private=is_private(site.qualname),
            docstring=docstring,
            class_attributes=class_attributes(site.node),
            attribute_uses=self.uses.attributes(site.qualname),
            examples=docstring_examples(docstring),
        )

    def _functional_classes(self) -> Iterable[ClassModel]:
        for statement in scope_statements(self.tree.body):
            made = functional_class(statement)
            if made is not None:
                name, kind, fields = made
                yield ClassModel(
                    qualname=name,
                    name=name,
                    line=statement.lineno,
                    end_line=statement.end_lineno or statement.lineno,
                    bases=(),
                    decorators=(),
                    kind=kind,
                    fields=fields,
                    methods=(),
                    abstract_methods=(),
                    is_private=is_private(name),
                    docstring="",
                    class_attributes=(),
                    attribute_uses={},
                )


def _module_constants(tree: ast.Module, definitions: Definitions) -> dict[str, ast.expr]:
    """The module's constants, `Class.NAME` for those of its classes, and `name` → `re.name` for imports from re."""
    found = constants_of(tree.body)
    for site in definitions.classes:
        found |= {f"{site.qualname}.{name}": value for name, value in constants_of(site.node.body).items()}
    for statement in scope_statements(tree.body):
        if isinstance(statement, ast.ImportFrom) and statement.module in ("re", "regex"):
            for alias in statement.names:
                found[alias.asname or alias.name] = ast.Attribute(ast.Name("re", ast.Load()), alias.name, ast.Load())
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name in ("re", "regex") and alias.asname:
                    found[alias.asname] = ast.Name("re", ast.Load())
    return found


def is_private(qualname: str) -> bool:
    """Whether any part starts with an underscore; `__dunder__` names do not count."""
    parts = [part for part in qualname.split(".") if part != "<locals>"]
    return any(part.startswith("_") and not (part.startswith("__") and part.endswith("__")) for part in parts)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _signature(arguments: ast.arguments) -> Iterable[tuple[ast.arg, str, str | None]]:
    positional = [(a, "positional-only") for a in arguments.posonlyargs]
    positional += [(a, "positional-or-keyword") for a in arguments.args]
    first = len(positional) - len(arguments.defaults)
    for place, (argument, kind) in enumerate(positional):
        yield argument, kind, source_of(arguments.defaults[place - first]) if place >= first else None
    if arguments.vararg is not None:
        yield arguments.vararg, "var-positional", None
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield argument, "keyword-only", source_of(default) or None
    if arguments.kwarg is not None:
        yield arguments.kwarg, "var-keyword", None


def _is_generator(node: Definition, nodes: list[ast.AST]) -> bool:
    if not any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in nodes):
        return False  # else look again: a lambda's own yield does not count
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(inner))
    return False


def _says_nothing(node: Definition) -> bool:
    """A body of docstring, `...`, `pass` or `raise NotImplementedError` only."""
    for statement in node.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Raise):
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if dotted(raised) == "NotImplementedError":
                continue
        if not isinstance(statement, ast.Pass):
            return False
    return True


def _gives_itself(site: FunctionSite, nodes: list[ast.AST]) -> bool:
    """It ends in `return self`: calls of it can be strung together."""
    returned = (node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None)
    return bool(site.receiver) and any(dotted(value) == site.receiver for value in returned)
