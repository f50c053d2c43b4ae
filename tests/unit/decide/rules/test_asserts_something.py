from __future__ import annotations

from testwright.decide.rules.asserts_something import asserts_something
from testwright.nouns import Candidate, Evidence

CANDIDATE = Candidate("test_a", "f", ())


def test_content_with_one_assertion() -> None:
    assert asserts_something(CANDIDATE, Evidence("test_a", (), assertions=1)) is None


def test_objects_to_none() -> None:
    objection = asserts_something(CANDIDATE, Evidence("test_a", (), assertions=0))
    assert objection is not None
    assert objection.slug == "asserts-something"
