"""Offers values of a type hint: classes, generics, unions, literals, callables, type variables, protocols."""

from __future__ import annotations

import collections.abc
import enum
import os
import pathlib
import types
import typing
from typing import TYPE_CHECKING, Any

from ..recipes import Call, Const, Dictionary, Function, Helper, Name, Recipe, Sequence
from .from_name import FILES
from .plain_values import STANDARD, any_plain, known_type, plain
from .sample_types import SAMPLE_TYPES, TYPING_VALUES
from .syntax import parser_of, syntax_node

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["HintProvider"]

LISTS = {list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection, collections.abc.Iterable, collections.abc.Reversible, collections.abc.Container}  # fmt: skip  # noqa: E501
ITERATORS = {collections.abc.Iterator, collections.abc.Generator}
SETS = {set, frozenset, collections.abc.Set, collections.abc.MutableSet}
MAPPINGS = {
    dict,
    collections.abc.Mapping,
    collections.abc.MutableMapping,
    collections.OrderedDict,
    collections.defaultdict,
}
ASYNC = {collections.abc.Awaitable, collections.abc.Coroutine}
ASYNC_ITERATORS = {collections.abc.AsyncIterator, collections.abc.AsyncIterable, collections.abc.AsyncGenerator}

ANSWER = Helper("answer", "async def answer(value=None):\n    return value\n")
STREAM = Helper("stream", "async def stream(*items):\n    for item in items:\n        yield item\n")


