"""Keeps what worked, to be offered again: results by class, arguments by parameter name."""

from __future__ import annotations

from ..providers.maker import Maker
from ..recipes import Variable, walk
from ..scenario import Scenario
from .executor import Run
from .live_module import Callable_
from .mutation import call_of

__all__ = ["learn"]


def learn(maker: Maker, scenario: Scenario, run: Run, target: Callable_) -> None:
    """From a run that went as the module means it, even if that was an exception."""
    if not maker.has("learning") or not run.keepable:
        return
    if run.error is None:
        maker.learn_result(scenario, run.value)
    found = call_of(scenario, target)
    for parameter, recipe in zip(target.parameters, found[1].args if found else (), strict=False):
        if parameter.name not in ("self", "cls") and not any(isinstance(n, Variable) for n in walk(recipe)):
            maker.learn_argument(parameter.name, recipe)
