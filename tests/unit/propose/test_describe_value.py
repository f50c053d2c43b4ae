"""Words for values: short, ASCII, and saying what is particular."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.recipes import (
    Call,
    Const,
    Dictionary,
    Fixture,
    Function,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
)
from testwright.propose.describe_value import edge_kind, kebab, snake, words_for

ONE = Const(1)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Const(None), "none"),
        (Fixture("full_basket", "/tests/conftest.py", "made"), "full-basket"),
        (Const(True), "true"),
        (Call(Name("datetime", "date"), (Const(2024), Const(2), Const(9))), "2024-02-09"),
        (
            Call(Name("datetime", "datetime"), (Const(2024), Const(2), Const(9), Const(7), Const(30))),
            "2024-02-09-07-30",
        ),
        (Const(0), "zero"),
        (Const(-3), "minus-three"),
        (Const(100), "100"),
        (Const(1.5), "1.5"),
        (Const(-2.0), "minus-two"),
        (Const(10**30), "huge-number"),
        (Const(float("inf")), "infinity"),
        (Const(float("nan")), "nan"),
        (Const(""), "empty-text"),
        (Const(" \n"), "blank-text"),
        (Const("Hello, World!"), "hello-world"),
        (Const("42"), "text-42"),
        (Const("-5"), "text-minus-5"),
        (Const("None"), "text-none"),
        (Const("-"), "dash"),
        (Const("{}"), "brace-closing-brace"),
        (Const("漢字"), "non-ascii-text"),
        (Const("?!?!?!"), "punctuation"),
        (Const(">>>"), "three-times-greater-than"),
        (Const("[.]"), "punctuation"),
        (Const("one two three four five six seven eight"), "one-two-three-four-five-six"),
        (Const(b""), "empty-bytes"),
        (Const(b"\xff"), "bytes"),
        (Sequence("list", ()), "empty-list"),
        (Sequence("list", (ONE,)), "list-of-one"),
        (Sequence("tuple", (ONE, ONE)), "two-items"),
        (Dictionary(((Const("name"), ONE),)), "dict-with-name"),
        (Name("shop", "Side.CREDIT"), "credit"),
        (Call(Name("decimal", "Decimal"), (Const("1.5"),)), "decimal-text-1.5"),
        (Operation("-", ONE), "minus-one"),
        (Function("x", ONE), "a-function"),
        (ScratchFile("a"), "missing-file"),
        (ScratchFile("a/"), "folder"),
    ],
)
def test_words(recipe: Recipe, words: str) -> None:
    assert words_for(recipe) == words


def test_digits_among_texts_need_no_word() -> None:
    assert words_for(Const("3.5"), among_texts=True) == "3.5"


@pytest.mark.parametrize(
    ("value", "kind"), [(None, "none"), (-1, "negative-number"), (3, ""), ("a", ""), ("", "empty-text")]
)
def test_edges(value: object, kind: str) -> None:
    assert edge_kind(Const(value)) == kind


def test_camel_case_is_split() -> None:
    assert kebab("HTTPServerError") == "http-server-error"
    assert snake("costs 1.5") == "costs_1_point_5"


@given(st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.complex_numbers()))
def test_words_are_always_fit_for_an_id(value: object) -> None:
    words = words_for(Const(value))
    assert words
    assert words.isascii()
    assert words == words.lower()
    assert not set(words) & set(" []\n:/\\")
    assert snake(words).isidentifier() or snake(words)[0].isdigit()
