"""Holds how far exploring is: the budget, and for each target what is still to be tried."""

from __future__ import annotations

import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..recipes import Const
from ..scenario import Scenario
from .live_module import Callable_
from .suggesting import Batch, Suggestion

__all__ = ["Budget", "TargetState", "failure_text", "is_selected", "own_arcs"]

WAITING_SHARE = 0.25
"""Of the budget's seconds, which a callable may sleep; then it is not called again. All together may sleep as long as work."""


@dataclass(slots=True)
class Budget:
    """CPU seconds, or a number of executions when that is given; `spent` is a share, 1.0 = used up."""

    seconds: float
    executions: int | None
    started: float = field(default_factory=time.process_time)
    waited: float = 0.0
    """Wall seconds that calls slept: as many as the budget has are free, so that all ends within twice of it."""
    before: int = 0
    """Executions that it has nothing to do with."""

    def spent(self, executions: int) -> float:
        if self.executions is not None:
            return (executions - self.before) / max(1, self.executions)
        used = time.process_time() - self.started
        return max(used, (used + self.waited) / 2) / max(0.01, self.seconds)


@dataclass(slots=True)
class TargetState:
    """What the campaign knows of one callable: its own arcs, queued scenarios, operands its code compared with."""

    target: Callable_
    own_arcs: int
    queue: deque[Suggestion | Batch] = field(default_factory=deque)
    unread: deque[Scenario] = field(default_factory=deque)
    """Runs that took new ways, of which nobody has asked yet what their comparisons suggest; the best come first."""
    hot: deque[Suggestion | Batch] = field(default_factory=deque)
    """Those that may take an arc that was open when they were made."""
    operands: dict[Const, None] = field(default_factory=dict)
    runs: int = 0
    since_new: int = 0
    slow: int = 0
    waited: float = 0.0
    shape: int = 0
    good: int = 0
    drifts: bool = False
    """Its calls change globals of the package."""
    largest: int | None = None
    """Set after a number above it made a call too slow: such inputs are then not tried again."""

    def sleeps(self, budget: Budget) -> bool:
        """It has waited as long as it may; with executions for a budget, where no clock decides, it hardly ever ended."""
        if budget.executions is None:
            return self.waited > WAITING_SHARE * budget.seconds
        return self.slow > 5 and self.slow * 4 > self.good


def is_selected(qualname: str, only: frozenset[str]) -> bool:
    """It is asked for, or a part of what is; nothing asked for is everything."""
    return not only or any(qualname == o or qualname.startswith(o + ".") for o in only)


def own_arcs(arcs: list[Any], qualname: str) -> int:
    """The mask of all arcs in a function and below."""
    return sum(1 << (8 * a.number) for a in arcs if a.qualname == qualname or a.qualname.startswith(qualname + "."))


def failure_text(kind: str) -> str:
    """The end of the traceback of the exception that is being handled; its `kind` if that cannot be told."""
    try:
        return traceback.format_exc(limit=-4)
    except BaseException:
        return kind
