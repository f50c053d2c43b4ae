"""Asks a model one question after the other, and keeps account of what it said, what it cost and what it did not say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from testwright.errors import ModelError
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Told
from testwright.nouns import WrittenCandidate
from testwright.propose.from_model.repair import written_candidates
from testwright.propose.from_model.reply_reading import read_reply
from testwright.propose.from_model.target_facts import TargetFacts

__all__ = ["Account", "Answer", "RejectedReply", "WrittenReplies", "ask_all", "read_answers"]

_FAILURES_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question; without a reply, `slug` and `reason` say why."""

    function: str
    reply: ModelReply | None = None
    slug: str = ""
    reason: str = ""


@dataclass(slots=True)
class Account:
    """Of some answers; a figure that any of them lacks is None, never 0."""

    calls: int = 0
    cached: int = 0
    failed: int = 0
    prompt_tokens: int | None = 0
    reply_tokens: int | None = 0
    seconds: float = 0.0
    cost: float | None = 0.0

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Account:
        account = cls()
        for answer in answers:
            account._take(answer.reply)
        return account

    def _take(self, reply: ModelReply | None) -> None:
        if reply is None:
            self.failed += 1
            return
        self.calls += 1
        self.cached += reply.cached
        self.seconds += reply.seconds
        self.prompt_tokens = _sum(self.prompt_tokens, reply.usage.prompt_tokens)
        self.reply_tokens = _sum(self.reply_tokens, reply.usage.reply_tokens)
        self.cost = _sum(self.cost, reply.cost)

    def plus(self, other: Account) -> Account:
        return Account(
            self.calls + other.calls,
            self.cached + other.cached,
            self.failed + other.failed,
            _sum(self.prompt_tokens, other.prompt_tokens),
            _sum(self.reply_tokens, other.reply_tokens),
            self.seconds + other.seconds,
            _sum(self.cost, other.cost),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "cached": self.cached,
            "failed": self.failed,
            "prompt_tokens": self.prompt_tokens,
            "reply_tokens": self.reply_tokens,
            "seconds": round(self.seconds, 3),
            "cost": self.cost,
        }


def _sum(so_far: Any, more: Any) -> Any:
    return None if so_far is None or more is None else so_far + more


def ask_all(
    client: ModelClient,
    questions: Sequence[tuple[str, ModelRequest]],
    *,
    stop: Callable[[], bool],
    told: Told | None = None,
    notice: Callable[[str], None],
) -> list[Answer]:
    """An answer for each (function, request). After some failures in a row the rest is not asked: the model is gone, or
    may not be asked any more.
    """
    answers: list[Answer] = []
    failures: list[Answer] = []
    for function, request in questions:
        if stop():
            answers.append(Answer(function, slug="interrupted", reason="the run was interrupted before it was asked"))
        elif len(failures) == _FAILURES_IN_A_ROW:
            answers.append(Answer(function, slug=failures[-1].slug, reason=f"not asked: {failures[-1].reason}"))
        else:
            notice(f"asking about {function}")
            answers.append(_asked(client, function, request, told))
            failures = [*failures, answers[-1]] if answers[-1].reply is None else []
    return answers


def _asked(client: ModelClient, function: str, request: ModelRequest, told: Told | None) -> Answer:
    try:
        return Answer(function, client.complete(request, told=told))
    except ModelError as error:
        return Answer(function, slug=error.slug, reason=error.message)


@dataclass(frozen=True, slots=True)
class RejectedReply:
    """What did not get as far as being run: a whole reply (without `test`), or one test of it."""

    function: str
    slug: str
    reason: str
    test: str = ""

    def to_plain(self) -> dict[str, str]:
        return {"function": self.function, "test": self.test, "slug": self.slug, "reason": self.reason}


@dataclass(slots=True)
class WrittenReplies:
    """The tests of some replies, not yet run, and what of them is not worth running."""

    candidates: list[WrittenCandidate] = field(default_factory=list)
    rejected: list[RejectedReply] = field(default_factory=list)


def read_answers(answers: Iterable[Answer], facts: TargetFacts) -> WrittenReplies:
    """Each reply for itself: one that cannot be read takes no other with it."""
    found = WrittenReplies()
    for answer in answers:
        if answer.reply is None:
            found.rejected.append(RejectedReply(answer.function, answer.slug, answer.reason))
            continue
        read = read_reply(answer.reply.text, answer.reply.finish)
        found.rejected += [RejectedReply(answer.function, slug, why, test) for test, slug, why in read.lost]
        if not read.code:
            if not read.lost:
                found.rejected.append(RejectedReply(answer.function, read.slug, read.reason))
            continue
        repaired = written_candidates(read.code, answer.function, facts)
        found.candidates += repaired.candidates
        found.rejected += [RejectedReply(answer.function, slug, why, test) for test, slug, why in repaired.rejected]
    return found
