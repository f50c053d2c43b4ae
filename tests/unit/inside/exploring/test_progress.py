"""A budget is spent by work, and by waiting; nothing of it is spent on what cannot be called."""

from __future__ import annotations

import time

from testwright.inside.exploring.progress import Budget


def test_calls_may_sleep_as_long_as_they_may_work():
    budget = Budget(seconds=100.0, executions=None)
    budget.waited = 50.0
    assert 0.25 <= budget.spent(0) < 0.3
    budget.waited = 200.0
    assert budget.spent(0) >= 1.0


def test_work_alone_is_counted_whole():
    budget = Budget(seconds=100.0, executions=None, started=time.process_time() - 60.0)
    assert 0.6 <= budget.spent(0) < 0.65


def test_with_executions_for_a_budget_no_clock_decides():
    budget = Budget(seconds=1.0, executions=10, started=time.process_time() - 60.0, waited=60.0)
    assert budget.spent(5) == 0.5
