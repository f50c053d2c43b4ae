"""Conjectures about what is in a result: sorting keeps all elements, pieces put together give the whole."""

from __future__ import annotations

from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, equal, spoken, tokens
from testwright.propose.properties.strategies import Strategy

__all__ = ["kept_elements"]

_SORTING = {
    "sort",
    "sorted",
    "natsort",
    "natsorted",
    "humansorted",
    "realsorted",
    "mergesort",
    "quicksort",
    "bubblesort",
}
_SORTING |= {"heapsort", "insertionsort"}
_PIECES = {"chunk", "chunks", "chunked", "batch", "batched", "batches", "sliced", "grouped", "pieces", "blocks"}
_UNIQUE = {"unique", "uniq", "dedupe", "dedup", "deduplicate", "distinct"}


def kept_elements(context: Context) -> Iterator[PropertyTest]:
    for subject in context.subjects:
        if subject.asks:
            continue
        words, kind = set(tokens(subject.name)), subject.drawn[0].kind
        if len(subject.required) == 1 and kind == "lists" and words & _SORTING:
            yield from _sorting(subject)
        elif len(subject.required) == 1 and kind == "lists" and words & _UNIQUE:
            yield from _each_once(subject)
        elif len(subject.required) == 2 and words & _PIECES and kind in ("lists", "text"):
            yield from _pieces(subject)


def _sorting(subject: Subject) -> Iterator[PropertyTest]:
    (variable,) = variables([subject.required[0].name], [subject.imported[1]])
    done, turned = subject.call(variable), subject.call(f"{variable}[::-1]")
    yield from _one(
        subject, variable, "keeps_all_elements", equal(f"sorted({done})", f"sorted({variable})"), (f"sorted({done})",)
    )
    yield from _one(subject, variable, "ignores_the_order_of_its_input", equal(done, turned), (done, turned))


def _each_once(subject: Subject) -> Iterator[PropertyTest]:
    (variable,) = variables([subject.required[0].name], [subject.imported[1], "found"])
    done = subject.gathered(variable)
    body = (f"found = {done}", f"assert found == list(dict.fromkeys({variable}))")
    yield from _one(subject, variable, "gives_each_element_once", body, (done,))


def _one(
    subject: Subject, variable: str, what: str, body: tuple[str, ...], bare: tuple[str, ...]
) -> Iterator[PropertyTest]:
    test = PropertyTest(
        name=f"test_{spoken(subject)}_{what}",
        kind="ordering",
        statement=body[-1].removeprefix("assert "),
        targets=(subject.expression,),
        draws=(),
        body=body,
        bare=bare,
        imports=frozenset({subject.imported}),
    )
    yield from alternatives(test, [(variable, subject.drawn[0], subject.required[0])])


def _pieces(subject: Subject) -> Iterator[PropertyTest]:
    """The other argument says how long the pieces are."""
    if subject.drawn[1].source != "st.integers()":
        return
    names = variables([p.name for p in subject.required], [subject.imported[1], "pieces", "piece"])
    text = subject.drawn[0].kind == "text"
    whole = '"".join(pieces)' if text else "[item for piece in pieces for item in piece]"
    pieces = f"pieces = {subject.gathered(*names)}"
    test = PropertyTest(
        name=f"test_{spoken(subject)}_pieces_make_the_whole",
        kind="ordering",
        statement=f"the pieces of {subject.call(*names)} make {names[0]}",
        targets=(subject.expression,),
        draws=(),
        body=(pieces, f"assert {whole} == {names[0]}"),
        bare=(pieces,),
        imports=frozenset({subject.imported}),
    )
    sizes = Strategy("st.integers(min_value=1, max_value=10)")
    drawn = [(names[0], subject.drawn[0], subject.required[0]), (names[1], sizes, subject.required[1])]
    yield from alternatives(test, drawn, narrowed=False)
