"""Decides by which module and name a class, function or module can be imported."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

from ..recipes import Name

__all__ = ["canonical", "importable_name", "is_private", "name_in_module"]

UNIMPORTABLE = frozenset({"__main__", "helpers_of_the_test"})


def is_private(qualname: str) -> bool:
    """Some part of the dotted name begins with an underscore and is no dunder."""
    return any(p.startswith("_") and not (p.startswith("__") and p.endswith("__")) for p in qualname.split("."))


def importable_name(thing: Any, *, module: str = "", private: bool = False) -> Name | None:
    """The Name that gives exactly this class, function or module; None when there is none (or only a private one).

    A public package that re-exports is preferred over the module that defines, except for `module` itself.
    """
    if type(thing) is types.ModuleType:
        return Name(thing.__name__, "") if sys.modules.get(thing.__name__) is thing else None
    try:
        owner, qualname = thing.__module__, thing.__qualname__
    except Exception:  # noqa: BLE001  a metaclass or a descriptor may raise anything
        return None
    if not isinstance(owner, str) or not isinstance(qualname, str) or owner in UNIMPORTABLE:
        return None
    if is_private(qualname) and not private:
        return None
    for candidate in _homes(owner, module):
        if _found(candidate, qualname) is thing:
            return Name(candidate, qualname)
    return None


def _homes(owner: str, module: str) -> Iterator[str]:
    parts = owner.split(".")
    if owner != module:
        yield from (".".join(parts[:n]) for n in range(1, len(parts)) if not is_private(".".join(parts[:n])))
    private_at = next((n for n, p in enumerate(parts) if p.startswith("_") and p != "__main__"), None)
    if owner != module and private_at is not None:
        if private_at:
            yield ".".join(parts[:private_at])
        elif len(parts) == 1:
            yield owner.lstrip("_")
    yield owner
    if owner == "builtins":
        yield "types"


def _found(module: str, qualname: str) -> Any:
    first, *rest = qualname.split(".")
    found: Any = getattr(sys.modules.get(module), "__dict__", {}).get(first)
    for part in rest:
        try:
            found = getattr(found, part)
        except Exception:  # noqa: BLE001  as above
            return None
    return found


def canonical(name: Name, module: str) -> Name:
    """The one Name of several for a class or function (or a member of a class) of a package; others as they are."""
    owner, _, member = name.qualname.partition(".")
    held = _found(name.module, owner)
    if not isinstance(held, (type, types.FunctionType)):
        return name
    top = str(getattr(held, "__module__", "")).partition(".")[0]
    if not top or top in sys.stdlib_module_names or held.__qualname__ != owner:
        return name
    better = importable_name(held, module=module)
    if better is None or better == Name(name.module, owner):
        return name
    return Name(better.module, f"{better.qualname}.{member}" if member else better.qualname)


def name_in_module(thing: Any, module: str) -> Name | None:
    """The public module-level name of `module` that is bound to exactly this object, e.g. a sentinel or a default."""
    for key, value in vars(sys.modules.get(module, sys)).items() if module in sys.modules else ():
        if value is thing and not key.startswith("_"):
            return Name(module, key)
    return None
