"""Checks of what the step under test did to its surroundings: calls of stand-ins, messages logged, rows of a database."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from warnings import WarningMessage

from ..recipes import Attribute, Call, Const, Item, Name, Recipe, Sequence, Variable
from ..scenario import Check
from .comparing import Comparer
from .names import importable_name
from .objects import is_mock

__all__ = ["Logged", "calls_made", "logged", "rows_stored", "tables_of", "warnings_given"]

ANY, CALL = Name("unittest.mock", "ANY"), Name("unittest.mock", "call")
MOST_CALLS = 3
MOST_MESSAGES = 4
LONGEST_MESSAGE = 300
SHORTEST_WORDS, ENOUGH_WORDS = 6, 10
"""Characters of a literal that make a message that holds it the module's own."""
MOST_ROWS = 5
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def calls_made(comparer: Comparer) -> list[Check]:
    """For each mock that a variable holds, how it and its methods were called."""
    checks: list[Check] = []
    for name, value in comparer.variables.items():
        if not is_mock(type(value)):
            continue
        own = [(c.args, c.kwargs) for c in getattr(value, "call_args_list", ())]
        checks += _calls(Variable(name), own, comparer)
        methods: dict[str, list[tuple[Any, Any]]] = {}
        for called, args, kwargs in value.method_calls:
            if called.isidentifier():
                methods.setdefault(called, []).append((args, kwargs))
        for method, calls in methods.items():
            checks += _calls(Attribute(Variable(name), method), calls, comparer)
    return checks


def _calls(subject: Recipe, calls: list[tuple[Any, Any]], comparer: Comparer) -> list[Check]:
    if not calls:
        return []
    if len(calls) > MOST_CALLS:
        return [Check("equals", Attribute(subject, "call_count"), Const(len(calls)))]
    made = [Check("called", subject, Sequence("list", tuple(_call(*given, comparer) for given in calls)))]
    return made + (_headers_sent(subject, calls[0][0], comparer) if len(calls) == 1 else [])


def _headers_sent(subject: Recipe, args: tuple[Any, ...], comparer: Comparer) -> list[Check]:
    """Of an e-mail that was handed over: whom it goes to, and what it is about."""
    email = sys.modules.get("email.message")
    for number, value in enumerate(args):
        if email is not None and issubclass(type(value), email.Message):
            given = Item(Attribute(Attribute(subject, "call_args"), "args"), Const(number))
            items = comparer.express([(str(key), str(held)) for key, held in value.items()])
            if items is not None and value.items():
                return [Check("equals", Call(Attribute(given, "items")), items)]
    return []


def _call(args: tuple[Any, ...], kwargs: dict[str, Any], comparer: Comparer) -> Recipe:
    named = tuple((key, _argument(value, comparer)) for key, value in kwargs.items())
    return Call(CALL, tuple(_argument(value, comparer) for value in args), named)


def _argument(value: Any, comparer: Comparer) -> Recipe:
    """What cannot be said of it, or is another thing in each process, may be anything."""
    made = None if is_mock(type(value)) else comparer.express(value)
    return ANY if made is None else made


def warnings_given(warned: Iterable[WarningMessage], comparer: Comparer) -> list[Check]:
    """The first warning that is worded in the module's own file; those of libraries differ from version to version."""
    for given in warned:
        category = importable_name(given.category, module=comparer.module)
        text = str(given.message)
        fixed = text if len(text) <= LONGEST_MESSAGE and not comparer.volatile.text(text) else ""
        if category is not None and given.category is not ResourceWarning and _is_worded_in(text, comparer.module):
            return [Check("warns", None, Call(category, (Const(fixed),) if fixed else ()))]
    return []


def _is_worded_in(text: str, module: str) -> bool:
    """A good part of it stands in the module's source as a literal."""
    held = sys.modules.get(module)
    path = getattr(held, "__file__", None)
    if not path:
        return False
    least = max(SHORTEST_WORDS, min(len(text) // 3, ENOUGH_WORDS))
    return any(len(words) >= least and words in text for words in _literals(path))


@functools.cache
def _literals(path: str) -> frozenset[str]:
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    return frozenset(n.value.strip() for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is str)


class Logged:
    """The messages that the module itself logged; `others_logged` says that code below it did too."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.messages: list[str] = []
        self.others_logged = False

    def take(self, record: Any) -> None:
        if record.pathname != self.path:
            self.others_logged = True
        else:
            self.messages.append(record.getMessage())

    def checks(self, comparer: Comparer) -> list[Check]:
        count = len(self.messages)
        if self.others_logged or not 0 < count <= MOST_MESSAGES or sum(map(len, self.messages)) > LONGEST_MESSAGE:
            return []
        if any(comparer.volatile.text(message) for message in self.messages):
            return []
        return [Check("log", None, Sequence("list", tuple(Const(message) for message in self.messages)))]


@contextmanager
def logged(path: str) -> Iterator[Logged]:
    """Sees what reaches the root logger meanwhile, as pytest's caplog does; nothing, when nobody imported logging."""
    seen = Logged(path)
    logging = sys.modules.get("logging")
    if logging is None:
        yield seen
        return

    class Taking(logging.Handler):  # type: ignore[misc, name-defined]
        def emit(self, record: Any) -> None:
            seen.take(record)

    handler = Taking()
    logging.root.addHandler(handler)
    try:
        yield seen
    finally:
        logging.root.removeHandler(handler)


def rows_stored(before: dict[str, list[str]], comparer: Comparer) -> list[Check]:
    """What the tables hold of each SQLite connection among the variables, where that is little and has changed."""
    checks: list[Check] = []
    for name, value in comparer.variables.items():
        tables = _tables(value)
        for table, rows in tables.items():
            if f"{table}: {rows!r}" in before.get(name, ()) or not rows or not table.isidentifier():
                continue
            made = comparer.express(rows)
            if made is not None and len(rows) <= MOST_ROWS:
                asked = Call(Attribute(Variable(name), "execute"), (Const(f"SELECT * FROM {table}"),))
                checks.append(Check("equals", Call(Attribute(asked, "fetchall")), made))
    return checks


def tables_of(variables: dict[str, Any]) -> dict[str, list[str]]:
    """What the tables hold now, in words."""
    found = {name: _tables(value) for name, value in variables.items()}
    return {name: [f"{table}: {rows!r}" for table, rows in tables.items()] for name, tables in found.items() if tables}


def _tables(value: Any) -> dict[str, list[Any]]:
    sqlite3 = sys.modules.get("sqlite3")
    if sqlite3 is None or type(value) is not sqlite3.Connection:
        return {}
    try:
        names = [str(row[0]) for row in value.execute(TABLES).fetchall()]
        return {n: value.execute(f'SELECT * FROM "{n}"').fetchmany(MOST_ROWS + 1) for n in names}
    except (sqlite3.Error, TypeError):  # it is closed, locked, or gives rows of another kind
        return {}
