"""Reads answers that were made elsewhere, and records what comes of running them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.bench.evaluating.answers import evaluate_answers
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.bench.records.conversation_file import answer_of, message
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.answered import About, Answered, evaluation_of
from testwright.bench.running.planning import ONE_SHOT, sha256_of
from testwright.errors import UsageError
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Conversation, Evaluation, Judged

__all__ = ["GivenAnswer", "evaluate_given", "read_answers"]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "model": (str,),
    "answer": (str,),
    "messages": (list,),
    "language": (str,),
    "prompt_label": (str,),
    "prompt_strategy": (str,),
    "parameters": (dict,),
    "tokens": (list,),
    "elapsed_seconds": (int, float),
    "cost": (int, float),
    "device": (str,),
    "experiment": (str,),
    "sample": (int,),
}
_ROLES = {"system": "systemmessage", "user": "usermessage", "assistant": "aimessage"}
_BATCH = 256


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A line: the answer to a definition, and what the line says of how it was made."""

    definition: Definition
    conversation: Conversation
    facts: Mapping[str, Any]
    key: str

    @property
    def text(self) -> str:
        return answer_of(self.conversation)

    def answered(self) -> Answered:
        tokens = self.facts.get("tokens")
        return Answered(
            self.conversation,
            self.text,
            (int(tokens[0]), int(tokens[1])) if tokens else None,
            float(self.facts.get("elapsed_seconds", 0.0)),
            self.facts.get("cost"),
        )

    def about(self) -> About:
        facts = self.facts
        return About(
            model=facts["model"],
            label=facts.get("prompt_label", "AsIs"),
            strategy=facts.get("prompt_strategy", ONE_SHOT),
            key=self.key,
            parameters=facts.get("parameters", {}),
            sample=facts.get("sample", 0),
            device=facts.get("device", "-"),
            experiment=facts.get("experiment", ""),
        )


def read_answers(path: str, definitions: Sequence[Definition]) -> list[GivenAnswer]:
    """A JSON object a line: `name`, `model`, and `answer` or `messages`. UsageError with all bad lines.

    The same answer given twice is two samples, of which each is known again by its number.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(path, [str(error)]) from error
    problems: list[str] = []
    found: list[GivenAnswer] = []
    seen: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if line.strip():
            _take(line, f"line {number}", definitions, found, seen, problems)
    if not found and not problems:
        problems.append("there is no answer in it")
    if problems:
        raise _invalid(path, problems)
    return found


def _take(
    line: str,
    where: str,
    definitions: Sequence[Definition],
    found: list[GivenAnswer],
    seen: Counter[str],
    problems: list[str],
) -> None:
    try:
        plain = json.loads(line)
    except ValueError as error:
        problems.append(f"{where} is no JSON: {error}")
        return
    wrong = _wrong(plain)
    if wrong:
        problems.append(f"{where}: {wrong}")
        return
    named = [each for each in definitions if plain["name"] == each.name]
    fitting = [each for each in named if plain.get("language", each.language) == each.language]
    if len(fitting) != 1:
        why = "there is no such definition" if not fitting else "there are several; say its `language`"
        problems.append(f"{where}: {plain['name']!r}: {why}")
        return
    facts = {key: value for key, value in plain.items() if key not in ("answer", "messages")}
    content = sha256_of([fitting[0].sha256, plain])
    seen[content] += 1
    found.append(GivenAnswer(fitting[0], _conversation(plain), facts, sha256_of([content, seen[content]])))


def _wrong(plain: Any) -> str:
    if not isinstance(plain, dict):
        return "it is no JSON object"
    for key, value in plain.items():
        if key not in _TYPES:
            return f"unknown key {key!r}, expected {', '.join(_TYPES)}"
        if not isinstance(value, _TYPES[key]) or isinstance(value, bool):
            return f"{key} is {value!r}"
    for key in ("name", "model"):
        if not plain.get(key):
            return f"it has no {key!r}"
    if ("answer" in plain) == ("messages" in plain):
        return "it needs either 'answer' or 'messages'"
    return _wrong_parts(plain)


def _wrong_parts(plain: Mapping[str, Any]) -> str:
    for each in plain.get("messages", []):
        if not isinstance(each, dict) or each.get("role") not in _ROLES or not isinstance(each.get("content"), str):
            return f"a message is {each!r}, expected role (system, user, assistant) and content"
    tokens = plain.get("tokens")
    if tokens is not None and (len(tokens) != 2 or not all(type(each) is int for each in tokens)):
        return f"tokens is {tokens!r}, expected those of the question and of the answer"
    return ""


def _conversation(plain: Mapping[str, Any]) -> Conversation:
    if "answer" in plain:
        return (message("aimessage", plain["answer"]),)
    return tuple(message(_ROLES[each["role"]], each["content"]) for each in plain["messages"])


def evaluate_given(
    answers: Sequence[GivenAnswer],
    store: RecordStore,
    settings: EvaluatorSettings,
    told: Callable[[str], None],
) -> list[Evaluation]:
    """Run those that the store does not have, and record what came of each."""
    left = [each for each in answers if each.key not in store.known]
    written: list[Evaluation] = []
    for start in range(0, len(left), _BATCH):
        batch = left[start : start + _BATCH]

        def record(index: int, judged: Judged, batch: Sequence[GivenAnswer] = batch) -> None:
            given = batch[index]
            evaluation = evaluation_of(given.definition, given.answered(), judged, given.about(), settings)
            written.append(store.add(evaluation, given.conversation))
            told(f"{len(written)} of {len(left)} answers evaluated")

        evaluate_answers([Submission(each.definition, each.text) for each in batch], settings, told=record)
    return written


def _invalid(path: str, problems: list[str]) -> UsageError:
    shown = problems[:20] + ([f"and {len(problems) - 20} more"] if len(problems) > 20 else [])
    return UsageError(
        f"the answers in {path!r} cannot be used:\n" + "\n".join(f"  {each}" for each in shown),
        slug="answers-invalid",
        where=path,
        hint='write one object a line, such as {"name": "join_names", "model": "mine", "answer": "def join_names..."}',
    )
