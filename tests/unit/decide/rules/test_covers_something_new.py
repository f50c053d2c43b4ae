from __future__ import annotations

from testwright.decide.rules.covers_something_new import covers_something_new
from testwright.nouns import Candidate, Evidence

CANDIDATE = Candidate("test_a", "f", ())


def test_content_with_a_new_line_or_a_new_branch() -> None:
    assert covers_something_new(CANDIDATE, Evidence("test_a", (), new_lines=frozenset({3}))) is None
    assert covers_something_new(CANDIDATE, Evidence("test_a", (), new_arcs=frozenset({(3, 4)}))) is None


def test_content_with_a_bug_that_nothing_caught() -> None:
    assert covers_something_new(CANDIDATE, Evidence("test_a", (), new_caught=frozenset({7}))) is None
    caught_before = Evidence("test_a", (), caught=frozenset({7}), lines=frozenset({3}))
    assert covers_something_new(CANDIDATE, caught_before) is not None


def test_objects_to_what_is_reached_already() -> None:
    objection = covers_something_new(CANDIDATE, Evidence("test_a", (), lines=frozenset({3, 4})))
    assert objection is not None
    assert objection.slug == "covers-something-new"
    assert objection.reason == "the 2 lines that it runs and their branches are all reached without it"


def test_objects_to_a_test_of_something_else() -> None:
    objection = covers_something_new(CANDIDATE, Evidence("test_a", ()))
    assert objection is not None
    assert objection.reason == "it runs no line of the module"
