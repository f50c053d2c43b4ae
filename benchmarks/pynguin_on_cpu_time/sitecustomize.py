"""Makes Pynguin's time limits processor time and reports its executions; put on PYTHONPATH of its processes only."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pynguin.assertion import assertiongenerator
from pynguin.ga import stoppingcondition
from pynguin.utils.statistics import stats
from pynguin.utils.statistics.runtimevariable import RuntimeVariable

REPORT = Path(os.environ["PYNGUIN_EXECUTIONS"])
executed = 0
started = 0


def cpu_ns() -> int:
    """Of this process and the children that it has waited for."""
    return int(sum(os.times()[:4]) * 1e9)


def begin(self: Any, start_time_ns: int) -> None:
    global started
    self._start_time = started = cpu_ns()


def finish(self: Any) -> None:
    seconds = (cpu_ns() - started) / 1e9
    REPORT.write_text(json.dumps({"executions": executed, "seconds": seconds}), encoding="utf-8")


def track(variable: RuntimeVariable, value: Any) -> None:
    global executed
    if variable is RuntimeVariable.Executed:
        executed = int(value)
    original_track(variable, value)


original_track = stats.track_output_variable
stats.track_output_variable = track
limit = stoppingcondition.MaxSearchTimeStoppingCondition
limit.before_search_start = begin
limit.after_search_finish = finish
stoppingcondition.time = SimpleNamespace(time_ns=cpu_ns)
assertiongenerator.time = SimpleNamespace(monotonic=time.process_time)
