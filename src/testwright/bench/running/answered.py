"""Makes records of answers: what was asked, what was answered, and what came of running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.bench.evaluating.submission import EvaluatorSettings
from testwright.bench.records.conversation_file import message
from testwright.llm.exchange import Message
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Conversation, Evaluation, Item, Judged
from testwright.version import VERSION

__all__ = ["About", "Answered", "as_conversation", "as_messages", "evaluation_of", "items_of"]

_KINDS: Mapping[str, str] = {"system": "systemmessage", "user": "usermessage", "assistant": "aimessage"}
_ROLES = {kind: role for role, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and what it took. `failure` says why there is none; `tokens` (asked, answered), None = not known."""

    conversation: Conversation
    text: str = ""
    tokens: tuple[int, int] | None = None
    seconds: float = 0.0
    cost: float | None = None
    failure: str = ""
    slug: str = ""

    def plus(self, earlier: Answered) -> Answered:
        """With what the rounds before it took."""
        tokens = (
            (self.tokens[0] + earlier.tokens[0], self.tokens[1] + earlier.tokens[1])
            if self.tokens is not None and earlier.tokens is not None
            else None
        )
        cost = None if self.cost is None or earlier.cost is None else self.cost + earlier.cost
        return Answered(
            self.conversation, self.text, tokens, self.seconds + earlier.seconds, cost, self.failure, self.slug
        )


def as_conversation(messages: tuple[Message, ...]) -> Conversation:
    return tuple(message(_KINDS[each.role], each.text) for each in messages)


def as_messages(conversation: Conversation) -> tuple[Message, ...]:
    return tuple(Message(_ROLES[each["_type"]], str(each["content"])) for each in conversation)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class About:
    """What a record says of how its answer was come by."""

    model: str
    label: str
    strategy: str
    key: str
    prompt_sha256: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sample: int = 0
    seed: int | None = None
    attempt: int = 1
    device: str = "-"
    experiment: str = ""
    schema: str = "testwright"


def evaluation_of(
    definition: Definition, answered: Answered, judged: Judged, about: About, settings: EvaluatorSettings
) -> Evaluation:
    """Without a timestamp. What was not run has no counts: a reader of the twenty fields leaves it out of its means."""
    ran = judged.outcome not in ("skipped", "infra_error")
    return Evaluation(
        name=definition.name,
        parsed=judged.parsed if ran else None,
        executed=judged.executed if ran else None,
        unit_tests_count=len(definition.unit_tests),
        examples_count=len(definition.examples),
        unit_tests_passed=judged.passed("unit_test") if ran else None,
        examples_executed=judged.passed("example") if ran else None,
        model=about.model,
        tokens=answered.tokens,
        elapsed_seconds=round(answered.seconds, 6),
        cost=answered.cost,
        prompt_strategy=about.strategy,
        prompt_label=about.label,
        device=about.device,
        version_prompt=definition.version,
        schema=about.schema,
        version_pt=f"testwright {VERSION}",
        parameters=dict(about.parameters),
        experiment=about.experiment,
        extra=_extra(definition, answered, judged, about, settings),
    )


def _extra(
    definition: Definition, answered: Answered, judged: Judged, about: About, settings: EvaluatorSettings
) -> dict[str, Any]:
    timeout = definition.timeout_s if settings.timeout_s is None else settings.timeout_s
    return {
        "outcome": judged.outcome,
        "message": answered.failure or judged.message,
        "slug": answered.slug,
        "items": [_plain(each) for each in judged.items],
        "extraction": judged.extraction,
        "evaluator": judged.evaluator,
        "runtime": judged.runtime,
        "sandbox": judged.sandbox,
        "limits": {"timeout_s": timeout, "memory_mb": definition.memory_mb},
        "language": definition.language,
        "definition_sha256": definition.sha256,
        "prompt_sha256": about.prompt_sha256,
        "sample": about.sample,
        "seed": about.seed,
        "attempt": about.attempt,
        "key": about.key,
    }


def _plain(item: Item) -> dict[str, Any]:
    known = {"kind": item.kind, "number": item.number, "outcome": item.outcome}
    more = {"message": item.message, "output": item.output, "assertions": item.assertions}
    return {
        **known,
        "milliseconds": round(item.milliseconds, 1),
        **{key: value for key, value in more.items() if value},
    }


def items_of(evaluation: Evaluation) -> tuple[Item, ...]:
    """As they were when it was recorded; none in records of upstream."""
    return tuple(Item(**each) for each in evaluation.extra.get("items", []))
