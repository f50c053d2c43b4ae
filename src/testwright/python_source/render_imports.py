"""Decides which imports a test file needs and what each imported object is called there."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from testwright.python_source.parsing import parse_source
from testwright.python_source.render_layout import Brackets, lay_out
from testwright.python_source.render_literal import text_literal
from testwright.python_source.written_import import WrittenImport

__all__ = ["Imports"]

_BUILTINS = frozenset(dir(builtins))


def _with_other_names(source: str, names: Mapping[str, str]) -> str:
    """The source with names replaced where they stand alone, no attributes."""
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    found = [
        t for before, t in pairwise(tokens) if t.type == tokenize.NAME and t.string in names and before.string != "."
    ]
    for token in reversed(found):
        row, column = token.start
        line = lines[row - 1]
        lines[row - 1] = line[:column] + names[token.string] + line[column + len(token.string) :]
    return "".join(lines)


class Imports:
    """Gives the expression by which a file reaches an object, and collects the import lines.

    `target` is the module under test (its package makes the last section); `reserved` are names that a test binds
    itself, which no import may take. What is called as one of `collected` is only reached through its module: pytest
    would take it for a test, whatever name it had in the file.
    """

    def __init__(self, *, target: str = "", reserved: Iterable[str] = (), collected: Iterable[str] = ()) -> None:
        self._package = target.partition(".")[0]
        self._reserved = frozenset(reserved)
        self._collected = frozenset(collected)
        self._known: dict[tuple[str, str], WrittenImport] = {}
        self._bound: dict[str, tuple[str, str]] = {}

    def expression(self, module: str, qualname: str) -> str:
        """How the file writes the object that `module` calls `qualname` ("" = the module itself)."""
        if module == "builtins" and qualname:
            return self.builtin(qualname)
        if not qualname:
            return self._module(module)
        first, dot, rest = qualname.partition(".")
        if not _importable(module):
            return f"{self.expression('importlib', 'import_module')}({text_literal(module)}).{qualname}"
        return self._object(module, first) + dot + rest

    def builtin(self, name: str) -> str:
        """A builtin by its bare name, unless a test binds that name."""
        first = name.partition(".")[0]
        if first in self._reserved:
            return f"{self._module('builtins')}.{name}"
        return name

    def adopt(self, source: str) -> str:
        """Takes over the import statements that open `source`; gives the rest, with the names that the file has for them."""
        tree = parse_source(source)
        opening: list[ast.Import | ast.ImportFrom] = []
        for node in tree.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)) or (isinstance(node, ast.ImportFrom) and node.level):
                break
            opening.append(node)
        otherwise: dict[str, str] = {}
        for item in (item for node in opening for item in _imports_of(node)):
            free = self._free(item.binds, _origin(item), adopted=True)
            if free and self._known.get((item.module, item.name), item) == item:
                self._bound[item.binds] = _origin(item)
                self._known.setdefault((item.module, item.name), item)
            else:
                otherwise[item.binds] = self.expression(item.module, item.name)
        last = opening[-1].end_lineno if opening else 0
        rest = "\n".join(source.splitlines()[last or 0 :]).strip("\n")
        return _with_other_names(rest, otherwise) if otherwise else rest

    def render(self) -> str:
        """The import block: sections standard library, third party, target; each as isort orders it."""
        sections = (self._section(number) for number in range(4))
        return "\n\n".join(section for section in sections if section)

    def _object(self, module: str, name: str) -> str:
        if name in self._collected:
            return f"{self._module(module)}.{name}"
        known = self._known.get((module, name))
        if known is None:
            if not self._free(name, (module, name)) and module.partition(".")[0] in sys.stdlib_module_names:
                return f"{self._module(module)}.{name}"  # `re.compile`, `datetime.date`
            locals_ = _names_for(name, module)
            local = next(n for n in locals_ if self._free(n, (module, name)))
            known = self._known[module, name] = WrittenImport(module, name, local)
            self._bound[local] = (module, name)
        return known.local

    def _module(self, module: str) -> str:
        if not _importable(module):
            return f"{self.expression('importlib', 'import_module')}({text_literal(module)})"
        known = self._known.get((module, ""))
        if known is None:
            top = module.partition(".")[0]
            if self._free(top, (top, "")):
                known = WrittenImport(module, "", "")
                self._bound[top] = (top, "")
            else:
                names = _names_for(module.replace(".", "_") + "_module", module)
                known = WrittenImport(module, "", next(n for n in names if self._free(n, (module, ""))))
                self._bound[known.local] = (module, "")
            self._known[module, ""] = known
        return known.local or module

    def _free(self, local: str, origin: tuple[str, str], *, adopted: bool = False) -> bool:
        """Whether `local` can stand for `origin`: pytest would collect what is called test…, a builtin must stay."""
        if local in self._reserved or keyword.iskeyword(local):
            return False
        if not adopted and (local in _BUILTINS or local.startswith(("test", "Test"))):
            return origin == (local, "")
        return self._bound.get(local, origin) == origin

    def _section(self, number: int) -> str:
        mine = [item for item in self._known.values() if self._section_of(item.module) == number]
        plain = sorted((i for i in mine if not i.name), key=lambda i: (_natural(i.module), i.local))
        lines = [f"import {i.module}" + (f" as {i.local}" if i.local else "") for i in plain]
        return "\n".join([*lines, *_from_lines([i for i in mine if i.name])])

    def _section_of(self, module: str) -> int:
        top = module.partition(".")[0]
        if top == "__future__":
            return 0
        if top == self._package:
            return 3
        return 1 if top in sys.stdlib_module_names else 2


def _from_lines(items: list[WrittenImport]) -> list[str]:
    """From-imports: the names of a module in one statement, but an alias always in its own."""
    together: dict[str, list[WrittenImport]] = {}
    statements: list[list[WrittenImport]] = []
    for item in items:
        if item.local != item.name:
            statements.append([item])
        else:
            together.setdefault(item.module, []).append(item)
    for group in together.values():
        statements.append(sorted(group, key=_member_order))
    statements.sort(key=lambda group: (_natural(group[0].module), _member_order(group[0])))
    return [line for group in statements for line in _from_statement(group)]


def _from_statement(group: list[WrittenImport]) -> list[str]:
    names = [i.name if i.local == i.name else f"{i.name} as {i.local}" for i in group]
    before = f"from {group[0].module} import "
    lines = lay_out((", ".join(names),), before=before)
    if len(lines[0]) <= 88:
        return lines
    return lay_out((Brackets("(", tuple((name,) for name in names), ")"),), before=before)


def _imports_of(node: ast.Import | ast.ImportFrom) -> Iterator[WrittenImport]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield WrittenImport(alias.name, "", alias.asname or "")
        else:
            yield WrittenImport(node.module or "", alias.name, alias.asname or alias.name)


def _origin(item: WrittenImport) -> tuple[str, str]:
    if item.name or item.local:
        return (item.module, item.name)
    return (item.module.partition(".")[0], "")


def _names_for(name: str, module: str) -> Iterator[str]:
    """The name itself, then with more and more of the module before it."""
    yield name
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        yield "_".join(parts[-count:]) + "_" + name.lstrip("_")
    number = 2
    while True:
        yield f"the_{name.lstrip('_')}_{number}"
        number += 1


def _importable(module: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))


def _member_order(item: WrittenImport) -> tuple[int, list[tuple[int, str]], str]:
    """isort's order of names: CONSTANTS, Classes, variables."""
    name = item.name
    is_constant = len(name) > 1 and name.isupper()
    return 0 if is_constant else 1 if name[:1].isupper() else 2, _natural(name), name


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorting key that counts digits as numbers, without case."""
    return [(int(p), "") if p.isdigit() else (-1, p.lower()) for p in re.split(r"([0-9]+)", text) if p]
