from __future__ import annotations

from testwright.decide.rules.stays_inside import stays_inside
from testwright.nouns import Candidate, Evidence, RunResult

CANDIDATE = Candidate("test_a", "f", ())


def test_content_with_a_test_that_touched_nothing() -> None:
    assert stays_inside(CANDIDATE, Evidence("test_a", (RunResult("hash seed 0", "passed"),))) is None


def test_objects_to_what_was_touched_even_if_it_passed() -> None:
    evidence = Evidence("test_a", (RunResult("hash seed 0", "passed"),), touched=("open /etc/x", "socket.connect -"))
    objection = stays_inside(CANDIDATE, evidence)
    assert objection is not None
    assert objection.slug == "stays-inside"
    assert objection.reason == "it reached outside: open /etc/x and 1 more"


def test_objects_to_an_escape() -> None:
    evidence = Evidence("test_a", (RunResult("hash seed 0", "escaped", "subprocess.Popen ls"),))
    objection = stays_inside(CANDIDATE, evidence)
    assert objection is not None
    assert objection.reason == "it reached outside: subprocess.Popen ls"
