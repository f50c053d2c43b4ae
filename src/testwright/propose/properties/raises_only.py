"""Conjectures that a function raises nothing but what it is written to raise, whatever text or number it is given."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from testwright.nouns.property_test import Import, PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, spoken, tokens
from testwright.python_source.model import FunctionModel

__all__ = ["raising_only"]

_UNTELLING = {"NotImplementedError", "AssertionError", "Exception", "BaseException", "StopIteration", "TypeError"}
_OUTSIDE = {"path", "file", "filename", "folder", "directory", "dir", "url", "uri", "host", "command", "cmd"}
_CHANGING = {"register", "unregister", "set", "add", "write", "save", "delete", "configure", "install", "reset", "init"}
_MOST_NAMES = 2
_DRAWN = ("st.text()", "st.binary()", "st.text() | st.binary()", "st.binary() | st.text()")


def raising_only(context: Context) -> Iterator[PropertyTest]:
    functions = {f.qualname: f for f in context.model.functions}
    for subject in context.subjects:
        if len(subject.required) != 1 or subject.drawn[0].source not in _DRAWN:
            continue
        if any(word in subject.required[0].name.lower().split("_") for word in _OUTSIDE):
            continue
        if subject.asks or _CHANGING & set(tokens(subject.name)):
            continue
        names = sorted(_raised(subject.function, functions, 3) - _UNTELLING)
        origins = {name: _origin(name, context) for name in names}
        if 0 < len(names) <= _MOST_NAMES and all(origins.values()):
            yield from _one(subject, {name: origin for name, origin in origins.items() if origin})


def _raised(function: FunctionModel, functions: dict[str, FunctionModel], depth: int) -> set[str]:
    """What it and the functions of its module that it calls are written to raise."""
    found = set(function.raises)
    for callee in function.callees if depth else ():
        owner = f"{function.class_name}." if function.class_name else ""
        bare = callee.removeprefix("self.").removeprefix("cls.")
        for name in (callee, owner + bare, f"{callee}.__init__", f"{callee}.__new__"):
            if name in functions and functions[name] is not function:
                found |= _raised(functions[name], functions, depth - 1)
    return found


def _origin(name: str, context: Context) -> Import | None:
    """Where a test imports the exception from; None when that cannot be told."""
    if isinstance(getattr(builtins, name, None), type):
        return "builtins", name
    if any(cls.qualname == name for cls in context.model.classes):
        return context.model.module, name
    found = (i for i in context.model.imports if i.name == name and i.qualname == name)
    return next(((i.module, name) for i in found), None)


def _one(subject: Subject, origins: dict[str, Import]) -> Iterator[PropertyTest]:
    (variable,) = variables([subject.required[0].name], [subject.imported[1]])
    call, allowed = subject.call(variable), ", ".join(origins)
    test = PropertyTest(
        name=f"test_{spoken(subject)}_raises_only_{'_or_'.join(spoken(name) for name in origins)}",
        kind="never raises but",
        statement=f"{call} raises nothing but {allowed}",
        targets=(subject.expression,),
        draws=(),
        body=(f"with suppress({allowed}):", f"    {call}"),
        bare=("with suppress(Exception):", f"    {call}"),
        imports=frozenset({subject.imported, ("contextlib", "suppress"), *origins.values()}),
    )
    yield from alternatives(test, [(variable, subject.drawn[0], subject.required[0])], narrowed=False)
