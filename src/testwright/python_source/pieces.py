"""Takes the source of a test file apart: imports, what tests need, tests, and what has no business there."""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from testwright.python_source.file_of_tests import Function, decorator_names, is_fixture
from testwright.python_source.parsing import parse_source, source_lines
from testwright.python_source.text_edits import unparsed
from testwright.python_source.written_import import WrittenImport

__all__ = ["Pieces", "Support", "WrittenUnit", "bound_in", "free_names", "take_apart"]

Statement: TypeAlias = ast.stmt
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Support:
    """A function, class or constant that tests need; `names` are what it binds, `needs` the names that it uses itself."""

    names: tuple[str, ...]
    text: str
    needs: frozenset[str]
    kind: Literal["definition", "constant"]
    autouse: bool = False


@dataclass(frozen=True, slots=True)
class WrittenUnit:
    """One test: a function, or a class with this one method; `text` is all of it, with its decorators."""

    name: str
    text: str
    needs: frozenset[str]
    line: int
    group: str = ""


@dataclass(slots=True)
class Pieces:
    """In the order of the source. `left_out` are the lines of what is none of these."""

    imports: list[WrittenImport] = field(default_factory=list)
    supports: list[Support] = field(default_factory=list)
    tests: list[WrittenUnit] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)

    def needed_by(self, test: WrittenUnit) -> tuple[list[WrittenImport], list[Support]]:
        """What the test needs, also by way of what it needs, in the order of the source."""
        wanted = set(test.needs) | {name for each in self.supports if each.autouse for name in each.names}
        grew = True
        while grew:
            before = len(wanted)
            for support in self.supports:
                if not wanted.isdisjoint(support.names):
                    wanted |= support.needs
            grew = len(wanted) > before
        supports = [each for each in self.supports if not wanted.isdisjoint(each.names)]
        return [each for each in self.imports if each.binds in wanted], supports


def take_apart(source: str) -> Pieces:
    """Raises SyntaxError for what cannot be parsed."""
    lines = source_lines(source)
    found = Pieces()
    for node in _statements(parse_source(source).body):
        _take(node, lines, found)
    return found


def free_names(node: ast.AST) -> frozenset[str]:
    """The names that it uses and does not bind itself, builtins too; parameters of a function count as used."""
    return _used(node) - (bound_in(node) - _parameters(node))


def bound_in(node: ast.AST) -> frozenset[str]:
    """Each name that something inside binds, wherever."""
    found: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.Import() | ast.ImportFrom():
                found.update(each.binds for each in _imported(each))
    return frozenset(found)


def _used(node: ast.AST) -> frozenset[str]:
    loaded = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    return frozenset(loaded) | _parameters(node) | _named_fixtures(node)


def _parameters(node: ast.AST) -> frozenset[str]:
    """Those of a test or fixture are names of fixtures; a class has those of its methods."""
    functions = [node] if isinstance(node, Function) else []
    functions += [each for each in getattr(node, "body", ()) if isinstance(node, ast.ClassDef) and _asks(each)]
    return frozenset(
        each.arg for function in functions for each in (*function.args.args, *function.args.kwonlyargs)
    ) - {"self", "cls"}


def _asks(node: ast.stmt) -> bool:
    return isinstance(node, Function) and (node.name.startswith("test") or is_fixture(node))


