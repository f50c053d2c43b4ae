"""Mends what a written test imports: the real module for made-up ones, and what it uses without importing it."""

from __future__ import annotations

import ast
import builtins
import difflib
import sys
from collections.abc import Sequence, Set

from testwright.propose.from_model.target_facts import TargetFacts
from testwright.python_source.parsing import parse_source
from testwright.python_source.pieces import bound_in
from testwright.python_source.text_edits import changed, renamed
from testwright.python_source.written_import import WrittenImport

__all__ = ["PLACEHOLDERS", "Importing"]

PLACEHOLDERS = frozenset(
    {"module", "module_name", "module_under_test", "mymodule", "my_module", "my_package", "package", "source_module"}
    | {"solution", "target", "target_module", "the_module", "your_app", "your_code", "your_file", "your_module"}
    | {"your_module_name", "your_package", "your_script", "yourmodule"}
)
_WELL_KNOWN = {
    **dict.fromkeys(
        ["AsyncMock", "MagicMock", "Mock", "PropertyMock", "call", "create_autospec", "patch"], "unittest.mock"
    ),
    **dict.fromkeys(["ANY", "mock_open", "sentinel"], "unittest.mock"),
    **dict.fromkeys(["approx", "raises", "fixture", "mark", "param"], "pytest"),
    **dict.fromkeys(["Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"], "collections"),
    **dict.fromkeys(["date", "timedelta", "timezone"], "datetime"),
    **dict.fromkeys(["StringIO", "BytesIO"], "io"),
    "Decimal": "decimal",
    "Fraction": "fractions",
    "Path": "pathlib",
    "SimpleNamespace": "types",
    "dataclass": "dataclasses",
    "dedent": "textwrap",
    "mock": "unittest",
    "partial": "functools",
    "reduce": "functools",
    "suppress": "contextlib",
    "contextmanager": "contextlib",
}
_NAMES_A_PLACE = frozenset({"import_module", "patch", "setattr", "delattr"})
_ALIKE = 0.8


