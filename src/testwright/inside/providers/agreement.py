"""Makes the arguments of one call fit each other: data that fits a type passed beside it, mappings that share keys."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import types
import typing
import uuid
from typing import TYPE_CHECKING, Any

from ..recipes import Call, Const, Dictionary, Fixture, Helper, Item, Name, Recipe, Sequence, Surroundings, evaluate
from .plain_values import any_plain, known_type

if TYPE_CHECKING:
    from ..exploring.live_module import Parameter
    from .maker import Maker

__all__ = ["Agreement"]

TEXT_FORMS: dict[type, tuple[Recipe, ...]] = {
    datetime.datetime: (Const(0), Const(1700000000.5), Const("2024-01-31T12:30:00")),
    datetime.date: (Const("2024-01-31"),),
    datetime.time: (Const("12:30:00"),),
    decimal.Decimal: (Const("1.5"), Const(2)),
    uuid.UUID: (Const("12345678-1234-5678-1234-567812345678"),),
}
NOTHING: Any = object()


class Agreement:
    """Looks over the arguments made one by one and replaces some by values that fit the others."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._types: dict[Recipe, Any] = {}

    def settle(self, parameters: list[Parameter], args: list[Recipe]) -> list[Recipe]:
        """`args` are the positional arguments of `parameters`; often one of them changes, never more."""
        rng = self.maker.rng
        if len(args) < 2 or rng.random() < 0.35:
            return args
        for number, recipe in enumerate(args):
            kind = self.type_of(recipe)
            if kind is not NOTHING:
                free = [n for n, p in enumerate(parameters[: len(args)]) if n != number and _is_open(p)]
                if free:
                    chosen = rng.choice(free)
                    return [
                        self.data(kind, recipe, rng.random() < 0.7) if n == chosen else a for n, a in enumerate(args)
                    ]
                return args
        return self._shared_keys(args)

    def _shared_keys(self, args: list[Recipe]) -> list[Recipe]:
        """The keys of the first mapping, in a later one."""
        mappings = [n for n, a in enumerate(args) if isinstance(a, Dictionary) and a.items]
        if len(mappings) < 2:
            return args
        first, second = (args[n] for n in mappings[:2])
        assert isinstance(first, Dictionary)
        assert isinstance(second, Dictionary)
        values = [v for _, v in second.items]
        shared = Dictionary(tuple((k, values[n % len(values)]) for n, (k, _) in enumerate(first.items)))
        return [shared if n == mappings[1] else a for n, a in enumerate(args)]

    def type_of(self, recipe: Recipe) -> Any:
        """The type or hint that the recipe stands for, NOTHING when it is a value of another sort."""
        if not isinstance(recipe, (Name, Helper, Item, Call)):
            return NOTHING
        if recipe not in self._types:
            if len(self._types) > 500:
                self._types.clear()
            self._types[recipe] = self._find_type(recipe)
        return self._types[recipe]

    def _find_type(self, recipe: Recipe) -> Any:
        if isinstance(recipe, Fixture) or (isinstance(recipe, Call) and recipe.function != Name("typing", "NewType")):
            return NOTHING
        if isinstance(recipe, Item) and not (
            isinstance(recipe.target, Name) and recipe.target.module in ("typing", "builtins")
        ):
            return NOTHING
        live = self.maker.live
        if isinstance(recipe, Name) and recipe.module == live.name:
            found = live.lookup(recipe.qualname)
        else:
            try:
                found = evaluate(recipe, Surroundings())
            except Exception:
                return NOTHING
        is_type = isinstance(found, type) or typing.get_origin(found) is not None or hasattr(found, "__supertype__")
        return found if is_type and found is not typing.Any else NOTHING

    def data(self, hint: Any, recipe: Recipe | None, flat: bool, depth: int = 0) -> Recipe:
        """A value of the hint; `flat` prefers what a decoded document has (mappings, texts, numbers) to instances."""
        rng = self.maker.rng
        if depth > 4:
            return any_plain(rng)
        if hasattr(hint, "__supertype__"):
            return self.data(hint.__supertype__, None, flat, depth + 1)
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is not None:
            return self._generic(origin, inner, flat, depth)
        if not isinstance(hint, type):
            return self.maker.hinted(hint, depth)
        if flat and issubclass(hint, enum.Enum) and len(hint):
            return _constant(rng.choice(list(hint)).value)
        if flat and hint in TEXT_FORMS:
            return rng.choice(TEXT_FORMS[hint])
        if known_type(hint):
            return rng.choice(known_type(hint))
        if (
            dataclasses.is_dataclass(hint)
            or (issubclass(hint, tuple) and hasattr(hint, "_fields"))
            or typing.is_typeddict(hint)
        ):
            return self._record(hint, recipe, flat, depth)
        return self.maker.hinted(hint, depth)

    def _record(self, kind: type, recipe: Recipe | None, flat: bool, depth: int) -> Recipe:
        try:
            hints = typing.get_type_hints(kind)
        except Exception:
            hints = dict.fromkeys(getattr(kind, "__annotations__", ()), Any)
        given = self.maker.rng.choice((1.0, 1.0, 0.7))
        fields = {n: h for n, h in hints.items() if self.maker.rng.random() < given}
        made = {n: self.data(h, None, flat, depth + 1) for n, h in fields.items()}
        if flat or recipe is None:
            return Dictionary(tuple((Const(n), v) for n, v in made.items()))
        return Call(recipe, (), tuple(made.items()))

    def _generic(self, origin: Any, inner: tuple[Any, ...], flat: bool, depth: int) -> Recipe:
        rng = self.maker.rng
        if origin in (typing.Union, types.UnionType):
            return self.data(rng.choice(inner), None, flat, depth + 1)
        if origin is tuple and inner and inner[-1] is not ...:
            return Sequence("list" if flat else "tuple", tuple(self.data(i, None, flat, depth + 1) for i in inner))
        if isinstance(origin, type) and hasattr(origin, "keys"):
            key, value = inner if len(inner) == 2 else (str, int)
            keys = dict.fromkeys(self.data(key, None, False, depth + 1) for _ in range(rng.choice((1, 0, 2))))
            pairs = ((k, self.data(value, None, flat, depth + 1)) for k in keys if isinstance(k, (Const, Name)))
            return Dictionary(tuple(pairs))
        if isinstance(origin, type) and hasattr(origin, "__iter__") and inner:
            items = tuple(self.data(inner[0], None, flat, depth + 1) for _ in range(rng.choice((1, 2, 0))))
            return Sequence("list", items)
        if dataclasses.is_dataclass(origin):
            return self._record(typing.cast(type, origin), None, flat, depth)
        return self.maker.hints._generic(origin, inner, depth + 1) or any_plain(rng)


def _constant(value: Any) -> Recipe:
    return Const(value) if isinstance(value, (str, int, float, bytes, type(None))) else Const(1)


def _is_open(parameter: Parameter) -> bool:
    """Nothing better is known of the parameter than what the body does with it, and that is not only a truth test."""
    from ..exploring.live_module import UNKNOWN

    told = {k for k, v in parameter.uses.items() if v} - {"passed_to", "argument_counts"}
    return parameter.hint in (UNKNOWN, Any, object) and told != {"truth_tested"} and not parameter.uses.get("called")
