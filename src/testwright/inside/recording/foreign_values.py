"""Writes values of libraries that many programs use, by the names of their classes: Django, numpy, pandas, mocks.

None of them is imported here. Nothing lazy is evaluated: a query set that was not asked for stays so.
"""

from __future__ import annotations

from typing import Any

from .builtin_values import opaque
from .class_reading import attributes_of, class_name, dictionary_getter, mro_of, names_of_module
from .moment import Moment, Write
from .plain_tree import Plain

__all__ = ["foreign_writer"]

_NEVER_LOOKED_INTO = {
    "django.db.models.query:QuerySet": "a query that may not have been sent",
    "django.db.models.query:RawQuerySet": "a query that may not have been sent",
    "django.db.models.manager:BaseManager": "a manager",
    "django.utils.functional:Promise": "a lazy text",
    "django.db.backends.base.base:BaseDatabaseWrapper": "a database connection",
    "unittest.mock:Base": "a mock",
}
_FRAMEWORKS = frozenset(
    (
        *("aiohttp", "asgiref", "celery", "django", "fastapi", "flask", "httpx", "redis", "requests", "rest_framework"),
        *("sqlalchemy", "starlette", "tornado", "urllib3", "werkzeug"),
    )
)
"""Libraries whose objects (requests, sessions, engines) hold half the program; what matters of them has spans of its own."""
_SMALL = 64
_PLAIN_KINDS = frozenset("biufcSU")


def foreign_writer(kind: type, name: str, mro: tuple[type, ...]) -> Write | None:
    """The writer of a class that some library has, or derives from one; None for all others."""
    names = [class_name(each) for each in mro]
    why = next((_NEVER_LOOKED_INTO[each] for each in names if each in _NEVER_LOOKED_INTO), None)
    if why is not None:
        return _unseen(why)
    if "django.db.models.base:Model" in names:
        return _model(name, mro)
    if "django.utils.functional:LazyObject" in names:
        return _lazy(mro)
    if names[0].partition(":")[0].partition(".")[0] in _FRAMEWORKS and not _holds_data(mro):
        return _unseen("an object of a framework")
    return _of_numbers(kind, name, names)


def _holds_data(mro: tuple[type, ...]) -> bool:
    """Containers, texts, numbers and exceptions say what they are."""
    return any(kind is base for base in (dict, list, tuple, str, int, BaseException) for kind in mro)


def _unseen(why: str) -> Write:
    def write(moment: Moment, value: Any, depth: int) -> Plain:
        return opaque(value, why)

    return write


def _model(name: str, mro: tuple[type, ...]) -> Write:
    """The values of its fields, and whether it is saved and where; not what else hangs on it."""
    dictionary = dictionary_getter(mro)

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        met = moment.met(value)
        if met is not None:
            return met
        plain = moment.begin(value, ["object", name, moment.number(value)])
        held = attributes_of(value, dictionary, [])
        moment.add_attributes(plain, [pair for pair in held if not pair[0].startswith("_")], depth)
        where = plain[4] if plain[0] == "cut" else plain
        where.append(["_state", _state(next((one for name, one in held if name == "_state"), None))])
        return plain

    return write


def _state(state: Any) -> Plain:
    """As Django's ModelState begins, where it has been set nothing else."""
    held = dict(attributes_of(state, dictionary_getter(mro_of(type(state))), []))
    adding, database = held.get("adding", True), held.get("db")
    return ["dict", ["adding", adding is True], ["db", database if type(database) is str else None]]


def _lazy(mro: tuple[type, ...]) -> Write:
    """What it has made, if it has."""
    dictionary = dictionary_getter(mro)

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        made = dict(attributes_of(value, dictionary, [])).get("_wrapped")
        if made is None or type(made) is object:
            return opaque(value, "lazy, and not asked for yet")
        return moment.write(made, depth)

    return write


def _of_numbers(kind: type, name: str, names: list[str]) -> Write | None:
    """Only what the libraries themselves define: nobody's subclass has a say in what is read."""
    module, _, qualname = name.partition(":")
    library = module.partition(".")[0]
    if library not in ("numpy", "pandas") or names_of_module(library).get(qualname) is not kind:
        return None
    if name == "numpy:ndarray":
        return _array
    if module == "numpy" and "numpy:generic" in names:
        return _number
    return _frame if name in ("pandas.core.frame:DataFrame", "pandas.core.series:Series") else None


def _array(moment: Moment, value: Any, depth: int) -> Plain:
    if value.dtype.kind in _PLAIN_KINDS and value.size <= _SMALL:
        return ["std", "numpy.array", moment.write(value.tolist(), depth), value.dtype.str]
    return opaque(value, f"shape {value.shape}, dtype {value.dtype.str}")


def _number(moment: Moment, value: Any, depth: int) -> Plain:
    if value.dtype.kind not in _PLAIN_KINDS:
        return opaque(value, f"dtype {value.dtype.str}")
    return ["std", f"numpy.{type(value).__name__}", moment.write(value.item(), depth)]


def _frame(moment: Moment, value: Any, depth: int) -> Plain:
    kinds = value.dtypes.values if value.ndim == 2 else [value.dtypes]
    shown = [each.str if class_name(type(each)).startswith("numpy.") else "other" for each in kinds]
    return opaque(value, f"shape {value.shape}, dtype {', '.join(shown[:_SMALL])}")
