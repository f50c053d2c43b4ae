"""Decides which observations look like bugs: the first rule that suspects one names it, the surest come first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from testwright.decide.known_code import KnownCode
from testwright.decide.suspicions.broken_round_trip import broken_round_trip
from testwright.decide.suspicions.changed_argument import changed_argument
from testwright.decide.suspicions.contradicted_annotation import contradicted_annotation
from testwright.decide.suspicions.contradicted_docstring import contradicted_docstring
from testwright.decide.suspicions.contradicted_example import contradicted_example
from testwright.decide.suspicions.differs_between_runs import differs_between_runs
from testwright.decide.suspicions.hang import hang
from testwright.decide.suspicions.internal_error import internal_error
from testwright.inside.recipes import size
from testwright.nouns import Observation, Suspicion

__all__ = ["SUSPICIONS", "suspicion_of", "suspicions"]

Suspecting: TypeAlias = Callable[[Observation, KnownCode], Suspicion | None]

SUSPICIONS: Final[tuple[Suspecting, ...]] = (
    contradicted_example,
    internal_error,
    contradicted_annotation,
    broken_round_trip,
    changed_argument,
    hang,
    differs_between_runs,
    contradicted_docstring,
)


def suspicion_of(observation: Observation, code: KnownCode) -> Suspicion | None:
    """The first suspicion that some rule has."""
    found = (rule(observation, code) for rule in SUSPICIONS)
    return next((suspicion for suspicion in found if suspicion is not None), None)


def suspicions(observations: Iterable[Observation], code: KnownCode) -> list[Suspicion]:
    """One for each place in the code and kind, with the shortest call that shows it; the surest first."""
    found = [s for o in observations if (s := suspicion_of(o, code)) is not None]
    best: dict[tuple[str, int, str], Suspicion] = {}
    for suspicion in sorted(found, key=lambda s: (-s.confidence, _length(s))):
        best.setdefault(_place(suspicion), suspicion)
    return sorted(best.values(), key=lambda s: (-s.confidence, s.line))


def _place(suspicion: Suspicion) -> tuple[str, int, str]:
    """A name that is missing is missing everywhere."""
    kind = suspicion.happened.partition(":")[0]
    if kind == "NameError":
        return suspicion.slug, 0, suspicion.happened
    return suspicion.slug, suspicion.line, kind if suspicion.slug == "internal-error" else ""


def _length(suspicion: Suspicion) -> int:
    steps = suspicion.scenario.steps
    return 10 * len(steps) + sum(size(step.recipe) for step in steps)
