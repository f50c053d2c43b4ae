"""What `mutate` says beside its table: nothing that it could not judge goes unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from testwright.cli.mutate_command import _show_remarks, exit_code
from testwright.nouns import Mutant, MutantVerdict
from testwright.workflows.mutate_suite import MutationResult


def result(*outcomes: str) -> MutationResult:
    verdicts = [
        MutantVerdict(Mutant(n, "return", "f.py", "f", (1, 0, 1, 1), "None", n), outcome)
        for n, outcome in enumerate(outcomes, 1)
    ]
    return MutationResult(Path.cwd(), verdicts)


def test_mutants_that_were_not_judged_are_told_and_not_scored(capsys: pytest.CaptureFixture[str]) -> None:
    made = result("killed", "survived", "unjudged")
    _show_remarks(made, None, None)
    assert "note: 1 mutants could not be judged" in capsys.readouterr().err
    assert made.score == 50.0
    assert exit_code(made, 60) == 1
