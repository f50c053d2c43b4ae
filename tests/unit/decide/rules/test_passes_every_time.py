from __future__ import annotations

import pytest

from testwright.decide.rules.passes_every_time import passes_every_time
from testwright.nouns import Candidate, Evidence, RunResult

CANDIDATE = Candidate("test_a", "f", ())
PASSED = RunResult("hash seed 0, in order", "passed")


def test_content_with_a_test_that_always_passed() -> None:
    assert passes_every_time(CANDIDATE, Evidence("test_a", (PASSED, PASSED))) is None


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("failed", "failed under hash seed 1, reversed: assert 1 == 2; it passed in 1 of 2 runs"),
        ("skipped", "was skipped under hash seed 1, reversed: assert 1 == 2; it passed in 1 of 2 runs"),
        ("xfailed", "failed as it was marked to under"),
        ("xpassed", "passed though it was marked to fail under"),
        ("crashed", "ended the process under"),
        ("timeout", "did not end in time under"),
        ("missing", "gave no result under"),
        ("error", "had an error under"),
    ],
)
def test_objects_to_everything_else(outcome: str, words: str) -> None:
    fallen = RunResult("hash seed 1, reversed", outcome, "assert 1 == 2")
    objection = passes_every_time(CANDIDATE, Evidence("test_a", (PASSED, fallen)))
    assert objection is not None
    assert objection.slug == "passes-every-time"
    assert objection.reason.startswith(words)


def test_objects_to_a_test_that_was_never_run() -> None:
    objection = passes_every_time(CANDIDATE, Evidence("test_a", ()))
    assert objection is not None
    assert objection.reason == "it was not run"
