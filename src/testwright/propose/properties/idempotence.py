"""Conjectures that doing it again changes nothing: f(f(x)) == f(x), where f tidies, or gives what it takes."""

from __future__ import annotations

from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, equal, spoken, tokens

__all__ = ["idempotent_functions"]

_TIDYING = {
    *("normalize", "normalise", "normalized", "canonicalize", "canonicalise", "canonical", "standardize", "simplify"),
    *("strip", "trim", "clean", "cleanup", "sanitize", "sanitise", "slugify", "slug", "squeeze", "collapse", "dedupe"),
    *("dedup", "unique", "uniq", "deduplicate", "sort", "sorted", "lower", "upper", "lowercase", "uppercase", "fix"),
    *("capitalize", "dasherize", "underscore", "parameterize", "transliterate", "flatten", "compact", "prettify"),
    *("secure", "ensure", "force", "abs", "round", "floor", "ceil", "clamp", "dedent", "asciify", "remove", "shrink"),
    *("snake", "kebab", "pluralize", "singularize", "expand", "resolve", "absolute", "unify", "ensure"),
}
_SAYING_NOTHING = {"None", "bool", "Any", "T", "object", "typing.Any"}


def idempotent_functions(context: Context) -> Iterator[PropertyTest]:
    for subject in context.subjects:
        if len(subject.required) == 1 and not subject.asks and subject.returns != "None":
            named = bool(_TIDYING & set(tokens(subject.name)))
            if named or _gives_what_it_takes(subject):
                yield from _again(subject, narrowed=named)


def _gives_what_it_takes(subject: Subject) -> bool:
    taken = subject.required[0].annotation
    return taken is not None and taken == subject.returns and taken not in _SAYING_NOTHING


def _again(subject: Subject, *, narrowed: bool) -> Iterator[PropertyTest]:
    (variable,) = variables([subject.required[0].name], [subject.imported[1], "once"])
    once, twice = subject.call(variable), subject.call("once")
    test = PropertyTest(
        name=f"test_{spoken(subject)}_is_idempotent",
        kind="idempotence",
        statement=f"{subject.call(once)} == {once}",
        targets=(subject.expression,),
        draws=(),
        body=(f"once = {once}", *equal(twice, "once", name="twice")),
        bare=(f"once = {once}", twice),
        imports=frozenset({subject.imported}),
    )
    yield from alternatives(test, [(variable, subject.drawn[0], subject.required[0])], narrowed=narrowed)
