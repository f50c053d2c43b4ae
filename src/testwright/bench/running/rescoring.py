"""Evaluates stored conversations again with today's evaluator, and says what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from testwright.bench.evaluating.answers import evaluate_answers
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.bench.records.conversation_file import answer_of, load_conversation_from_eval
from testwright.bench.records.loading import load_evals
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.answered import About, Answered, evaluation_of
from testwright.bench.running.planning import sha256_of
from testwright.bench.scoring import score_eval
from testwright.errors import UsageError
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Conversation, Evaluation, Judged

__all__ = ["NUMBERS", "Rescored", "Rescoring", "rescore"]

NUMBERS = ("parsed", "executed", "unit_tests_passed", "examples_executed")
"""The four that a score is made of."""
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Rescored:
    """A stored evaluation, and what comes out today."""

    before: Evaluation
    after: Evaluation

    @property
    def changed(self) -> list[str]:
        return [each for each in NUMBERS if getattr(self.before, each) != getattr(self.after, each)]

    @property
    def points(self) -> tuple[float, float]:
        return score_eval(self.before), score_eval(self.after)


@dataclass(slots=True)
class Rescoring:
    """`skipped`: could not be run here, and why; `left_out`: have no conversation or no definition."""

    rescored: list[Rescored] = field(default_factory=list)
    skipped: list[Rescored] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[Rescored]:
        return [each for each in self.rescored if each.changed]


def rescore(
    folders: Sequence[str],
    definitions: Sequence[Definition],
    settings: EvaluatorSettings,
    told: Callable[[str], None],
    *,
    store: RecordStore | None = None,
) -> Rescoring:
    """The stored files stay as they are; with a `store`, what comes out today is recorded there."""
    result = Rescoring()
    by_key = {each.key: each for each in definitions}
    work: list[tuple[Evaluation, Definition, Conversation]] = []
    for evaluation in load_evals(*folders, score=False, max_history=0, told=told):
        found = _found(evaluation, by_key, result)
        if found is not None:
            work.append((evaluation, *found))
    for start in range(0, len(work), _BATCH):
        _evaluate(work[start : start + _BATCH], settings, store, result)
        told(f"{min(start + _BATCH, len(work))} of {len(work)} conversations evaluated")
    for each in (result.rescored, result.skipped):
        each.sort(key=lambda one: one.before.path)
    return result


def _found(
    evaluation: Evaluation, definitions: dict[tuple[str, str], Definition], result: Rescoring
) -> tuple[Definition, Conversation] | None:
    language = str(evaluation.extra.get("language", "julia"))
    definition = definitions.get((language, evaluation.name))
    if definition is None:
        result.left_out.append(f"{evaluation.path}: no definition of {evaluation.name!r} in {language} is named")
        return None
    try:
        conversation = load_conversation_from_eval(evaluation.path)
    except UsageError as error:
        result.left_out.append(f"{evaluation.path}: {error.message}")
        return None
    if evaluation.extra.get("outcome") == "infra_error":
        result.left_out.append(f"{evaluation.path}: there was no answer")
        return None
    return definition, conversation


def _evaluate(
    work: Sequence[tuple[Evaluation, Definition, Conversation]],
    settings: EvaluatorSettings,
    store: RecordStore | None,
    result: Rescoring,
) -> None:
    def take(index: int, judged: Judged) -> None:
        before, definition, conversation = work[index]
        after = _again(before, definition, judged, settings)
        if store is not None and after.extra["key"] not in store.known:
            after = store.add(after, conversation)
        where = result.skipped if judged.outcome in ("skipped", "infra_error") else result.rescored
        where.append(Rescored(before, after))

    evaluate_answers(
        [Submission(definition, answer_of(conversation)) for _, definition, conversation in work], settings, told=take
    )


def _again(before: Evaluation, definition: Definition, judged: Judged, settings: EvaluatorSettings) -> Evaluation:
    """All that says how the answer was made stays; what its run gave is of today."""
    key = str(before.extra.get("key") or sha256_of([before.path, before.timestamp]))
    about = About(
        before.model, before.prompt_label, before.prompt_strategy, sha256_of([key, judged.evaluator, definition.sha256])
    )
    made = evaluation_of(definition, Answered(()), judged, about, settings)
    told_before = {name: before.extra[name] for name in ("prompt_sha256", "sample", "seed") if name in before.extra}
    new = {name: getattr(made, name) for name in (*NUMBERS, "unit_tests_count", "examples_count", "version_prompt")}
    extra = {**made.extra, **told_before, "rescored_from": before.timestamp}
    return replace(before, **new, extra=extra)