class HintProvider:
    """Makes recipes from resolved hints; None when a hint says nothing that we can build."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker

    def make(self, hint: Any, depth: int) -> Recipe | None:
        if hint is Any or hint is typing.Self:
            return any_plain(self.maker.rng)
        if hint is None or hint is type(None):
            return Const(None)
        if isinstance(hint, typing.TypeVar):
            return self._type_variable(hint, depth)
        origin = typing.get_origin(hint)
        if origin is not None:
            return self._generic(origin, typing.get_args(hint), depth)
        if hasattr(hint, "__supertype__"):  # typing.NewType
            return Call(Name(hint.__module__, hint.__name__), (self.maker.hinted(hint.__supertype__, depth),))
        if isinstance(hint, type):
            return self._class(hint, depth)
        return self._bare(hint, depth)

    def _bare(self, hint: Any, depth: int) -> Recipe | None:
        if hint in (typing.Callable, collections.abc.Callable):
            return self.maker.uses.any_callable()
        if hint in (typing.IO, typing.TextIO, typing.BinaryIO):
            return self.maker.rng.choice(STANDARD[f"typing.{hint.__name__}"])
        if hasattr(hint, "__value__"):  # `type X = …`
            return self.make(hint.__value__, depth)
        return None

    def _type_variable(self, hint: Any, depth: int) -> Recipe | None:
        if hint.__constraints__:
            return self.make(self.maker.rng.choice(hint.__constraints__), depth)
        if hint.__bound__ is not None:
            bound = hint.__bound__
            return self.make(bound if not isinstance(bound, typing.ForwardRef) else Any, depth)
        return any_plain(self.maker.rng)

    def _class(self, hint: type, depth: int) -> Recipe | None:
        rng = self.maker.rng
        if hint in (bool, int, float, str):
            return plain(f"builtins.{hint.__name__}", rng)
        if hint in (list, dict, set, tuple, frozenset) or hint in LISTS | SETS | MAPPINGS | ITERATORS:
            return self._generic(hint, (), depth)
        bare: Any = hint
        if bare is collections.abc.Callable or bare is types.FunctionType:
            return self.maker.uses.any_callable()
        if hint is type:
            return rng.choice((*SAMPLE_TYPES, *TYPING_VALUES[:6]))
        if hint in (pathlib.Path, os.PathLike):
            return rng.choice([f for f in FILES if not f.as_text] or list(FILES))  # type: ignore[union-attr]
        parse = parser_of(hint, self.maker.live.module)
        if parse is not None:
            return syntax_node(hint.__name__, rng, parse)
        known = known_type(hint)
        if known and hint is not object:
            return rng.choice(known)
        if issubclass(hint, enum.Enum):
            return self.maker.objects.enum_member(hint)
        return self.maker.objects.make(hint, depth)

    def _generic(self, origin: Any, args: tuple[Any, ...], depth: int) -> Recipe | None:
        rng = self.maker.rng
        if origin in (typing.Union, types.UnionType):
            return self.make(rng.choice(args), depth)
        if origin is typing.Literal:
            return self._literal(rng.choice(args))
        if origin in (typing.Annotated, typing.Final, typing.ClassVar):
            return self.make(args[0], depth)
        if origin is type:
            return self._type_of(args[0] if args else Any)
        if origin is collections.abc.Callable:
            return self._callable(args[1] if len(args) == 2 else Any, depth)
        if origin is tuple:
            return self._tuple(args, depth)
        if origin in MAPPINGS:
            return self._mapping(origin, args, depth)
        if origin in SETS:
            items = [i for i in self._items(args, depth) if isinstance(i, (Const, Name))]
            return Sequence("frozenset" if origin is frozenset else "set", tuple(dict.fromkeys(items)))
        if origin in LISTS:
            return Sequence(
                "tuple" if origin is not list and rng.random() < 0.15 else "list", tuple(self._items(args, depth))
            )
        return self._lazy_or_class(origin, args, depth)

    def _lazy_or_class(self, origin: Any, args: tuple[Any, ...], depth: int) -> Recipe | None:
        items = tuple(self._items(args[:1], depth)) if origin in ITERATORS | ASYNC_ITERATORS else ()
        if origin in ITERATORS:
            return Call(Name("builtins", "iter"), (Sequence("list", items),))
        if origin in ASYNC_ITERATORS:
            return Call(STREAM, items)
        if origin in ASYNC:
            return Call(ANSWER, (self.maker.hinted(args[-1] if args else Any, depth + 1),))
        if origin is collections.Counter:
            return Call(Name("collections", "Counter"), (Sequence("list", tuple(self._items(args, depth))),))
        if origin is collections.deque:
            return Call(Name("collections", "deque"), (Sequence("list", tuple(self._items(args, depth))),))
        if isinstance(origin, type):
            return self._class(origin, depth)
        return None

    def _literal(self, value: Any) -> Recipe:
        if isinstance(value, enum.Enum):
            return Name(type(value).__module__, f"{type(value).__qualname__}.{value.name}")
        return Const(value)

    def _type_of(self, hint: Any) -> Recipe | None:
        if isinstance(hint, typing.TypeVar):
            hint = hint.__bound__ or (hint.__constraints__[0] if hint.__constraints__ else Any)
        if isinstance(hint, type) and hint is not object:
            return self.maker.objects.class_name(hint)
        return self.maker.rng.choice((*SAMPLE_TYPES, *TYPING_VALUES[:6]))

    def _callable(self, result: Any, depth: int) -> Recipe:
        if self.maker.rng.random() < 0.3 or depth > 3:
            return self.maker.uses.any_callable()
        if typing.get_origin(result) in ASYNC:
            return ANSWER
        return Function("*args, **kwargs", self.maker.hinted(result, depth + 1))

    def _tuple(self, args: tuple[Any, ...], depth: int) -> Recipe:
        if not args or (len(args) == 2 and args[1] is ...):
            return Sequence("tuple", tuple(self._items(args[:1], depth)))
        if args == ((),):
            return Sequence("tuple", ())
        return Sequence("tuple", tuple(self.maker.hinted(a, depth + 1) for a in args))

    def _items(self, args: tuple[Any, ...], depth: int) -> list[Recipe]:
        rng = self.maker.rng
        if depth > 4:
            return []
        hint = args[0] if args else rng.choice((int, str, str, Any))
        return [self.maker.hinted(hint, depth + 1) for _ in range(rng.choice((1, 2, 0, 1, 3)))]

    def _mapping(self, origin: Any, args: tuple[Any, ...], depth: int) -> Recipe:
        key, value = args if len(args) == 2 else (str, Any)
        pairs: dict[Recipe, Recipe] = {}
        if depth <= 4:
            for _ in range(self.maker.rng.choice((1, 0, 2, 1, 3))):
                made = self._literal_key(key, depth)
                if made is not None:
                    pairs[made] = self._value(value, depth)
        display = Dictionary(tuple(pairs.items()))
        if origin is collections.OrderedDict:
            return Call(Name("collections", "OrderedDict"), (display,))
        if origin is collections.defaultdict:
            return Call(Name("collections", "defaultdict"), (Const(None), display))
        return display

    def _value(self, hint: Any, depth: int) -> Recipe:
        """A mapping's value; texts are now and then another mapping's key."""
        if hint is str and self.maker.rng.random() < 0.25:
            return self.maker.key()
        return self.maker.hinted(hint, depth + 1)

    def _literal_key(self, hint: Any, depth: int) -> Recipe | None:
        if hint is str:
            return self.maker.key()
        made = self.maker.hinted(hint, depth + 1)
        return made if not isinstance(made, (Sequence, Dictionary)) or getattr(made, "kind", "") == "tuple" else None
