"""Finds what looks like a bug in what was observed of a module, and takes it out of what becomes tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from testwright.decide.known_code import KnownCode
from testwright.decide.suspicious import suspicion_of, suspicions
from testwright.explore.explore_module import Exploration, read_source
from testwright.inside.recipes import Name
from testwright.inside.scenario import Outcome, Raised, Sign
from testwright.nouns import Observation, Suspicion, Target
from testwright.nouns.suspicion import PINS
from testwright.propose.left_alone import left_alone
from testwright.propose.round_trips import round_trips
from testwright.python_source.read_module import read_module
from testwright.write.render_call import render_call

__all__ = ["Suspecting", "plain_suspicion"]


class Suspecting:
    """One module's: what to observe beside, what was found, and which observations only show it again."""

    def __init__(self, target: Target) -> None:
        source = read_source(target)
        model = read_module(source, module=target.module, path=target.source)
        self.code = KnownCode(model, source)
        self.found: list[Suspicion] = []

    def probes(self, exploration: Exploration) -> list[Observation]:
        """What is observed only to learn whether it is a bug."""
        seen, model = exploration.observations, self.code.model
        asked = [*exploration.suspects, *exploration.documented, *round_trips(model, seen), *left_alone(model, seen)]
        return [each for each in asked if each.scenario.target in self.code.functions]

    def judge(self, observed: Sequence[Observation]) -> None:
        """Fills `found`."""
        self.found = suspicions([*observed], self.code)

    def innocent(self, observed: Sequence[Observation]) -> list[Observation]:
        """Those whose tests would not hold a suspected bug for right."""
        confident = [s for s in self.found if s.confident]
        steps = {repr(s.scenario.steps) for s in confident}
        lines = {s.line for s in confident if s.slug == "internal-error"}
        return [o for o in observed if repr(o.scenario.steps) not in steps and not self._shows(o, lines)]

    def in_contract(self, observed: Sequence[Observation]) -> list[Observation]:
        """The innocent ones in which not both the call and its result are none that the annotations speak of."""
        return [o for o in self.innocent(observed) if not (o.outcome and any(map(_is_nonsense, o.outcome.signs)))]

    def _shows(self, observation: Observation, lines: set[int]) -> bool:
        signs = observation.outcome.signs if observation.outcome is not None else ()
        if any(sign.kind == "error" and sign.line in lines for sign in signs):
            return True
        suspicion = suspicion_of(observation, self.code)
        return suspicion is not None and suspicion.confident

    def pinned(self, observed: Sequence[Observation]) -> list[Observation]:
        """The suspected calls themselves, as far as a test can say what happens."""
        by_steps = {repr(o.scenario.steps): o for o in observed}
        made = [(s.slug, _as_test(by_steps[repr(s.scenario.steps)])) for s in self.found if s.confident]
        return [replace(o, scenario=replace(o.scenario, origin=PINS + slug)) for slug, o in made if o is not None]


def _is_nonsense(sign: Sign) -> bool:
    return sign.kind == "type" and bool(sign.outside)


def _as_test(observation: Observation) -> Observation | None:
    outcome = observation.outcome
    if outcome is None:
        return None
    sign: Sign | None = next((s for s in outcome.signs if s.kind == "error"), None)
    if sign is not None and outcome.raised is None:
        return replace(observation, outcome=Outcome(raised=Raised(Name("builtins", sign.what), None, False)))
    return None if outcome.broken else observation


def plain_suspicion(suspicion: Suspicion, target: Target) -> dict[str, Any]:
    """For reports."""
    return {
        "slug": suspicion.slug,
        "target": f"{target.module}:{suspicion.target}",
        "file": target.source,
        "line": suspicion.line,
        "call": render_call(suspicion.scenario, target.module),
        "expected": suspicion.expected,
        "happened": suspicion.happened,
        "confidence": suspicion.confidence,
        "confident": suspicion.confident,
    }
