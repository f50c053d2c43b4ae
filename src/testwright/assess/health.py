"""Sums up in one number from 0 to 100 how well a project is tested, from what was measured of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from testwright.assess.scores import CRAP_LIMIT
from testwright.errors import UsageError
from testwright.nouns import FunctionCoverage

__all__ = ["WEIGHTS", "Health", "HealthPart", "health", "simple_share"]

WEIGHTS: Mapping[str, float] = {
    "coverage": 0.30,
    "complexity": 0.20,
    "diff coverage": 0.15,
    "strength": 0.20,
    "stability": 0.15,
}
"""coverage: lines and branches; complexity: `simple_share`; diff coverage: lines and branches that changed; strength: of
assertions, or the mutation score; stability: tests that neither fail nor flake nor are skipped. Weights are our own."""


@dataclass(frozen=True, slots=True)
class HealthPart:
    """`value` is 0 to 100, None if it was not measured; `share` is its weight among the measured parts, 0 to 1."""

    name: str
    weight: float
    value: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Health:
    """`score` is 0 to 100, None if no part was measured; `formula` is how it came about, in figures."""

    score: float | None
    parts: tuple[HealthPart, ...]
    formula: str

    @property
    def unmeasured(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if part.value is None)


def health(parts: Mapping[str, float | None]) -> Health:
    """The mean of the measured parts, weighted by WEIGHTS; `parts` are values from 0 to 100 by the names there.

    A part that is None or not named is left out, which is not the same as 0. Raises UsageError `bad-value` for a name
    that is none of them and for a value out of range.
    """
    for name, value in parts.items():
        _check(name, value)
    measured = {name: value for name in WEIGHTS if (value := parts.get(name)) is not None}
    whole = sum(WEIGHTS[name] for name in measured)
    shares = {name: WEIGHTS[name] / whole if name in measured else 0.0 for name in WEIGHTS}
    # A sum of floats may end a little above what it is made of.
    score = min(100.0, sum(shares[name] * value for name, value in measured.items())) if measured else None
    found = tuple(HealthPart(name, weight, measured.get(name), shares[name]) for name, weight in WEIGHTS.items())
    return Health(score, found, _formula(score, found))


def simple_share(functions: Iterable[FunctionCoverage], limit: float = CRAP_LIMIT) -> float | None:
    """Percent of all complexity that lies in functions with a CRAP of at most `limit`; None if there are no functions.

    Functions without a statement that counts (`# pragma: no cover`) are left out.
    """
    counted = [function for function in functions if function.statements]
    whole = sum(function.complexity for function in counted)
    fine = sum(function.complexity for function in counted if function.crap <= limit)
    return 100.0 * fine / whole if whole else None


def _check(name: str, value: float | None) -> None:
    if name not in WEIGHTS:
        problem, hint = f"{name!r} is no part of health", f"name one of {', '.join(WEIGHTS)}"
    elif value is not None and not 0 <= value <= 100:
        problem, hint = f"{name} = {value!r} is not from 0 to 100", "give a percentage, or None if it was not measured"
    else:
        return
    raise UsageError(problem, slug="bad-value", hint=hint)


def _formula(score: float | None, parts: Iterable[HealthPart]) -> str:
    """ "(0.30 · 80.0 coverage + …) / 0.50 = 82.0; not measured: strength"."""
    measured = [part for part in parts if part.value is not None]
    left_out = [part.name for part in parts if part.value is None]
    ending = f"; not measured: {', '.join(left_out)}" if left_out else ""
    if score is None:
        return f"nothing of it was measured: {', '.join(left_out)}"
    terms = " + ".join(f"{part.weight:.2f} · {part.value:.1f} {part.name}" for part in measured)
    return f"({terms}) / {sum(part.weight for part in measured):.2f} = {score:.1f}{ending}"
