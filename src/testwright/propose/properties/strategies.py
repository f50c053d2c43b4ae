"""Decides which Hypothesis strategy draws the values of an annotation, as source text."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from testwright.nouns.property_test import Import
from testwright.python_source.model import ClassModel, Field, ModuleModel, ParameterModel
from testwright.python_source.parsing import parse_expression

__all__ = ["Strategies", "Strategy", "compared_by_value"]

_MOST_DEPTH = 4
_MOST_FIELDS = 6

_PLAIN = {
    "str": "text()",
    "bytes": "binary()",
    "bytearray": "binary().map(bytearray)",
    "int": "integers()",
    "float": "floats(allow_nan=False, allow_infinity=False)",
    "bool": "booleans()",
    "None": "none()",
    "complex": "complex_numbers(allow_nan=False, allow_infinity=False)",
    "datetime.datetime": "datetimes()",
    "datetime.date": "dates()",
    "datetime.time": "times()",
    "datetime.timedelta": "timedeltas()",
    "decimal.Decimal": "decimals(allow_nan=False, allow_infinity=False)",
    "fractions.Fraction": "fractions()",
    "uuid.UUID": "uuids()",
    "typing.Text": "text()",
    "typing.AnyStr": "text()",
    "typing.SupportsInt": "integers()",
    "typing.SupportsIndex": "integers()",
    "typing.Hashable": "integers()",
    "numbers.Number": "integers()",
    "numbers.Real": "integers()",
    "numbers.Integral": "integers()",
}
_LISTS = {"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "Reversible", "Container"}
_SETS = {"set": "sets", "Set": "sets", "AbstractSet": "sets", "MutableSet": "sets"}
_SETS |= {"frozenset": "frozensets", "FrozenSet": "frozensets"}
_MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping"}
_GENERIC_HOMES = ("typing.", "collections.abc.", "typing_extensions.")


@dataclass(frozen=True, slots=True)
class Strategy:
    """`source` is an expression in terms of `st` and of what `imports` bring; `guessed` = not from an annotation."""

    source: str
    imports: frozenset[Import] = frozenset()
    guessed: bool = False

    @property
    def kind(self) -> str:
        """The outermost function of `st`: "text", "lists"; "" for a choice of several."""
        head, _, _ = self.source.removeprefix("st.").partition("(")
        return "" if " | " in self.source and not self.source.endswith(")") else head


def compared_by_value(cls: ClassModel) -> bool:
    """Whether equal parts make equal instances."""
    if cls.kind in ("dataclass", "attrs"):
        return not any("eq=False" in decorator for decorator in cls.decorators)
    return cls.kind in ("namedtuple", "pydantic", "enum") or any(m.endswith(".__eq__") for m in cls.methods)


@dataclass(slots=True)
class Strategies:
    """For the annotations of one module. `aliases` are its own names for types."""

    model: ModuleModel
    aliases: Mapping[str, ast.expr] = field(default_factory=dict)

    def of_annotation(self, annotation: str | None) -> Strategy | None:
        """None when no values of the type can be drawn, or drawing them would say nothing of it."""
        if annotation is None:
            return None
        try:
            return self._of(parse_expression(annotation), 0)
        except SyntaxError:
            return None

    def of_class(self, cls: ClassModel, depth: int = 0) -> Strategy | None:
        """Instances built from values of their own fields or of the constructor's parameters."""
        if cls.abstract_methods or cls.is_private or "." in cls.qualname or depth > _MOST_DEPTH:
            return None
        own: frozenset[Import] = frozenset({(self.model.module, cls.name)})
        if cls.kind == "enum":
            return Strategy(f"st.sampled_from({cls.name})", own)
        if cls.kind in ("protocol", "typeddict", "exception", "abc"):
            return None
        parts = self._parts(cls, depth + 1)
        if not parts:
            return None
        drawn = ", ".join(f"{name}={strategy.source}" for name, strategy in parts.items())
        imports = own.union(*(strategy.imports for strategy in parts.values()))
        return Strategy(f"st.builds({cls.name}, {drawn})", imports, any(s.guessed for s in parts.values()))

    def resolved(self, node: ast.expr) -> str:
        """The dotted name that an annotation's name stands for."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Constant) and node.value is None:
            return "None"
        if not isinstance(node, ast.Name):
            return ""
        for imported in self.model.imports:
            if imported.name == node.id:
                home = [imported.module, *([imported.qualname] if imported.qualname else [])]
                return ".".join([*home, *reversed(parts)])
        return ".".join([node.id, *reversed(parts)])

    def _of(self, node: ast.expr, depth: int) -> Strategy | None:
        if depth > _MOST_DEPTH:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._of(parse_expression(node.value), depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._either([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            return self._of_generic(self.resolved(node.value), _elements(node.slice), depth + 1)
        return self._of_name(node, depth)

    def _of_name(self, node: ast.expr, depth: int) -> Strategy | None:
        name = self.resolved(node)
        if name in _PLAIN:
            return Strategy(f"st.{_PLAIN[name]}")
        if isinstance(node, ast.Name):
            cls = next((c for c in self.model.classes if c.qualname == node.id), None)
            if cls is not None:
                return self.of_class(cls, depth)
            if node.id in self.aliases:
                return self._of(self.aliases[node.id], depth + 1)
        bare = _without_home(name)
        if bare in _LISTS or bare in _SETS or bare in _MAPPINGS or bare in ("tuple", "Tuple"):
            return self._of_generic(name, [], depth)
        return None

    def _of_generic(self, name: str, parts: list[ast.expr], depth: int) -> Strategy | None:
        bare = _without_home(name)
        if bare == "Optional":
            return self._either([ast.Constant(None), *parts], depth)
        if bare == "Union":
            return self._either(parts, depth)
        if bare == "Literal":
            return Strategy(f"st.sampled_from([{', '.join(ast.unparse(part) for part in parts)}])")
        if bare in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
            return self._of(parts[0], depth)
        drawn = [self._of(part, depth) for part in parts if not _is_ellipsis(part)]
        if any(each is None for each in drawn):
            return None
        return _container(bare, [each for each in drawn if each is not None], any(_is_ellipsis(p) for p in parts))

    def _either(self, nodes: list[ast.expr], depth: int) -> Strategy | None:
        """Of those that can be drawn: less than the annotation allows, but nothing else."""
        options = [self._of(node, depth + 1) for node in nodes]
        known = list(dict.fromkeys(option for option in options if option is not None))
        if all(option.source == "st.none()" for option in known):
            return None  # the others cannot be drawn, and what is left says nothing
        imports = frozenset[Import]().union(*(option.imports for option in known))
        return Strategy(" | ".join(option.source for option in known), imports)

    def _parts(self, cls: ClassModel, depth: int) -> dict[str, Strategy] | None:
        """By argument of the constructor; None when something it requires cannot be drawn."""
        init = next((f for f in self.model.functions if f.qualname == f"{cls.qualname}.__init__"), None)
        wanted = list(cls.fields) if init is None else [_as_field(p) for p in init.parameters[1:]]
        parts: dict[str, Strategy] = {}
        for each in wanted:
            strategy = self._part(each.annotation, each.default, depth)
            if strategy is not None and len(parts) < _MOST_FIELDS:
                parts[each.argument or each.name] = strategy
            elif each.required:
                return None
        return parts

    def _part(self, annotation: str | None, default: str | None, depth: int) -> Strategy | None:
        if annotation is None:
            return _of_default(default)
        try:
            return self._of(parse_expression(annotation), depth)
        except SyntaxError:
            return None


def _as_field(parameter: ParameterModel) -> Field:
    packed = parameter.kind.startswith("var-")
    return Field(
        parameter.name,
        parameter.annotation if not packed else "object",
        parameter.default,
        required=parameter.default is None and not packed,
    )


def _of_default(default: str | None) -> Strategy | None:
    """By the kind of a default that says more than None does."""
    if default is None:
        return None
    try:
        value = ast.literal_eval(parse_expression(default))
    except (ValueError, SyntaxError, TypeError):
        return None
    name = type(value).__name__
    return Strategy(f"st.{_PLAIN[name]}", guessed=True) if name in _PLAIN and value is not None else None


def _elements(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _without_home(name: str) -> str:
    for home in _GENERIC_HOMES:
        if name.startswith(home):
            return name.removeprefix(home)
    return name


def _container(bare: str, parts: list[Strategy], endless: bool) -> Strategy | None:
    anything = Strategy("st.integers()", guessed=True)
    first = parts[0] if parts else anything
    if bare in _LISTS:
        return replace(first, source=f"st.lists({first.source})")
    if bare in _SETS:
        return replace(first, source=f"st.{_SETS[bare]}({first.source})")
    if bare in _MAPPINGS:
        key = parts[0] if parts else Strategy("st.text()", guessed=True)
        value = parts[1] if len(parts) > 1 else anything
        both = key.imports | value.imports
        return Strategy(f"st.dictionaries({key.source}, {value.source})", both, key.guessed or value.guessed)
    if bare in ("tuple", "Tuple"):
        if endless or not parts:
            return replace(first, source=f"st.lists({first.source}).map(tuple)")
        imports = frozenset[Import]().union(*(part.imports for part in parts))
        return Strategy(f"st.tuples({', '.join(part.source for part in parts)})", imports)
    return None
