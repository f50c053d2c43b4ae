from __future__ import annotations

import pytest

from testwright.execute.conditions import stages


def test_five_runs_vary_seed_and_order_and_end_alone() -> None:
    words = [[condition.words for condition in stage] for stage in stages(5)]
    assert words == [
        ["hash seed 0, in order"],
        ["hash seed 1, reversed, elsewhere", "hash seed 999, shuffled, elsewhere"],
        ["hash seed 0, in order, traced", "hash seed 1, each alone"],
    ]


@pytest.mark.parametrize("runs", range(1, 12))
def test_there_are_as_many_as_asked_for_and_one_is_traced(runs: int) -> None:
    planned = [condition for stage in stages(runs) for condition in stage]
    assert len(planned) == len(set(planned)) == runs
    assert sum(condition.trace for condition in planned) == 1


def test_no_run_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        stages(0)
