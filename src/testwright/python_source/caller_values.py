"""Reads an argument of a call back as a recipe: literals, containers of them, and constructors that are plain to say."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from testwright.inside.providers.source_recipe import NotARecipe, SourceReader
from testwright.inside.recipes import Attribute, Call, Const, Function, Name, Recipe, Variable, size, walk

__all__ = ["CallerValues"]

LARGEST = 60
"""A recipe above that size is not learned from."""
BUILTINS = frozenset({
    "Exception", "IndexError", "KeyError", "RuntimeError", "TypeError", "ValueError", "abs", "bool", "bytearray", "bytes",
    "complex", "dict", "float", "frozenset", "int", "len", "list", "max", "min", "object", "range", "reversed", "set",
    "sorted", "str", "sum", "tuple", "type",
})  # fmt: skip
VALUE_MODULES = frozenset({
    "array", "collections", "datetime", "decimal", "enum", "fractions", "io", "ipaddress", "math", "operator", "re",
    "string", "types", "typing", "uuid",
})  # fmt: skip
"""Of the standard library: what they give are values, and nothing happens when they are called."""


class CallerValues(SourceReader):
    """Names mean what `bound` says of them, else what the file imports (`dotted`: full dotted names, by name).

    `own` gives for a dotted name what the module under test calls it; `known` are the modules that it imports by
    itself, whose classes may be called.
    """

    def __init__(self, module: str, own: Mapping[str, str], known: frozenset[str]) -> None:
        self.variables: set[str] = set()
        self.target, self.own, self.known = module, own, known
        self.dotted: dict[str, str] = {}
        self.bound: dict[str, Recipe | None] = {}

    def value(self, node: ast.expr) -> Recipe | None:
        """None for what cannot be said, or had better not be."""
        try:
            made = self.convert(node)
        except (NotARecipe, KeyError, RecursionError):
            return None
        return made if size(made) < LARGEST and self._is_plain(made) else None

    def called(self, node: ast.expr) -> Recipe | None:
        """What is called: a name of the module under test, or a method of an instance that can be made."""
        try:
            made = self.convert(node)
        except (NotARecipe, KeyError, RecursionError):
            return None
        if isinstance(made, Attribute):
            return made if self._is_plain(made.target) else None
        return made if isinstance(made, Name) and made.module == self.target else None

    def _name(self, name: str) -> Recipe:
        if name in self.variables:
            return Variable(name)
        if name in self.bound:
            found = self.bound[name]
            if found is None:
                raise NotARecipe(f"{name} holds what cannot be said")
            return found
        if name in self.dotted:
            return self._of_dotted(self.dotted[name])
        if name in BUILTINS:
            return Name("builtins", name)
        raise NotARecipe(f"unknown name {name}")

    def _attribute(self, target: Recipe, attr: str) -> Recipe:
        if isinstance(target, Name) and target.module != "builtins":
            whole = ".".join(part for part in (target.module, target.qualname, attr) if part)
            return self._of_dotted(whole)
        return super()._attribute(target, attr)

    def _of_dotted(self, dotted: str) -> Name:
        """The module's own name for it, whatever way the caller reaches it."""
        for end in range(len(dotted), 0, -1):
            if (end == len(dotted) or dotted[end] == ".") and dotted[:end] in self.own:
                return Name(self.target, self.own[dotted[:end]] + dotted[end:])
        for module in sorted(self.known, key=len, reverse=True):
            if dotted.startswith(module + "."):
                return Name(module, dotted[len(module) + 1 :])
        head, _, rest = dotted.partition(".")
        return Name(head, rest)

    def _is_plain(self, recipe: Recipe) -> bool:
        return all(self._may_stand(node) for node in walk(recipe))

    def _may_stand(self, node: Recipe) -> bool:
        if isinstance(node, Name):
            return bool(node.qualname) and self._is_known(node)
        if isinstance(node, Call):
            return self._may_be_called(node.function)
        if isinstance(node, Variable):
            return True
        return not isinstance(node, Attribute) or isinstance(node.target, (Call, Const, Variable))

    def _is_known(self, name: Name) -> bool:
        return name.module in (self.target, "builtins") or name.module in VALUE_MODULES or name.module in self.known

    def _may_be_called(self, function: Recipe) -> bool:
        if isinstance(function, Name) and function.module in {*self.known, "io"} and function.module != self.target:
            return function.qualname.rpartition(".")[2][:1].isupper()
        return isinstance(function, (Name, Attribute, Function))
