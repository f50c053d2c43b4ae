"""Holds what is known of a module from its source alone, as frozen data that can be sent to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from testwright.inside.recipes import Const, to_plain

__all__ = [
    "ClassModel",
    "Example",
    "Field",
    "FunctionModel",
    "ImportedName",
    "ModuleModel",
    "ParameterModel",
    "Uses",
]


def _plain(value: Any) -> Any:
    if isinstance(value, Const):
        return to_plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


class Plain:
    """Gives every model its JSON-ready form: dicts, lists and scalars; each literal in `recipes.to_plain`'s form."""

    __slots__ = ()

    def to_plain(self) -> dict[str, Any]:
        """The model as nested dicts; every key is always there."""
        plain: dict[str, Any] = _plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class Uses(Plain):
    """How code uses one value, and (as a tree) what it takes from it. An awaited value's uses stay on the same node.

    `x["k"]`, `x.get("k")` and `x.pop("k")` give items["'k'"]; `a, b = x` gives `iterated` and items["0"], items["1"];
    `x[i]` gives `indexed` and `element`; `"k" in x` gives the operator "contains" and `element.compared`.
    """

    attributes: Mapping[str, Uses] = field(default_factory=dict)
    called: bool = False
    argument_counts: tuple[int, ...] = ()
    asked_for: tuple[str, ...] = ()  # texts that are the first argument of its calls
    result: Uses | None = None
    items: Mapping[str, Uses] = field(default_factory=dict)  # by the key's repr
    element: Uses | None = None
    operators: tuple[str, ...] = ()  # + - * … also: neg pos ~ contains setitem delitem
    operands: tuple[Const, ...] = ()  # constants on the other side of such an operator
    compared: tuple[Const, ...] = ()
    compared_names: tuple[str, ...] = ()  # source of names it is compared with, e.g. "Color.RED"
    lengths: tuple[int, ...] = ()  # what len() of it is compared with
    isinstance: tuple[str, ...] = ()
    iterated: bool = False
    indexed: bool = False
    awaited: bool = False
    entered: bool = False
    truth_tested: bool = False
    passed_to: tuple[tuple[str, int | str], ...] = ()
    stored_as: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()  # patterns that it is matched against


@dataclass(frozen=True, slots=True)
class ParameterModel(Plain):
    """One parameter as it is written; `self` and `cls` of a method are the first of its parameters."""

    name: str
    kind: str  # positional-only | positional-or-keyword | var-positional | keyword-only | var-keyword
    annotation: str | None = None
    default: str | None = None
    uses: Uses = field(default_factory=Uses)


@dataclass(frozen=True, slots=True)
class Example(Plain):
    """One step of a documented example: source, and the text that it shows ("" for a set-up step)."""

    source: str
    expected: str


@dataclass(frozen=True, slots=True)
class FunctionModel(Plain):
    """One `def`. A qualname may come twice: a property and its setter, or definitions in two branches."""

    qualname: str
    name: str
    line: int  # of `def`
    first_line: int  # of the first decorator, what `co_firstlineno` says
    end_line: int
    kind: str  # function | method | staticmethod | classmethod | property | setter | deleter | nested
    class_name: str
    is_async: bool
    is_generator: bool
    is_private: bool
    is_abstract: bool
    decorators: tuple[str, ...]
    parameters: tuple[ParameterModel, ...]
    returns: str | None
    raises: tuple[str, ...]
    complexity: int
    literals: tuple[Const, ...]
    regexes: tuple[str, ...]
    examples: tuple[Example, ...]
    callees: tuple[str, ...]
    docstring: str
    gives_itself: bool = False


@dataclass(frozen=True, slots=True)
class Field(Plain):
    """One field of a class that is built from fields; `argument` is what the constructor calls it."""

    name: str
    annotation: str | None = None
    default: str | None = None  # source; a default factory is written as its call
    argument: str = ""
    required: bool = True
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class ClassModel(Plain):
    """One class; `fields` and `methods` hold the inherited ones too, as far as the module shows them."""

    qualname: str
    name: str
    line: int
    end_line: int
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    kind: str  # plain dataclass attrs namedtuple enum typeddict protocol abc pydantic exception
    fields: tuple[Field, ...]
    methods: tuple[str, ...]
    abstract_methods: tuple[str, ...]
    is_private: bool
    docstring: str
    class_attributes: tuple[str, ...]
    attribute_uses: Mapping[str, Uses]
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedName(Plain):
    """What a module-level import binds; `qualname` "" = the module itself, "*" = all its names."""

    name: str
    module: str
    qualname: str


@dataclass(frozen=True, slots=True)
class ModuleModel(Plain):
    """All that one source file shows."""

    module: str
    path: str
    docstring: str
    functions: tuple[FunctionModel, ...]
    classes: tuple[ClassModel, ...]
    literals: tuple[Const, ...]
    regexes: tuple[str, ...]
    imports: tuple[ImportedName, ...]
    names: tuple[str, ...]
    raises_names: tuple[str, ...]
    examples: tuple[Example, ...] = ()
