"""Real trials in real workers: what holds, what a rare input breaks, what ends its process, and what each catches."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.execute.property_gate import (
    EXAMPLES,
    HARD,
    JUDGING,
    PropertyPlace,
    hard_values,
    harder,
    property_mutants,
    property_trials,
)

pytest.importorskip("hypothesis", reason="properties are tested with hypothesis, which is not installed here")

CODE = """
    import os

    def encode(text):
        return text[::-1] + "."

    def decode(text):
        return text[:-1][::-1]

    def rare(number):
        return -number if number == 123456789 else number

    def wrong(numbers):
        return numbers[:3]

    def shout(text):
        return text.upper()

    def after_label(text):
        return text.removeprefix("new-")

    def leave(text):
        os._exit(3)
    """
TESTS = """
    import string

    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    from code_under_test import after_label, decode, encode, leave, rare, shout, wrong

    {statements}

    @given(st.text())
    def test_round_trip(text):
        assert decode(encode(text)) == text

    @given(st.text())
    def test_round_trip__bare(text):
        decode(encode(text))

    @given(st.integers())
    def test_rare(number):
        assert rare(number) == number

    @given(st.lists(st.integers()))
    def test_wrong(numbers):
        assert wrong(numbers) == numbers

    @given(st.text(alphabet=string.printable))
    def test_after_label(text):
        assert after_label(after_label(text)) == after_label(text)

    @given(st.integers(min_value=1))
    def test_positive(number):
        assert number >= 1

    @given(st.text())
    def test_leave(text):
        leave(text)

    @given(st.text())
    def test_shout(text):
        assert shout(text) == shout(text)

    @given(st.text())
    def test_shout__bare(text):
        shout(text)
    """


@pytest.fixture
def place(tmp_path: Path) -> PropertyPlace:
    source = tmp_path / "code" / "code_under_test.py"
    source.parent.mkdir()
    source.write_text(dedent(CODE))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return PropertyPlace(sys.executable, str(source), (str(source.parent),), scratch)


def file_with(statements: str) -> str:
    return dedent(TESTS).replace("{statements}", statements)


def test_trials_tell_what_holds_and_with_what_example_the_others_fail(place):
    statements = hard_values([123456789, -5, "ab", "new-", "é"])
    texts = {"plain": file_with(""), "hard": harder(file_with(statements), statements)}
    names = ["test_round_trip", "test_rare", "test_leave", "test_wrong", "test_after_label", "test_positive"]
    found = property_trials(texts, names, place=place, seed=1, shrink=["test_wrong"])

    assert found["test_round_trip"].holds
    assert [t.examples for t in found["test_round_trip"].trials] == [300, EXAMPLES, EXAMPLES, EXAMPLES]
    rare = found["test_rare"].failure
    assert rare is not None
    assert (rare.seed, rare.outcome, rare.raised) == (HARD, "failed", "AssertionError")
    wrong = found["test_wrong"].failure
    assert wrong is not None
    assert wrong.example == "numbers=[0, 0, 0, 0]"
    left = found["test_leave"].failure
    assert left is not None
    assert left.outcome == "crashed"
    label = found["test_after_label"].failure
    assert label is not None
    assert label.seed == HARD  # no other run would have found "new-new-"
    assert found["test_positive"].holds


def test_the_same_seed_gives_the_same_example(place):
    statements = hard_values([])
    texts = {"plain": file_with(""), "hard": harder(file_with(statements), statements)}
    found = [property_trials(texts, ["test_wrong"], place=place, seed=5) for _ in range(2)]
    assert found[0] == found[1]


def test_tests_that_cannot_be_imported_are_missing(place):
    texts = {"plain": "import nowhere_at_all\n", "hard": "import nowhere_at_all\n"}
    failure = property_trials(texts, ["test_a"], place=place, seed=1)["test_a"].failure
    assert failure is not None
    assert failure.outcome == "missing"
    assert "nowhere_at_all" in failure.detail


def test_a_test_catches_what_its_twin_without_assertion_does_not(place):
    statements = hard_values([])
    twins = {name: f"{name}__bare" for name in ("test_round_trip", "test_shout")}
    texts = {"plain": file_with(""), "hard": harder(file_with(statements), statements)}
    held = property_trials(texts, list(twins), place=place, seed=1)
    leaving = "leave(text)\n"
    found = property_mutants(file_with(JUDGING).replace(leaving, "pass\n"), twins, held, place=place)

    round_trip, shout = found["test_round_trip"], found["test_shout"]
    assert round_trip.reached >= len(round_trip.catches) + len(round_trip.by_calling)
    assert round_trip.catches
    assert round_trip.holds
    assert shout.reached
    assert not shout.catches  # both sides of the comparison are wrong alike