class Importing:
    """`repairs` are what was mended in the reply as a whole."""

    def __init__(self, facts: TargetFacts) -> None:
        self.facts = facts
        self.repairs: list[str] = []
        self._own = facts.names - set(facts.imported)

    def with_real_module(self, code: str) -> str:
        """The code with the module under test by its import name wherever it goes by another."""
        aliases: dict[str, str] = {}
        code = changed(code, lambda node: self._real(node, aliases))
        return renamed(code, aliases)

    def complete(self, body: str, imports: Sequence[WrittenImport]) -> tuple[str, list[WrittenImport], list[str]]:
        """The body with its names mended, its imports, and what was mended."""
        told: list[str] = []
        bound = bound_in(parse_source(body))
        needed: dict[str, WrittenImport] = {}
        others: dict[str, str] = {}
        for each in imports:
            mended = self._existing(each, bound)
            if mended.binds != each.binds or mended.name != each.name:
                told.append(f"{each.text!r} became {mended.text!r}")
                others |= {each.binds: mended.binds} if mended.binds != each.binds else {}
            needed[mended.binds] = mended
        body = renamed(body, others)
        tree = parse_source(body)
        missing = _loaded(tree) - bound_in(tree) - set(needed) - set(dir(builtins))
        dotted: dict[str, str] = {}
        for name in sorted(missing):
            found = self._origin_of(name, tree)
            if isinstance(found, WrittenImport) and found.name and found.name != name and found.name not in bound:
                dotted[name], found = found.name, WrittenImport(found.module, found.name, found.name)
            if isinstance(found, str):
                dotted[name] = found
                found = WrittenImport(self.facts.module, found.partition(".")[0], found.partition(".")[0])
            if found is not None:
                needed.setdefault(found.binds, found)
                told.append(f"{found.text!r} was missing")
        body = changed(body, lambda node: _dotted(node, dotted)) if dotted else body
        return body, [needed[name] for name in sorted(needed)], told

    def _real(self, node: ast.AST, aliases: dict[str, str]) -> ast.AST | None:
        match node:
            case ast.ImportFrom() if self._is_wrong(node):
                self.repairs.append(f"the module {'.' * node.level + (node.module or '')!r} is {self.facts.module!r}")
                return ast.ImportFrom(self.facts.module, node.names, 0)
            case ast.Import(names=[ast.alias(name=name, asname=local)]) if self._is_made_up(name):
                return self._imported_really(name, local, aliases)
            case ast.Constant(value=str(words)):
                return None
            case ast.Call(func=function, args=[ast.Constant(value=str(words)), *others]) if _last(
                function
            ) in _NAMES_A_PLACE and self._is_made_up(words.partition(".")[0], words):
                real = self.facts.module + words[len(self._prefix(words)) :]
                self.repairs.append(f"{words!r} is {real!r}")
                return ast.Call(function, [ast.Constant(real), *others], node.keywords)
        return None

    def _imported_really(self, name: str, local: str | None, aliases: dict[str, str]) -> ast.stmt:
        self.repairs.append(f"the module {name!r} is {self.facts.module!r}")
        package, _, stem = self.facts.module.rpartition(".")
        binds = local or name.partition(".")[0]
        if binds in PLACEHOLDERS:
            aliases[binds] = stem
        elif binds != stem:
            alias = ast.alias(stem if package else self.facts.module, binds)
            return ast.ImportFrom(package, [alias], 0) if package else ast.Import([alias])
        return ast.ImportFrom(package, [ast.alias(stem, None)], 0) if package else ast.Import([ast.alias(stem, None)])

    def _is_wrong(self, node: ast.ImportFrom) -> bool:
        name = node.module or ""
        if node.level == 0 and (name == self.facts.module or name in self.facts.modules):
            return False
        wants_own = any(each.name in self._own or each.name == "*" for each in node.names)
        if node.level or self._is_made_up(name):
            return wants_own or name in PLACEHOLDERS
        top = name.partition(".")[0]
        known = {module.partition(".")[0] for module, _ in self.facts.imported.values()}
        return (
            wants_own
            and top not in sys.stdlib_module_names
            and top not in known - {self.facts.module.partition(".")[0]}
        )

    def _is_made_up(self, name: str, words: str = "") -> bool:
        """A placeholder, or the module under test without its package; `words` is a whole dotted place."""
        if name == self.facts.module or name in self.facts.modules or (words and self._is_known(words)):
            return False
        return name.partition(".")[0] in PLACEHOLDERS or name == self.facts.stem or name.endswith(f".{self.facts.stem}")

    def _is_known(self, words: str) -> bool:
        return any(words.startswith(f"{module}.") for module in {self.facts.module, *self.facts.modules})

    def _prefix(self, words: str) -> str:
        """The made-up part of a dotted place."""
        parts = words.split(".")
        return ".".join(parts[: parts.index(self.facts.stem) + 1]) if self.facts.stem in parts[:2] else parts[0]

    def _existing(self, wanted: WrittenImport, bound: Set[str]) -> WrittenImport:
        """What is imported from the module under test and is not there goes by another name, or comes from elsewhere."""
        name = wanted.name
        if wanted.module != self.facts.module or not name or name == "*" or name in self.facts.names:
            return wanted
        found = self._origin_of(name, ast.Module([], []))
        if isinstance(found, WrittenImport):
            local = found.name if wanted.local == name and found.name not in bound else wanted.local
            return WrittenImport(found.module, found.name, local)
        return wanted

    def _origin_of(self, name: str, tree: ast.Module) -> WrittenImport | str | None:
        """Where a name comes from that nothing binds; a text is what it is called in the module under test."""
        facts = self.facts
        if name in self._own:
            return WrittenImport(facts.module, name, name)
        if name in facts.imported:
            module, qualname = facts.imported[name]
            return WrittenImport(module, qualname, "" if not qualname and module == name else name)
        if name == "datetime":
            return (
                WrittenImport("datetime", "", "") if _is_dotted(tree, name) else WrittenImport("datetime", name, name)
            )
        if name in _WELL_KNOWN:
            return WrittenImport(_WELL_KNOWN[name], name, name)
        if name == "pytest" or (name in sys.stdlib_module_names and _is_dotted(tree, name)):
            return WrittenImport(name, "", "")
        if name == facts.stem or name in PLACEHOLDERS:
            package = facts.module.rpartition(".")[0]
            return WrittenImport(package, facts.stem, name) if package else WrittenImport(facts.module, "", name)
        return self._method(name) or self._alike(name)

    def _method(self, name: str) -> str:
        """A static method or class method that was called without its class."""
        found = [
            each.qualname
            for each in self.facts.functions.values()
            if each.name == name and each.kind in ("staticmethod", "classmethod")
        ]
        return found[0] if len(found) == 1 else ""

    def _alike(self, name: str) -> WrittenImport | None:
        """The one name of the module that is nearly the same: a slip of the pen."""
        close = difflib.get_close_matches(name, sorted(self._own), n=2, cutoff=_ALIKE)
        return WrittenImport(self.facts.module, close[0], name) if len(close) == 1 else None


def _last(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _loaded(tree: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def _is_dotted(tree: ast.AST, name: str) -> bool:
    """Each use takes something of it, as uses of modules do: `datetime.date(…)`, not `datetime(…)`."""
    taken = [each.value for each in ast.walk(tree) if isinstance(each, ast.Attribute)]
    uses = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id == name]
    return bool(uses) and all(any(use is value for value in taken) for use in uses)


def _dotted(node: ast.AST, names: dict[str, str]) -> ast.AST | None:
    if isinstance(node, ast.Name) and node.id in names:
        owner, _, name = names[node.id].rpartition(".")
        return ast.Attribute(ast.Name(owner, ast.Load()), name, ast.Load()) if owner else ast.Name(name, node.ctx)
    return None
