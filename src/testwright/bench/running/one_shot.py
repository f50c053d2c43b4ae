"""Evaluates one conversation: runs the code of its last answer against the definition."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from testwright.bench.evaluating.answers import evaluate_answers
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.bench.records.conversation_file import answer_of
from testwright.bench.running.answered import About, Answered, evaluation_of
from testwright.bench.running.planning import ONE_SHOT
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Conversation, Evaluation, Judged

__all__ = ["evaluate_1shot"]


def evaluate_1shot(
    conversation: Conversation | str,
    definition: Definition,
    *,
    model: str = "",
    prompt_label: str = "AsIs",
    prompt_strategy: str = ONE_SHOT,
    parameters: Mapping[str, Any] | None = None,
    evaluator: EvaluatorSettings | None = None,
) -> Evaluation:
    """The evaluation, without a timestamp and not stored; `extra` has its items. A text stands for an answer alone.

    Source of the name: `evaluate_1shot` of the Julia LLM Leaderboard (MIT).
    """
    settings = evaluator or EvaluatorSettings(sys.executable)
    answer = conversation if isinstance(conversation, str) else answer_of(conversation)
    found: list[Judged] = []
    evaluate_answers([Submission(definition, answer)], settings, told=lambda index, judged: found.append(judged))
    about = About(model, prompt_label, prompt_strategy, "", parameters=parameters or {})
    return evaluation_of(definition, Answered((), answer), found[0], about, settings)
