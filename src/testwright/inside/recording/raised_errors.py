"""Tells of an exception without running anybody's code: its class, its message, and its plain value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .plain_tree import Plain

__all__ = ["message_of", "raised_plain"]


def raised_plain(error: BaseException, copy: Callable[[Any], Plain]) -> dict[str, Plain]:
    kind = type(error)
    return {"type": f"{kind.__module__}:{kind.__qualname__}", "message": message_of(error), "value": copy(error)}


def message_of(error: BaseException) -> str:
    """What str() gives where the class leaves that to the interpreter, else its first argument if that is a text."""
    arguments = _arguments_of(error)
    words = _worded_by(type(error))
    if any(words is each for each in _INTERPRETERS) and all(id(type(each)) in _PLAIN for each in arguments):
        return str(error)
    return arguments[0] if arguments and type(arguments[0]) is str else ""


_arguments_of = BaseException.args.__get__  # type: ignore[attr-defined]
_INTERPRETERS = (BaseException.__str__, OSError.__str__, KeyError.__str__)
_PLAIN = frozenset(map(id, (str, int, float, bool, type(None))))


def _worded_by(kind: type) -> Any:
    """Past a metaclass that has a say in what its classes' attributes are."""
    return type.__getattribute__(kind, "__str__")
