"""Suspects a small call that the code promises to serve and that does not come to an end."""

from __future__ import annotations

import re

from testwright.decide.known_code import KnownCode
from testwright.nouns import Observation, Suspicion

__all__ = ["hang"]

_MEANT = re.compile(
    r"(?:^|_)(?:run|serve|loop|forever|main|wait|poll|watch|listen|work|worker|start|cycle|repeat)(?:_|$)"
)


def hang(observation: Observation, code: KnownCode) -> Suspicion | None:
    """Seen while exploring, and again for longer in fresh processes."""
    outcome, target = observation.outcome, observation.scenario.target
    if observation.raised != "TimeLimit" or outcome is None or outcome.broken != "too slow":
        return None
    if not code.is_served(target) or code.runs_for_ever(target) or _MEANT.search(target.rpartition(".")[2].lower()):
        return None
    function = code.functions[target]
    if function.is_generator or function.is_async:
        return None
    return Suspicion("hang", target, observation.scenario, "an end", "it does not end within 5 s", function.line, 0.7)
