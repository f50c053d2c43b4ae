"""Conjectures that the order of two arguments does not matter: f(a, b) == f(b, a)."""

from __future__ import annotations

from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, equal, spoken, tokens

__all__ = ["commutative_functions"]

_SYMMETRIC = {
    *("add", "plus", "sum", "mul", "multiply", "times", "gcd", "lcm", "hcf", "min", "max", "union", "intersect"),
    *(
        "intersection",
        "intersects",
        "overlap",
        "overlaps",
        "distance",
        "similarity",
        "ratio",
        "equal",
        "equals",
        "same",
    ),
    *("xor", "difference", "anagram", "anagrams", "disjoint", "hamming", "levenshtein", "jaccard", "dice", "common"),
    *("merge", "combine", "isclose", "close", "match", "dot", "average", "mean", "midpoint", "jaro", "winkler", "lcs"),
}
_NUMBERS = ("st.integers()", "st.floats(allow_nan=False, allow_infinity=False)", "st.fractions()")


def commutative_functions(context: Context) -> Iterator[PropertyTest]:
    for subject in context.subjects:
        if len(subject.required) == 2 and len(set(subject.source_of_strategies)) == 1:
            named = bool(_SYMMETRIC & set(tokens(subject.name)))
            numbers = subject.drawn[0].source in _NUMBERS and subject.annotated
            if (named or numbers) and subject.returns != "None":
                yield from _swapped(subject)


def _swapped(subject: Subject) -> Iterator[PropertyTest]:
    names = variables([p.name for p in subject.required], [subject.imported[1]])
    one, other = subject.call(*names), subject.call(*reversed(names))
    test = PropertyTest(
        name=f"test_{spoken(subject)}_is_symmetric",
        kind="commutativity",
        statement=f"{one} == {other}",
        targets=(subject.expression,),
        draws=(),
        body=equal(one, other, name="there"),
        bare=(one, other),
        imports=frozenset({subject.imported}),
    )
    yield from alternatives(test, list(zip(names, subject.drawn, subject.required, strict=True)), narrowed=False)
