"""One candidate that spoils a test file is found by halving; the others stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from testwright.nouns import Candidate
from testwright.workflows.importable import MOST_TRIES, importable

CANDIDATES = [Candidate(f"test_{number}", "f", ()) for number in range(21)]


def without(*bad: int) -> Callable[[Sequence[Candidate]], bool]:
    return lambda part: not any(candidate is CANDIDATES[number] for number in bad for candidate in part)


def test_those_that_spoil_the_file_are_found_and_all_others_kept_in_order() -> None:
    kept, spoiling = importable(CANDIDATES, without(4, 20))
    assert spoiling == [CANDIDATES[4], CANDIDATES[20]]
    assert kept == [c for n, c in enumerate(CANDIDATES) if n not in (4, 20)]


def test_halving_ends_though_nothing_can_be_imported() -> None:
    tried = []

    def never(part: Sequence[Candidate]) -> bool:
        tried.append(part)
        return False

    kept, spoiling = importable([CANDIDATES[0]] * 500, never)
    assert kept == []
    assert len(tried) <= MOST_TRIES + 10
    assert len(spoiling) == 500
