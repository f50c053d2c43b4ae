"""Turns a value into the checks that hold of it: equality where a recipe gives it back, else type and attributes."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
import re
import sys
import types
from collections.abc import Iterable as Iterable_
from collections.abc import Iterator, MappingView, Sized
from collections.abc import Mapping as Mapping_
from collections.abc import Set as Set_
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..recipes import Attribute, Call, Const, Dictionary, Item, Name, Recipe, Sequence, Variable, size
from ..scenario import Check
from .capture import LONGEST_TEXT, express, needs_approx
from .names import importable_name, name_in_module
from .objects import attribute_names, constructor_names, has_own_equality, is_mock
from .shifted_clock import CLOAKED
from .standard_values import STANDARD
from .volatile import ADDRESS, Volatile

__all__ = ["Comparer"]

MOST_ATTRIBUTES = 5
MOST_PIECES = 5
LARGEST_ATTRIBUTE = 40
APPROX_DIGITS = 10
LONGEST_START = 60
LEAST_TAIL = 6
MOST_OF_STRANGERS = 2
"""Attributes asserted of an object whose class is not the module's own."""
MOST_LISTED = 20
MOST_INSIDE = 2
ROUTINES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
)
_WHOLE = frozenset({list, tuple, dict, set, frozenset, str, bytes, bytearray, range})
LATER = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType, Iterator, asyncio.Future)


