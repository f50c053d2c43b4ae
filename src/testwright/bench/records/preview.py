"""Shows conversations and evaluations as Markdown for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from testwright.bench.scoring import is_scored, score_eval
from testwright.nouns.evaluation import Evaluation

__all__ = ["preview", "shown_evaluation"]

_TITLES = {"systemmessage": "System Message", "usermessage": "User Message", "aimessage": "AI Message"}


def preview(shown: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """A message, or messages with a rule between them. What a terminal would obey is taken out: it is strangers' text.

    Source of the name and the form: `preview` of the Julia LLM Leaderboard (MIT).
    """
    messages = [shown] if isinstance(shown, Mapping) else list(shown)
    return "\n\n---\n\n".join(f"# {_title(each)}\n\n{_printable(str(each['content']))}" for each in messages)


def _title(message: Mapping[str, Any]) -> str:
    kind = str(message.get("_type", ""))
    return _TITLES.get(kind, _printable(kind) or "Message")


def shown_evaluation(evaluation: Evaluation) -> str:
    """What was asked of whom, what came of it, and each item that was run."""
    extra = evaluation.extra
    points = f"{score_eval(evaluation):.1f} points" if is_scored(evaluation) else "not scored"
    head = f"# {evaluation.name} · {evaluation.model} · {evaluation.prompt_label} · {evaluation.prompt_strategy}"
    facts = [
        f"{points}: parsed {evaluation.parsed}, executed {evaluation.executed}, "
        f"{_of(evaluation.unit_tests_passed, evaluation.unit_tests_count)} unit tests, "
        f"{_of(evaluation.examples_executed, evaluation.examples_count)} examples",
        *([f"outcome: {extra['outcome']}"] if extra.get("outcome") else []),
        *([str(extra["message"])] if extra.get("message") else []),
        *map(_item, extra.get("items", [])),
        f"{evaluation.timestamp}, {evaluation.elapsed_seconds or 0:.1f} s, {_cost(evaluation)}, {_tokens(evaluation)}",
    ]
    return "\n".join(map(_printable, [head, "", *facts]))


def _of(passed: int | None, count: int | None) -> str:
    return f"{'-' if passed is None else passed} of {'-' if count is None else count}"


def _item(item: Mapping[str, Any]) -> str:
    name = f"- {str(item['kind']).replace('_', ' ')} {item['number']}: {item['outcome']}, {item['milliseconds']:g} ms"
    more = [str(item[key]).strip() for key in ("message", "output") if item.get(key)]
    return "\n".join([name, *(f"  {line}" for text in more for line in text.splitlines())])


def _cost(evaluation: Evaluation) -> str:
    is_known = evaluation.cost is not None and evaluation.extra.get("cost_known", True)
    return f"${evaluation.cost:.5f}" if is_known else "cost n/a"


def _tokens(evaluation: Evaluation) -> str:
    asked, answered = evaluation.tokens or (0, 0)
    return f"{asked} + {answered} tokens"


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