def _named_fixtures(node: ast.AST) -> frozenset[str]:
    """What `@pytest.mark.usefixtures("…")` names."""
    calls = [
        each
        for each in ast.walk(node)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "usefixtures"
    ]
    return frozenset(
        each.value
        for call in calls
        for each in call.args
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of the top level; of a `try` around imports, what it tries."""
    for node in body:
        if isinstance(node, ast.Try) and all(isinstance(each, ast.Import | ast.ImportFrom) for each in node.body):
            yield from node.body
        else:
            yield node


def _take(node: ast.stmt, lines: Sequence[str], found: Pieces) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            found.imports += _imported(node)
        case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test") and not is_fixture(node):
            found.tests.append(WrittenUnit(node.name, _text(node, lines), free_names(node), _first_line(node)))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            autouse = any("autouse=True" in ast.unparse(each) for each in node.decorator_list)
            found.supports.append(
                Support((node.name,), _text(node, lines), free_names(node) - {node.name}, "definition", autouse)
            )
        case ast.ClassDef() if _is_of_tests(node):
            found.tests += _methods(node, lines)
        case ast.ClassDef():
            found.supports.append(
                Support((node.name,), _text(node, lines), free_names(node) - {node.name}, "definition")
            )
        case ast.Assign() | ast.AnnAssign() if _names(node):
            found.supports.append(Support(_names(node), _text(node, lines), _used(node), "constant"))
        case ast.Expr(value=ast.Constant()):
            pass
        case _:
            found.left_out.append(node.lineno)


def _imported(node: ast.Import | ast.ImportFrom) -> list[WrittenImport]:
    if isinstance(node, ast.Import):
        return [WrittenImport(each.name, "", each.asname or "") for each in node.names]
    module = "." * node.level + (node.module or "")
    return [WrittenImport(module, each.name, each.asname or each.name) for each in node.names]


def _names(node: ast.Assign | ast.AnnAssign) -> tuple[str, ...]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return ()
    return tuple(each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _text(node: ast.stmt, lines: Sequence[str]) -> str:
    return "".join(lines[_first_line(node) - 1 : node.end_lineno]).rstrip()


def _is_of_tests(node: ast.ClassDef) -> bool:
    return any(isinstance(each, Function) and each.name.startswith("test") for each in node.body)


def _methods(owner: ast.ClassDef, lines: Sequence[str]) -> Iterator[WrittenUnit]:
    """Each as a function where it needs nothing of its class, else as a class without the other tests."""
    tests = [each for each in owner.body if isinstance(each, Function) and each.name.startswith("test")]
    bare = not owner.decorator_list and not owner.bases and len(tests) == len(_said(owner.body))
    for test in tests:
        if bare and not _uses_itself(test) and not _marks(test):
            yield _as_function(test, lines)
        else:
            yield _alone(owner, test, tests, lines)


def _said(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]


def _uses_itself(test: Function) -> bool:
    return any(isinstance(each, ast.Name) and each.id in ("self", "cls") for each in ast.walk(test))


def _marks(test: Function) -> bool:
    return any(name in ("staticmethod", "classmethod") for name in decorator_names(test))


def _as_function(test: Function, lines: Sequence[str]) -> WrittenUnit:
    function = type(test)(**{name: getattr(test, name) for name in test._fields})
    function.args = ast.arguments(**{name: getattr(test.args, name) for name in test.args._fields})
    function.args.args = test.args.args[1:]
    receiver = test.args.args[0].arg if test.args.args else ""
    text = textwrap.dedent(_text(test, lines))
    head = f"def {test.name}("
    for words in (f"{head}{receiver}, ", f"{head}{receiver},", f"{head}{receiver}"):
        if words in text:
            text = text.replace(words, head, 1)
            break
    if not _says(function, text):
        text = unparsed(ast.fix_missing_locations(ast.Module([function], [])))
    return WrittenUnit(test.name, text, free_names(function), _first_line(test))


def _says(node: ast.stmt, text: str) -> bool:
    try:
        return ast.dump(parse_source(text)) == ast.dump(ast.Module([node], []))
    except SyntaxError:
        return False


def _alone(owner: ast.ClassDef, test: Function, tests: Sequence[Function], lines: Sequence[str]) -> WrittenUnit:
    others = [each for each in tests if each is not test]
    gone = {n for each in others for n in range(_first_line(each), (each.end_lineno or each.lineno) + 1)}
    first, last = _first_line(owner), owner.end_lineno or owner.lineno
    text = "".join(lines[n - 1] for n in range(first, last + 1) if n not in gone).rstrip()
    left = parse_source(text).body[0]
    return WrittenUnit(test.name, text, free_names(left) - {owner.name}, _first_line(test), owner.name)