class Comparer:
    """Writes checks for values of one run: its module, scratch folder, variables, and what is volatile in it."""

    def __init__(self, module: str, scratch: Path, volatile: Volatile, variables: dict[str, Any]) -> None:
        self.module = module
        self.scratch = scratch
        self.volatile = volatile
        self.variables = variables

    def express(self, value: Any) -> Recipe | None:
        """A recipe for the value that holds in any process, or None."""
        recipe = express(value, module=self.module, scratch=self.scratch, variables=self.variables)
        return None if recipe is None or self.volatile.recipe(recipe) else recipe

    def compare(self, subject: Recipe, value: Any) -> list[Check]:
        """That `subject` is this value: one check, or for floats in containers some, or none when nothing gives it."""
        if value is None or value is True or value is False:
            return [Check("is", subject, Const(value))]
        if type(value) is float and math.isnan(value):
            return [Check("is", Call(Name("math", "isnan"), (subject,)), Const(True))]
        if type(value).__module__.partition(".")[0] == "numpy" and callable(getattr(value, "tolist", None)):
            return self._of_numpy(subject, value)
        recipe = self.express(value)
        if recipe is None:
            return []
        if isinstance(recipe, (Name, Variable)) and recipe != subject:
            return [Check("is", subject, recipe)]
        if needs_approx(recipe):
            return self._approximately(subject, value, recipe)
        return [Check("equals", subject, recipe), *self._overlooked(subject, value)]

    def _overlooked(self, subject: Recipe, value: Any) -> list[Check]:
        """What `==` may leave out: the type, or what somebody's own `__eq__` does not look at."""
        kind = type(value)
        if _equals_other_types(kind):
            return self._isinstance(subject, kind)
        return self.attributes(subject, value) if _equals_in_its_way(kind) else []

    def _of_numpy(self, subject: Recipe, value: Any) -> list[Check]:
        """Scalars compare like numbers; of an array its list is compared."""
        if getattr(value, "ndim", 0):
            return self.compare(Call(Attribute(subject, "tolist")), value.tolist())
        return self.compare(subject, value.tolist())

    def _approximately(self, subject: Recipe, value: Any, recipe: Recipe) -> list[Check]:
        if _is_flat(recipe):
            return [Check("approx", subject, _rounded(recipe))]
        pieces = list(_pieces(subject, value))
        checks = [c for part, held in pieces for c in self.compare(part, held)]
        if len(checks) >= len(pieces) > 0:
            return checks
        return [Check("equals", subject, recipe)]

    def describe(self, subject: Recipe, value: Any) -> list[Check]:
        """What can be said of a value that no recipe gives back; [] rather than something empty."""
        kind = type(value)
        if is_mock(kind) or _runs_later(value) or kind in STANDARD:
            return []
        if (name := name_in_module(value, self.module)) is not None:
            return [Check("is", subject, name)]
        if issubclass(kind, BaseException):
            return [*self._isinstance(subject, kind), *self._called(subject, value, "str", str)]
        if kind is re.Match:
            return self.compare(Item(subject, Const(0)), value[0])
        if kind in (list, tuple, dict, set, frozenset, str, bytes, bytearray):
            return self._of_container(subject, value)
        if issubclass(kind, ROUTINES) or kind.__module__ == "builtins":
            return []
        return self._of_object(subject, value)

    def weakly(self, subject: Recipe, value: Any) -> list[Check]:
        """What stays true where the value itself differs from run to run: how many items it has, or its type."""
        kind = CLOAKED.get(type(value), type(value))
        if kind in (list, tuple, dict, set, frozenset) and len(value):
            return self.compare(Call(Name("builtins", "len"), (subject,)), len(value))
        if kind in (int, float, complex, str, bytes):
            return [Check("isinstance", subject, Name("builtins", kind.__name__))]
        if kind in STANDARD and kind.__module__ != "builtins":
            return [Check("isinstance", subject, Name(kind.__module__, kind.__qualname__))]
        return []

    def _isinstance(self, subject: Recipe, kind: type) -> list[Check]:
        name = importable_name(kind, module=self.module)
        return [] if name is None or name.module == "builtins" else [Check("isinstance", subject, name)]

    def _of_object(self, subject: Recipe, value: Any) -> list[Check]:
        kind = self._isinstance(subject, type(value))
        if type(value).__module__ != self.module and (telling := self._telling(subject, value)):
            return [*kind, *telling]
        return [*kind, *(self.attributes(subject, value) or self.in_its_words(subject, value))]

    def _telling(self, subject: Recipe, value: Any) -> list[Check]:
        """The attributes of a stranger's object that say most."""
        known: dict[Recipe, Check] = {}
        for name in [*self.public_names(value), *_foreign_properties(type(value), self.module)]:
            found = self._attribute(subject, value, name)
            if len(found) == 1 and size(found[0].expected) > 1:
                known.setdefault(found[0].expected, found[0])
        best = sorted(known.values(), key=lambda check: -size(check.expected))[:MOST_OF_STRANGERS]
        return [check for check in known.values() if check in best]

    def attributes(self, subject: Recipe, value: Any, names: list[str] | None = None) -> list[Check]:
        """Checks of up to five public attributes (or of `names`), those that the constructor names first."""
        checks: list[Check] = []
        for name in self.public_names(value) if names is None else names:
            checks += self._attribute(subject, value, name)
            if sum(check.kind != "isinstance" for check in checks) >= MOST_ATTRIBUTES:
                break
        return checks[: MOST_ATTRIBUTES + sum(check.kind == "isinstance" for check in checks)]

    def _attribute(self, subject: Recipe, value: Any, name: str) -> list[Check]:
        try:
            held = getattr(value, name)
        except Exception:  # noqa: BLE001  a property of the class under test may raise anything
            return []
        part = Attribute(subject, name)
        if _is_collection(held):
            return self.compare(part, held) or self._listed(part, held)
        if callable(held):
            return []
        checks = self.compare(part, held) or self._inside(part, held)
        return checks if sum(size(c.expected) for c in checks) <= LARGEST_ATTRIBUTE else []

    def _inside(self, part: Attribute, held: Any) -> list[Check]:
        """Of an attribute that no recipe gives back: how many items it has, and what the first of them is."""
        if type(held) not in (list, tuple) or not held:
            return []
        first = Item(part, Const(0))
        length = self._called(part, held, "len", len)
        if type(held[0]).__module__ == "builtins" or isinstance(part.target, Item):
            return length
        return [*length, *self.attributes(first, held[0])[:MOST_INSIDE]]

    def _listed(self, subject: Recipe, value: Any) -> list[Check]:
        """The items of a view or another collection that equals nothing."""
        try:
            items = list(value) if len(value) <= MOST_LISTED else []
        except Exception:  # noqa: BLE001  __len__ and __iter__ may be the code under test's
            return []
        return self.compare(Call(Name("builtins", "list"), (subject,)), items) if items else []

    def public_names(self, value: Any) -> list[str]:
        """Public attributes: those that the constructor names, others, then properties of the module's own classes."""
        given = set(constructor_names(type(value)))
        stored = [n for n in attribute_names(value) if not n.startswith("_")]
        own = [k for k in type(value).__mro__ if k.__module__ == self.module]
        properties = [n for k in own for n, p in vars(k).items() if isinstance(p, property) and not n.startswith("_")]

        def rank(name: str) -> tuple[bool, bool]:
            return name not in given, _says_little(inspect.getattr_static(value, name, None))

        return list(dict.fromkeys([*sorted(stored, key=rank), *properties]))

    def in_its_words(self, subject: Recipe, value: Any) -> list[Check]:
        """Length and text, where the module's own class defines them."""
        own = [k for k in type(value).__mro__ if k.__module__ == self.module]
        checks: list[Check] = []
        if _is_collection(value) and (listed := self._listed(subject, value)):
            return listed
        if any("__len__" in vars(k) for k in own):
            checks += self._called(subject, value, "len", len)
        if any("__str__" in vars(k) for k in own):
            checks += self._called(subject, value, "str", str)
        return checks

    def in_its_notation(self, subject: Recipe, value: Any) -> list[Check]:
        """What `repr` shows, where the module's own class defines it; of a function that was made, its name."""
        if type(value) is types.FunctionType:
            named = Attribute(subject, "__name__")
            return self.compare(named, value.__name__) if value.__name__.isidentifier() else []
        own = [k for k in type(value).__mro__ if k.__module__ == self.module]
        return self._called(subject, value, "repr", repr) if any("__repr__" in vars(k) for k in own) else []

    def _called(self, subject: Recipe, value: Any, name: str, function: Any) -> list[Check]:
        try:
            given = function(value)
        except Exception:  # noqa: BLE001  a __len__ or __str__ of the class under test may raise anything
            return []
        return self.compare(Call(Name("builtins", name), (subject,)), given) if given != "" else []

    def _of_container(self, subject: Recipe, value: Any) -> list[Check]:
        if type(value) is dict:
            keys = self.compare(Call(Name("builtins", "list"), (subject,)), list(value))
            inner = [c for part, held in _pieces(subject, value) for c in self.compare(part, held)]
            return (keys or self._called(subject, value, "len", len)) + inner[:MOST_PIECES]
        if type(value) in (str, bytes):
            long = len(value) > LONGEST_TEXT
            return self._of_long_text(subject, value) if long else self._tail(subject, value)
        checks = self._called(subject, value, "len", len)
        if type(value) in (list, tuple):
            inner = [c for part, held in _pieces(subject, value) for c in self._piece(part, held)]
            return checks + inner[:MOST_PIECES]
        return checks

    def _tail(self, subject: Recipe, value: str | bytes) -> list[Check]:
        """What follows the address of an object in a text: `<Queue at 0x7f… maxsize=0 getters[1]>`."""
        if not isinstance(value, str) or len(parts := ADDRESS.split(value)) != 2:
            return []
        tail = parts[1].rstrip()
        if len(tail) < LEAST_TAIL or self.volatile.text(tail):
            return []
        return [Check("is", Call(Attribute(subject, "endswith"), (Const(tail),)), Const(True))]

    def _of_long_text(self, subject: Recipe, value: str | bytes) -> list[Check]:
        """Length and first line, unless something volatile is in the text."""
        text = value if isinstance(value, str) else value.decode("latin-1")
        if self.volatile.text(text):
            return []
        checks = self._called(subject, value, "len", len)
        start = text[:LONGEST_START].split("\n")[0] if isinstance(value, str) else ""
        if start:
            checks.append(Check("is", Call(Attribute(subject, "startswith"), (Const(start),)), Const(True)))
        return checks

    def _piece(self, part: Recipe, held: Any) -> list[Check]:
        return self.compare(part, held) or (
            [] if type(held).__module__ == "builtins" else self.attributes(part, held)[:2]
        )


