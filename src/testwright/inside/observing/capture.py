"""Writes a value as the recipe of an equal value, in the words a person would use; says when there is none."""

from __future__ import annotations

import enum
import math
import pathlib
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

from ..recipes import (
    Call,
    Const,
    Dictionary,
    Name,
    Recipe,
    ScratchFile,
    Sequence,
    Surroundings,
    Variable,
    evaluate,
    walk,
)
from .names import importable_name
from .objects import has_own_equality, write_object
from .shifted_clock import CLOAKED
from .standard_values import STANDARD, Unexpressible, write_enum, write_path

__all__ = ["DEEPEST", "LARGEST", "express", "needs_approx", "same"]

DEEPEST = 6
LARGEST = 120
LONGEST_TEXT = 1000
WIDEST_INT = 300
FEW_DIGITS = 6

FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
_BASES = (str, bytes, int, float, list, dict, tuple, set, frozenset)
PLAIN = (type(None), bool, int, float, str, bytes)


def express(
    value: Any,
    *,
    module: str,
    verify: bool = True,
    scratch: pathlib.Path | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Recipe | None:
    """A recipe that evaluates to an equal value of the same type, or None.

    `verify` evaluates the recipe and compares, which may run code of the value's class; without it nothing but
    reading attributes happens. Paths below `scratch` become ScratchFile; objects that no call gives back, but a
    variable holds, become that Variable.
    """
    bound = dict(variables or {})
    try:
        recipe = _Writer(module, verify, scratch, bound).write(value)
        if verify and not _proves_itself(recipe, value, Surroundings(scratch, bound)):
            return None
    except (Unexpressible, RecursionError):
        return None
    except Exception:  # noqa: BLE001  __eq__, __hash__, properties and constructors are the code under test's
        return None
    return recipe


def _proves_itself(recipe: Recipe, value: Any, around: Surroundings) -> bool:
    built = evaluate(recipe, around)
    return (value == built) is True and (built == value) is True and same(value, built)


def same(first: Any, second: Any, depth: int = 0) -> bool:
    """Equal, and of equal types all the way down; the plain type may stand for one that is derived from it."""
    if type(first) is not type(second) and _plain_base(type(first)) is type(second):
        first = _as_its_base(first, type(second))
    if _kind(first) is not _kind(second) or depth > 2 * DEEPEST:
        return False
    if type(first) in (list, tuple, deque):
        return len(first) == len(second) and all(same(a, b, depth + 1) for a, b in zip(first, second, strict=True))
    if type(first) in (dict, OrderedDict, defaultdict, Counter):
        pairs = zip(first.items(), second.items(), strict=False)
        return len(first) == len(second) and all(same(a, b, depth + 1) for a, b in pairs)
    return (first == second) is True and (second == first) is True


def _kind(value: Any) -> type:
    """The type that the value shows to the world."""
    return CLOAKED.get(type(value), type(value))


def _plain_base(kind: type) -> type | None:
    """The builtin type that a class derives from and leaves to say what is equal, as named tuples do."""
    for base in _BASES:
        if issubclass(kind, base):
            return base if kind is not base and kind.__eq__ is base.__eq__ else None
    return None


def _as_its_base(value: Any, base: type) -> Any:
    """A copy without the derived class; none of its methods is called for it."""
    made = {str: str.__str__, int: int.__int__, float: float.__float__}.get(base)
    if made is not None:
        return made(value)
    return dict(dict.items(value)) if base is dict else base(base.__iter__(value))  # type: ignore[attr-defined]


class _Stranger:
    """Equal to nothing that compares honestly."""


class _Writer:
    """One value being written: how deep, how much so far, and inside which containers."""

    def __init__(self, module: str, verify: bool, scratch: pathlib.Path | None, variables: dict[str, Any]) -> None:
        self.module = module
        self.verify = verify
        self.scratch = scratch
        self.held = {id(held): name for name, held in variables.items()}
        self.nodes = 0
        self.inside: list[int] = []

    def write(self, value: Any) -> Recipe:
        self.nodes += 1
        if self.nodes > LARGEST or len(self.inside) > DEEPEST or id(value) in self.inside:
            raise Unexpressible
        if type(value) in PLAIN or value is ...:
            return self._literal(value)
        self.inside.append(id(value))
        try:
            return self._compound(value)
        except Unexpressible:
            if id(value) not in self.held or type(value) in _CONTAINERS:
                raise
            return Variable(self.held[id(value)])
        finally:
            self.inside.pop()

    def _literal(self, value: Any) -> Recipe:
        if type(value) is str and self.scratch is not None and value.startswith(f"{self.scratch}/"):
            return ScratchFile(value[len(str(self.scratch)) + 1 :], as_text=True)
        too_long = isinstance(value, (str, bytes)) and len(value) > LONGEST_TEXT
        too_wide = isinstance(value, int) and value.bit_length() > WIDEST_INT
        if too_long or too_wide or (isinstance(value, float) and math.isnan(value)):
            raise Unexpressible
        return Const(value)

    def _compound(self, value: Any) -> Recipe:
        kind = _kind(value)
        if kind is complex:
            return self._complex(value)
        container = _CONTAINERS.get(kind)
        if container is not None:
            return container(self, value)
        standard = STANDARD.get(kind)
        if standard is not None:
            return standard(value, self.write)
        if issubclass(kind, enum.Enum):
            return write_enum(value, self.write)
        if value is NotImplemented:
            return Name("builtins", "NotImplemented")
        if issubclass(kind, type) or kind in FUNCTIONS:
            return self._named(value)
        if issubclass(kind, pathlib.PurePath) and kind.__module__.startswith("pathlib"):
            return self._path(value)
        base = _plain_base(kind)
        if base is not None and importable_name(kind, module=self.module) is None:
            return self._as_plain(value, base)
        if self.verify and has_own_equality(kind) and (value == _Stranger()) is True:
            raise Unexpressible  # it is equal to anything: asserting so says nothing
        return write_object(value, self.write, verify=self.verify)

    def _as_plain(self, value: Any, base: type) -> Recipe:
        """Of what has a class that nobody can name: the plain value that it is equal to."""
        if base in (list, tuple):
            return Sequence(base.__name__, tuple(self.write(v) for v in base.__iter__(value)))
        return self.write(_as_its_base(value, base))

    def _complex(self, value: complex) -> Recipe:
        if math.isnan(value.real) or math.isnan(value.imag):
            raise Unexpressible
        return Const(value)

    def _named(self, value: Any) -> Recipe:
        name = importable_name(value, module=self.module)
        if name is None:
            raise Unexpressible
        return name

    def _path(self, value: pathlib.PurePath) -> Recipe:
        if self.scratch is not None and self.scratch in value.parents and isinstance(value, pathlib.Path):
            return ScratchFile(str(value.relative_to(self.scratch)))
        return write_path(value)

    def row(self, value: Any) -> Recipe:
        """A list or tuple."""
        return Sequence(type(value).__name__, tuple(self.write(v) for v in value))

    def bag(self, value: Any) -> Recipe:
        """A set or frozenset, of plain items only, in an order that no hash decides."""
        if not all(_is_plain(item) for item in value):
            raise Unexpressible
        return Sequence(type(value).__name__, tuple(self.write(v) for v in sorted(value, key=_rank)))

    def mapping(self, value: Any) -> Recipe:
        """A dict display."""
        return Dictionary(tuple((self.write(k), self.write(v)) for k, v in value.items()))

    def called_mapping(self, value: Any) -> Recipe:
        """`Counter({…})`, `OrderedDict({…})`, `defaultdict(list, {…})`."""
        args: tuple[Recipe, ...] = (self.mapping(value),)
        if type(value) is defaultdict:
            factory = importable_name(value.default_factory) if value.default_factory else None
            args = (factory or Const(None), *args)
        return Call(Name("collections", type(value).__name__), args)

    def deque(self, value: deque[Any]) -> Recipe:
        """`deque([…])`, with its length limit."""
        items = Sequence("list", tuple(self.write(v) for v in value))
        limit = () if value.maxlen is None else (("maxlen", Const(value.maxlen)),)
        return Call(Name("collections", "deque"), (items,), limit)


_CONTAINERS: dict[type, Callable[[_Writer, Any], Recipe]] = {
    list: _Writer.row,
    tuple: _Writer.row,
    set: _Writer.bag,
    frozenset: _Writer.bag,
    dict: _Writer.mapping,
    OrderedDict: _Writer.called_mapping,
    defaultdict: _Writer.called_mapping,
    Counter: _Writer.called_mapping,
    deque: _Writer.deque,
}


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(_is_plain(v) for v in value)
    return type(value) in PLAIN or isinstance(value, enum.Enum)


def _rank(value: Any) -> tuple[str, Any]:
    number = type(value) in (bool, int, float)
    return ("" if number else type(value).__name__, value if number or type(value) in (str, bytes) else repr(value))


def needs_approx(recipe: Recipe) -> bool:
    """Some number in it has more digits than a person would write, and may differ in the last one elsewhere."""
    return any(
        isinstance(n, Const) and isinstance(n.value, (float, complex)) and _is_long(n.value) for n in walk(recipe)
    )


def _is_long(value: float | complex) -> bool:
    if isinstance(value, complex):
        return _is_long(value.real) or _is_long(value.imag)
    if not math.isfinite(value) or (value.is_integer() and abs(value) < 2**53):
        return False
    digits = repr(value).split("e")[0].replace(".", "").lstrip("-0")
    return len(digits) > FEW_DIGITS
