"""Finds what the functions of a module reach outside of it: environment variables, the clock, input, processes, servers."""

from __future__ import annotations

import ast
import builtins
import contextlib
import datetime
import importlib
import os
import random
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..patching import is_hidden
from .switches import switches_of

__all__ = ["RANDOM_FUNCTIONS", "Collaborator", "Collaborators", "Facts"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
CLOCK_READERS = frozenset({"now", "today", "utcnow"})
"""Methods of `datetime` and `date`: what they are bound to makes them another object each time."""
ASKED = frozenset({"random", "datetime.datetime", "datetime.date"})
"""Only what is asked of them makes them collaborators."""
RANDOM_FUNCTIONS = tuple(
    name
    for name in dir(random.Random)
    if name.islower() and not name.startswith(("_", "seed", "getstate", "setstate", "version"))
)


@dataclass(frozen=True, slots=True)
class Collaborator:
    """`origin` says what it is ("time.time", or "" for an environment variable), `place` where it is replaced.

    `place` is the name of the environment variable, or the dotted path by which the module reaches the object.
    """

    origin: str
    place: str


@dataclass(slots=True)
class Facts:
    """What one function, or several together, say of themselves: only words, in the order of the source."""

    found: dict[Collaborator, None] = field(default_factory=dict)
    attributes: dict[str, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    handled: dict[str, None] = field(default_factory=dict)
    keywords: dict[str, None] = field(default_factory=dict)
    calls: dict[str, None] = field(default_factory=dict)
    switches: dict[str, None] = field(default_factory=dict)
    """Where the flags are by which it decides, as dotted paths."""
    tested: bool = False
    """Values are asked whether they are dates."""
    enters: bool = False
    """There is a `with`."""

    def add(self, other: Facts) -> None:
        self.found.update(other.found)
        self.attributes.update(other.attributes)
        self.keys.update(other.keys)
        self.handled.update(other.handled)
        self.keywords.update(other.keywords)
        self.switches.update(other.switches)
        self.tested |= other.tested
        self.enters |= other.enters


class Collaborators:
    """What each function reaches, by itself and through the functions of the module that it calls.

    `known` are the names of what can be replaced, as dotted paths ("subprocess.run").
    """

    def __init__(self, module: types.ModuleType, source: str, known: Mapping[str, Any]) -> None:
        self.module = module
        self._prefix = module.__name__ + (":" if is_hidden(module.__name__) else ".")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            tree = ast.Module([], [])
        _load_what_functions_import(tree, known)
        self._by_identity = _loaded(known)
        self._own: dict[str, Facts] = {}
        self._env_readers: dict[str, int] = {}
        """Functions that look up the environment variable that one of their parameters names."""
        functions = list(_functions(tree, ""))
        for qualname, function in functions:
            self._note_env_reader(qualname, function)
        for qualname, function in functions:
            self._own[qualname] = self._facts(qualname, function)
        self.any = any(own.found for own in self._own.values())
        """Some function of the module reaches something."""
        self._closed: dict[tuple[str, ...], Facts] = {}

    def own(self, qualname: str) -> bool:
        """The function itself reaches something."""
        return qualname in self._own and bool(self._own[qualname].found)

    def of(self, *qualnames: str) -> Facts:
        """Of these functions and classes, the constructors of their classes, and whatever of the module they call."""
        if qualnames not in self._closed:
            together = Facts()
            waiting = list(qualnames)
            for qualname in qualnames:
                owner = qualname.rpartition(".")[0] if qualname in self._own else qualname
                waiting += [f"{owner}.__init__", f"{owner}.__post_init__"] if owner else []
            for name in waiting:
                own = self._own.get(name)
                if own is not None:
                    together.add(own)
                    waiting.extend(c for c in own.calls if c not in waiting)
            self._closed[qualnames] = together
        return self._closed[qualnames]

    def _facts(self, qualname: str, function: FunctionNode) -> Facts:
        facts = Facts()
        aliases, bound = _local_names(function)
        facts.switches.update((self._prefix + n, None) for n in switches_of(qualname, function, self.module, bound))
        for node in _without_hints(function):
            if isinstance(node, ast.Call):
                self._note_call(node, qualname, aliases, facts)
            facts.enters |= isinstance(node, (ast.With, ast.AsyncWith))
            if isinstance(node, ast.Attribute):
                facts.attributes[node.attr] = None
            if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
                self._note_object(node, aliases, bound, facts)
            elif isinstance(node, ast.Subscript):
                self._note_item(node, aliases, facts)
            elif isinstance(node, ast.ExceptHandler) and node.type is not None:
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                facts.handled.update((ast.unparse(kind), None) for kind in kinds)
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
                self._note_membership(node, aliases, facts)
        return facts

    # -- objects ---------------------------------------------------------------------------------------------------

    def _note_object(
        self, node: ast.Attribute | ast.Name, aliases: dict[str, str], bound: set[str], facts: Facts
    ) -> None:
        chain = _chain(node)
        if not chain or (chain[0] in bound and chain[0] not in aliases):
            return
        found = self._resolved(chain, aliases)
        if found is None:
            return
        place, value, owner = found
        if owner is random and chain[-1] in RANDOM_FUNCTIONS:
            facts.found[Collaborator("random", place.rpartition(".")[0])] = None
        elif chain[-1] in CLOCK_READERS and isinstance(owner, type) and owner.__module__ == "datetime":
            facts.found[Collaborator(f"datetime.{owner.__name__}", place.rpartition(".")[0])] = None
        else:
            origin = self._by_identity.get(id(value))
            if origin is not None and origin not in ASKED:
                facts.found[Collaborator(origin, place)] = None

    def _resolved(self, chain: list[str], aliases: dict[str, str]) -> tuple[str, Any, Any] | None:
        """The path by which the module reaches it, the object, and what holds it."""
        root, *rest = chain
        space = vars(self.module)
        owner: Any = None
        if root in aliases:
            place = aliases[root]
            value = _by_path(place)
        elif root in space:
            place, value = self._prefix + root, space[root]
        elif hasattr(builtins, root):
            place, value = f"builtins.{root}", getattr(builtins, root)
        else:
            return None
        for name in rest:
            if not isinstance(value, (types.ModuleType, type)):
                return None
            owner, value = value, getattr(value, name, None)
            place = f"{place}.{name}"
        return None if value is None else (place, value, owner)

    def _is_date(self, node: ast.AST, aliases: dict[str, str]) -> bool:
        chain = _chain(node) if isinstance(node, ast.expr) else []
        found = self._resolved(chain, aliases) if chain else None
        return found is not None and (found[1] is datetime.datetime or found[1] is datetime.date)

    # -- the environment -------------------------------------------------------------------------------------------

    def _is_environment(self, node: ast.expr, aliases: dict[str, str]) -> bool:
        found = self._resolved(_chain(node), aliases) if _chain(node) else None
        return found is not None and found[1] is os.environ

    def _key_of(self, call: ast.Call, aliases: dict[str, str]) -> ast.expr | None:
        """What names the variable in `os.getenv(…)`, `os.environ.get(…)` and its like."""
        if not call.args:
            return None
        if isinstance(call.func, ast.Attribute) and self._is_environment(call.func.value, aliases):
            return call.args[0] if call.func.attr in ("get", "pop", "setdefault") else None
        chain = _chain(call.func)
        found = self._resolved(chain, aliases) if chain else None
        return call.args[0] if found is not None and found[1] is os.getenv else None

    def _note_call(self, call: ast.Call, qualname: str, aliases: dict[str, str], facts: Facts) -> None:
        facts.keywords.update((k.arg, None) for k in call.keywords if k.arg)
        word = (_chain(call.func) or [""])[-1].lower().replace("_", "")
        if ("isinstance" in word or "issubclass" in word) and len(call.args) == 2:
            facts.tested |= any(self._is_date(node, aliases) for node in ast.walk(call.args[1]))
        key = self._key_of(call, aliases)
        if key is not None:
            self._note_variable(key, facts)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and call.args and key is None:
            _note_key(call.args[0], facts)
        called = _callee(call.func, qualname)
        if called:
            facts.calls[called] = None
            facts.calls[f"{called}.__init__"] = None
            position = self._env_readers.get(called)
            if position is not None and position < len(call.args):
                self._note_variable(call.args[position], facts)

    def _note_item(self, node: ast.Subscript, aliases: dict[str, str], facts: Facts) -> None:
        if self._is_environment(node.value, aliases):
            self._note_variable(node.slice, facts)
        else:
            _note_key(node.slice, facts)

    def _note_membership(self, node: ast.Compare, aliases: dict[str, str], facts: Facts) -> None:
        if self._is_environment(node.comparators[0], aliases):
            self._note_variable(node.left, facts)
        else:
            _note_key(node.left, facts)

    def _note_variable(self, key: ast.expr, facts: Facts) -> None:
        name = key.value if isinstance(key, ast.Constant) else None
        if isinstance(key, ast.Name):
            name = vars(self.module).get(key.id)
        if type(name) is str and name and "=" not in name and "\0" not in name:
            facts.found[Collaborator("", name)] = None

    def _note_env_reader(self, qualname: str, function: FunctionNode) -> None:
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        aliases, _ = _local_names(function)
        for node in ast.walk(function):
            key: ast.expr | None = None
            if isinstance(node, ast.Call):
                key = self._key_of(node, aliases)
            elif isinstance(node, ast.Subscript) and self._is_environment(node.value, aliases):
                key = node.slice
            if isinstance(key, ast.Name) and key.id in names:
                self._env_readers[qualname] = names.index(key.id)


def _note_key(key: ast.expr, facts: Facts) -> None:
    if isinstance(key, ast.Constant) and type(key.value) is str:
        facts.keys[key.value] = None


def _load_what_functions_import(tree: ast.Module, known: Mapping[str, Any]) -> None:
    """Modules of the standard library alone: nothing may hang on whether somebody else has loaded them before."""
    holders = {origin.rpartition(".")[0] for origin in known}
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in names:
            if name in holders and name.partition(".")[0] in sys.stdlib_module_names:
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)


def _loaded(known: Mapping[str, Any]) -> dict[int, str]:
    """Those that some import has loaded, by identity; others the module cannot reach."""
    found: dict[int, str] = {}
    for origin in known:
        value = _by_path(origin)
        if value is not None:
            found.setdefault(id(value), origin)
    return found


def _by_path(path: str) -> Any:
    """What a dotted path names in the modules that are loaded, None when there is no such thing."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        found: Any = sys.modules.get(".".join(parts[:count]))
        if found is not None:
            for name in parts[count:]:
                found = getattr(found, name, None)
            return found
    return None


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, FunctionNode]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, (ast.If, ast.Try)):
            yield from _functions(child, prefix)


def _without_hints(function: FunctionNode) -> Iterator[ast.AST]:
    """All nodes of the function that are not in annotations."""
    waiting: list[ast.AST] = [function]
    while waiting:
        node = waiting.pop(0)
        yield node
        hints = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        waiting += [child for child in ast.iter_child_nodes(node) if child not in hints]


def _chain(node: ast.expr) -> list[str]:
    """`["os", "environ"]` for `os.environ`, [] for anything but dotted names."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []


def _callee(node: ast.expr, caller: str) -> str:
    """The qualname that a call in `caller` likely means, if it is of this module."""
    chain = _chain(node)
    if len(chain) == 2 and chain[0] in ("self", "cls"):
        return f"{caller.rpartition('.')[0]}.{chain[1]}"
    return ".".join(chain)


def _local_names(function: FunctionNode) -> tuple[dict[str, str], set[str]]:
    """What imports inside the function call what, and all names that it binds itself."""
    aliases: dict[str, str] = {}
    bound: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            aliases.update(
                (a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0])
                for a in node.names
            )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            aliases.update((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return aliases, bound