def _equals_other_types(kind: type) -> bool:
    """A class of somebody's that leaves `==` to the container or number below it, for which all its subclasses are alike;
    but nobody takes a namedtuple for another one.
    """
    own = next((k for k in kind.__mro__ if "__eq__" in vars(k)), object)
    inherited = own is not kind and own is not object and own.__module__ in ("builtins", "collections")
    return inherited and kind.__module__ not in sys.stdlib_module_names and not hasattr(kind, "_fields")


def _equals_in_its_way(kind: type) -> bool:
    """Its `__eq__` is written by hand; those that dataclasses and attrs make stand in no file."""
    own = next((vars(k)["__eq__"] for k in kind.__mro__ if "__eq__" in vars(k)), None)
    if type(own) is not types.FunctionType or kind.__module__ in sys.stdlib_module_names:
        return False
    return not own.__code__.co_filename.startswith("<")


def _says_little(held: Any) -> bool:
    return held is None or held is False or (type(held) in (int, str, list, dict, tuple, set) and not held)


def _is_collection(value: Any) -> bool:
    """It has a length and items, and is no builtin container, which is compared as a whole."""
    kind = type(value)
    if kind in _WHOLE or not issubclass(kind, Sized) or not issubclass(kind, Iterable_) or issubclass(kind, type):
        return False
    return not has_own_equality(kind) or issubclass(kind, (MappingView, Set_, Mapping_))


