"""Classes that note whenever a line of their own is run: by a dunder, a descriptor, a property or a metaclass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RUN: list[str] = []
"""What was run since somebody emptied it."""

SPECIAL = (
    *(
        "__repr__",
        "__str__",
        "__eq__",
        "__ne__",
        "__hash__",
        "__len__",
        "__iter__",
        "__next__",
        "__contains__",
        "__bool__",
    ),
    *("__getattr__", "__getattribute__", "__getitem__", "__dir__", "__reduce__", "__reduce_ex__", "__getstate__"),
    *("__format__", "__int__", "__float__", "__index__", "__complex__", "__lt__", "__gt__", "__call__", "__sizeof__"),
    *("__copy__", "__deepcopy__", "__bytes__", "__fspath__", "__length_hint__", "__reversed__", "__instancecheck__"),
    *("__subclasscheck__", "__get__", "__set_name__", "items", "keys", "values", "get", "__missing__", "__buffer__"),
)


def _noting(name: str) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        RUN.append(name)
        raise RuntimeError(f"{name} was run")

    return noted


class _Property:
    """A data descriptor that notes when it is read."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        RUN.append("a property")
        raise RuntimeError("a property was run")

    def __set__(self, instance: Any, value: Any) -> None:
        raise RuntimeError("a property was set")


def hostile(*bases: type, hash_works: bool = False, hide_dict: bool = False, **more: Any) -> type:
    """A class below `bases` of which nothing can be asked; its instances are made by `object.__new__` and friends."""
    space: dict[str, Any] = {name: _noting(name) for name in SPECIAL}
    space |= {"total": _Property(), "__class__": _Property(), **more}
    if hide_dict:
        space["__dict__"] = _Property()
    if hash_works:
        space["__hash__"] = lambda self: 7
    metaclass = type("Liar", (type(bases[0]) if bases else type,), {name: _noting(f"class {name}") for name in SPECIAL})
    metaclass.__call__ = type.__call__  # type: ignore[method-assign]  # so that it can be made an instance of
    metaclass.__hash__ = _noting("class __hash__")  # type: ignore[method-assign,assignment]
    made: type = type.__new__(metaclass, "Hostile", bases, space)
    return made


def bare(kind: type, *args: Any) -> Any:
    """An instance, made without the class's having a say."""
    base = next(b for b in type.__dict__["__mro__"].__get__(kind) if type(b) is type and b.__module__ != __name__)
    return base.__new__(kind, *args)
