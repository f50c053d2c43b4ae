"""Conjectures that two functions with one signature agree: an old and a new one, a fast and a plain one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, equal, spoken, tokens

__all__ = ["agreeing_functions"]

_VARIANTS = {
    *("py", "c", "fast", "slow", "old", "new", "legacy", "naive", "simple", "recursive", "iterative", "reference"),
    *("pure", "python", "numpy", "cython", "original", "orig", "alt", "v1", "v2", "1", "2", "compat", "deprecated"),
}
_DEPRECATED = re.compile(r"deprecat|alias (?:of|for)|same as|use :?\w*:?`", re.IGNORECASE)


def agreeing_functions(context: Context) -> Iterator[PropertyTest]:
    for position, one in enumerate(context.subjects):
        for other in context.subjects[position + 1 :]:
            if _one_signature(one, other) and (_variants(one, other) or _replaced(one, other)):
                yield from _agreeing(one, other)


def _one_signature(one: Subject, other: Subject) -> bool:
    return one.function.class_name == other.function.class_name and _signature(one) == _signature(other)


def _signature(subject: Subject) -> list[tuple[str, str, str | None]]:
    return [(p.name, p.kind, p.default) for p in subject.function.parameters]


def _variants(one: Subject, other: Subject) -> bool:
    """One name is the other's with a word more, or another such word, that says how it is done."""
    ours, theirs = tokens(one.name), tokens(other.name)
    more = set(ours) ^ set(theirs)
    return bool(more) and more <= _VARIANTS


def _replaced(one: Subject, other: Subject) -> bool:
    return _names(one, other) or _names(other, one)


def _names(old: Subject, new: Subject) -> bool:
    """The old one says that it is, and what to use, or calls that itself."""
    said = _DEPRECATED.search(old.function.docstring) or any("deprecat" in d for d in old.function.decorators)
    told = bool(re.search(rf"\b{re.escape(new.name)}\b", old.function.docstring))
    return bool(said) and (told or new.name in old.function.callees)


def _agreeing(one: Subject, other: Subject) -> Iterator[PropertyTest]:
    names = variables([p.name for p in one.required], [one.imported[1], other.imported[1]])
    left, right = one.call(*names), other.call(*names)
    warned = any("warn" in c for s in (one, other) for c in (*s.function.callees, *s.function.decorators))
    test = PropertyTest(
        name=f"test_{spoken(one)}_agrees_with_{spoken(other)}",
        kind="agreement",
        statement=f"{left} == {right}",
        targets=(one.expression, other.expression),
        draws=(),
        body=equal(left, right),
        bare=(left, right),
        imports=frozenset({one.imported, other.imported}),
        decorators=('@pytest.mark.filterwarnings("ignore::DeprecationWarning")',) if warned else (),
    )
    yield from alternatives(test, list(zip(names, one.drawn, one.required, strict=True)))