def _foreign_properties(kind: type, module: str) -> list[str]:
    """Public properties of classes that are neither the module's own nor the standard library's."""
    owners = [k for k in kind.__mro__ if k.__module__ != module]
    strange = [k for k in owners if k.__module__.partition(".")[0] not in sys.stdlib_module_names]
    found = [
        name
        for owner in strange
        for name, held in vars(owner).items()
        if isinstance(held, (property, functools.cached_property)) and not name.startswith("_")
    ]
    return list(dict.fromkeys(found))


def _runs_later(value: Any) -> bool:
    """Asks its type alone: the value may lie about its class, or do something when asked."""
    return issubclass(type(value), LATER)


def _pieces(subject: Recipe, value: Any) -> Iterator[tuple[Recipe, Any]]:
    """The items of a list, tuple or dict, when they are few enough to be asserted one by one."""
    if type(value) in (list, tuple):
        yield from ((Item(subject, Const(n)), held) for n, held in enumerate(value[:MOST_PIECES]))
    elif type(value) is dict and all(type(k) in (str, int) for k in value):
        pairs = list(value.items())[:MOST_PIECES]
        yield from ((Item(subject, Const(k)), held) for k, held in pairs)


def _is_flat(recipe: Recipe) -> bool:
    """What pytest.approx takes: a number, a list or tuple of numbers, a dict of numbers."""
    match recipe:
        case Const(value=value):
            return isinstance(value, (int, float, complex))
        case Sequence(kind="list" | "tuple", items=items):
            return all(isinstance(i, Const) and isinstance(i.value, (int, float, complex)) for i in items)
        case Dictionary(items=pairs):
            return all(isinstance(v, Const) and isinstance(v.value, (int, float, complex)) for _, v in pairs)
        case _:
            return False


def _rounded(recipe: Recipe) -> Recipe:
    match recipe:
        case Const(value=float(value)) if math.isfinite(value):
            return Const(float(f"{value:.{APPROX_DIGITS}g}"))
        case Sequence(items=items):
            return replace(recipe, items=tuple(_rounded(i) for i in items))
        case Dictionary(items=pairs):
            return replace(recipe, items=tuple((k, _rounded(v)) for k, v in pairs))
        case _:
            return recipe
