"""Holds what asking a model brought for one module, beside what the engine had reached alone, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from testwright.llm.exchange import ModelReply

__all__ = ["Balance", "Standing", "summed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What tests reach and catch: `percent` in coverage.py's way, branches included."""

    kept: int = 0
    percent: float = 0.0
    lines: int = 0
    branches: int = 0
    mutants: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Balance:
    """Tokens and cost are None where the backend, or the price list, does not say. `seconds` are those of the answers,
    `proving` those of proving what they held.
    """

    model: str
    before: Standing = field(default_factory=Standing)
    after: Standing = field(default_factory=Standing)
    questions: int = 0
    from_cache: int = 0
    tokens: int | None = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    proving: float = 0.0

    def count(self, reply: ModelReply) -> None:
        self.questions += 1
        self.from_cache += reply.cached
        self.seconds += reply.seconds
        known = (reply.usage.prompt_tokens, reply.usage.reply_tokens)
        self.tokens = None if self.tokens is None or None in known else self.tokens + sum(n for n in known if n)
        self.cost = None if self.cost is None or reply.cost is None else self.cost + reply.cost

    @property
    def kept(self) -> int:
        return max(0, self.after.kept - self.before.kept)

    @property
    def branches(self) -> int:
        return max(0, self.after.branches - self.before.branches)

    @property
    def mutants(self) -> int:
        return max(0, self.after.mutants - self.before.mutants)

    def to_plain(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "questions": self.questions,
            "from_cache": self.from_cache,
            "tokens": self.tokens,
            "cost": self.cost,
            "seconds": round(self.seconds, 2),
            "proving_seconds": round(self.proving, 2),
            "gained": {"tests": self.kept, "branches": self.branches, "mutants": self.mutants},
            "per_1000_tokens": self._rates(self.tokens / 1000 if self.tokens else None),
            "per_second": self._rates(self.seconds + self.proving),
            "engine": _plain(self.before),
            "engine_and_model": _plain(self.after),
        }

    def _rates(self, spent: float | None) -> dict[str, float | None]:
        """None where nothing was spent, or nobody knows how much."""
        gained = {"tests": self.kept, "branches": self.branches, "mutants": self.mutants}
        return {name: round(number / spent, 3) if spent else None for name, number in gained.items()}


def _plain(standing: Standing) -> dict[str, Any]:
    return {
        "tests": standing.kept,
        "percent": round(standing.percent, 1),
        "lines": standing.lines,
        "branches": standing.branches,
        "mutants": standing.mutants,
        "seconds": round(standing.seconds, 2),
        "tests_per_second": round(standing.kept / standing.seconds, 3) if standing.seconds else None,
    }


def summed(plain: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What several modules' balances, as `to_plain` gives them, come to."""
    told = [each for each in plain if each]
    total: dict[str, Any] = {"questions": sum(each["questions"] for each in told)}
    for name in ("tokens", "cost"):
        known = [each[name] for each in told]
        total[name] = None if None in known else sum(known)
    total["seconds"] = round(sum(each["seconds"] + each["proving_seconds"] for each in told), 2)
    for name in ("tests", "branches", "mutants"):
        total[name] = sum(each["gained"][name] for each in told)
    return total
