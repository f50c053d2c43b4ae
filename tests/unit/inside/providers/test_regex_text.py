"""Texts made for a pattern are found by it, and take given texts into their groups."""

from __future__ import annotations

import random
import re

import pytest

from testwright.inside.providers.regex_text import matching_text

PATTERNS = [
    r"\d{4}-\d\d-\d\d",
    r"(?P<name>[a-zA-Z_][a-zA-Z_0-9]*)\s*=\s*(?P<value>.+)$",
    r"(?i)hello\s+(\w)\1",
    r"(?x) (?P<key> [a-z]+ ) : \s* function \( (?P<args>[a-z,]+) \) { [^}]+ }",
    r"^(Args|Returns):[ \t]*$",
    r"a+?|[^b]{2,3}",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_made_texts_are_found(pattern: str) -> None:
    rng = random.Random(1)
    texts = [matching_text(pattern, rng) for _ in range(20)]
    assert any(texts)
    assert all(re.search(pattern, t) for t in texts if t is not None)


def test_a_lookahead_is_written_out() -> None:
    rng = random.Random(1)
    assert any(matching_text(r"^(?=\S)", rng) for _ in range(10))


def test_groups_take_the_given_texts() -> None:
    rng = random.Random(1)
    made = {matching_text(r"(?P<out>[a-z]+)\[(?P<index>[^\]]+)\]", rng, fill=("total", "x+1")) for _ in range(30)}
    assert "total[x+1]" in made


def test_given_texts_that_do_not_fit_are_left_out() -> None:
    rng = random.Random(1)
    made = [matching_text(r"(\d+)", rng, fill=("total",)) for _ in range(20)]
    assert all(t is not None and t.isdigit() for t in made)


def test_identifiers_are_taken_whole() -> None:
    rng = random.Random(1)
    made = {matching_text(r"[a-z_$][a-z_$0-9]*", rng, fill=("total",)) for _ in range(20)}
    assert "total" in made


@pytest.mark.parametrize("pattern", ["(", r"a(?!a)a", b"\\d+"])
def test_broken_impossible_and_byte_patterns(pattern: str | bytes) -> None:
    made = matching_text(pattern, random.Random(1))
    assert made is None if isinstance(pattern, str) else made is not None and made.isdigit()


def test_the_same_seed_makes_the_same_texts() -> None:
    first, second = (
        [matching_text(PATTERNS[1], rng, fill=("a", "b")) for _ in range(10)]
        for rng in (random.Random(7), random.Random(7))
    )
    assert first == second
