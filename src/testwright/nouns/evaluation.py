"""Holds what came of one answer to a definition: each item's outcome, and the record that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["UPSTREAM_FIELDS", "Conversation", "Evaluation", "Item", "Judged", "Outcome"]

Outcome = Literal[
    "passed",
    "failed",
    "vacuous",  # a unit test that asserted nothing
    "no_code",
    "parse_error",
    "exec_error",
    "timeout",
    "out_of_memory",
    "crashed",
    "forged",  # it wrote a result of its own
    "skipped",  # what it needs is not here: never counted as 0
    "infra_error",  # our side or the model's server failed: never counted as 0
]
Conversation = tuple[Mapping[str, Any], ...]
"""Messages as they are stored: `_type` (systemmessage, usermessage, aimessage), `content`, `variables`, and more."""

UPSTREAM_FIELDS = (
    "name",
    "parsed",
    "executed",
    "unit_tests_count",
    "examples_count",
    "unit_tests_passed",
    "examples_executed",
    "tokens",
    "elapsed_seconds",
    "cost",
    "model",
    "timestamp",
    "prompt_strategy",
    "prompt_label",
    "device",
    "version_prompt",
    "schema",
    "version_pt",
    "parameters",
    "experiment",
)
"""The twenty fields of a stored evaluation of the Julia LLM Leaderboard (MIT), in their usual order."""


@dataclass(frozen=True, slots=True)
class Item:
    """One example or unit test. `number` counts from 1 within its kind; `output` is the tail of what it printed."""

    kind: Literal["example", "unit_test"]
    number: int
    outcome: Outcome
    message: str = ""
    milliseconds: float = 0.0
    output: str = ""
    assertions: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What running an answer gave. `outcome` is "passed" only where every item of the definition passed.

    `extraction` names the rule that found the code; `message` says what went wrong with the answer as a whole;
    `evaluator` and `runtime` say which version of what ran it, `sandbox` how it was held.
    """

    outcome: Outcome
    parsed: bool = False
    executed: bool = False
    items: tuple[Item, ...] = ()
    extraction: str = ""
    code: str = ""
    message: str = ""
    evaluator: str = ""
    runtime: str = ""
    sandbox: str = ""

    def passed(self, kind: Literal["example", "unit_test"]) -> int:
        return sum(each.kind == kind and each.outcome == "passed" for each in self.items)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One stored evaluation: upstream's twenty fields, and ours in `extra` (which a reader of the twenty ignores).

    A field that the file does not have is None. `path` is the file it was read from, relative to the folder of records.
    `extra` holds: items, outcome, evaluator, definition_sha256, prompt_sha256, language, runtime, sandbox, limits, seed,
    attempt, sample, key, extraction, message, cost_known.
    """

    name: str
    parsed: bool | None
    executed: bool | None
    unit_tests_count: int | None
    examples_count: int | None
    unit_tests_passed: int | None
    examples_executed: int | None
    model: str
    timestamp: str = ""
    tokens: tuple[int, int] | None = None
    elapsed_seconds: float | None = None
    cost: float | None = None
    prompt_strategy: str = "1SHOT"
    prompt_label: str = ""
    device: str = "-"
    version_prompt: str | None = None
    schema: str | None = None
    version_pt: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    experiment: str | None = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
