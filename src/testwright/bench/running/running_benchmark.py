"""Runs a benchmark: asks, evaluates, records, sends errors back to be corrected; goes on where an earlier run stopped."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from testwright.bench.evaluating.answers import evaluate_answers
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.bench.records.conversation_file import answer_of, load_conversation_from_eval
from testwright.bench.records.model_registry import Registry
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.answered import (
    About,
    Answered,
    as_conversation,
    as_messages,
    evaluation_of,
    items_of,
)
from testwright.bench.running.asking import Askers, answered_by
from testwright.bench.running.feedback import feedback
from testwright.bench.running.planning import ONE_SHOT, Question, fixing_strategy
from testwright.bench.running.prompts import Prompts
from testwright.llm.exchange import ModelClient, ModelRequest
from testwright.nouns.evaluation import Conversation, Evaluation, Judged

__all__ = ["RunResult", "RunSettings", "run_questions"]

_BATCH = 32
_OUTSTANDING = 64
_MOST_FAILURES = 5
"""In a row, of one model, for the same reason: a server that is down would fill the folder with records of that."""
_SPENT = "model-budget-spent"


@dataclass(frozen=True, slots=True)
class RunSettings:
    """`askers`: questions that are out at the same time; `fix_rounds`: corrections asked for, with the prompt `fix_label`."""

    evaluator: EvaluatorSettings
    prompts: Prompts
    registry: Registry
    askers: int = 4
    fix_rounds: int = 0
    fix_label: str = "CodeFixerTiny"
    device: str = "-"

    def strategy(self, round_: int) -> str:
        return fixing_strategy(round_, self.fix_label) if round_ else ONE_SHOT


@dataclass(slots=True)
class RunResult:
    """`evaluations` of this run; `given_up`: models that were not asked to the end, and why; `cost` in dollars, None where
    nothing is known of it.
    """

    planned: int = 0
    known: int = 0
    evaluations: list[Evaluation] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    given_up: dict[str, str] = field(default_factory=dict)
    cost: float | None = None
    interrupted: bool = False

    @property
    def missing(self) -> int:
        """Samples that have no score of a model yet."""
        scored = sum(count for outcome, count in self.outcomes.items() if outcome != "infra_error")
        return self.planned - self.known - scored


@dataclass(frozen=True, slots=True)
class _Step:
    """One record to come: a round of a question, 0 being the first answer. `asked` is the whole conversation before it."""

    question: Question
    round: int
    asked: Conversation
    earlier: Answered | None = None


def run_questions(
    planned: Sequence[Question],
    clients: Mapping[str, ModelClient],
    store: RecordStore,
    settings: RunSettings,
    told: Callable[[str], None],
) -> RunResult:
    """Ask and record what the store does not have. Ctrl-C ends it, with what was done in the result.

    Each question gets one record for its first answer and one for each round of corrections; who has passed is not asked
    again, and the rounds after it repeat what came of it, so that all strategies have the same samples.
    """
    run = _Run(planned, clients, store, settings, told)
    try:
        run.go()
    except KeyboardInterrupt:
        run.result.interrupted = True
    return run.result


class _Run:
    def __init__(
        self,
        planned: Sequence[Question],
        clients: Mapping[str, ModelClient],
        store: RecordStore,
        settings: RunSettings,
        told: Callable[[str], None],
    ) -> None:
        self.clients, self.store, self.settings, self.told = clients, store, settings, told
        self.result = RunResult(planned=len(planned) * (settings.fix_rounds + 1))
        self._steps = self._first_steps(planned)
        self._failures: Counter[tuple[str, str]] = Counter()
        self._askers = Askers(settings.askers, self._asked)
        self._began = time.monotonic()
        self._lock = threading.Lock()  # answers are judged in several threads

    def go(self) -> None:
        while self._fill():
            self._judge(self._askers.take(_BATCH))

    def _first_steps(self, planned: Sequence[Question]) -> Iterator[_Step]:
        for question in planned:
            step = self._resumed(question)
            if step is not None:
                yield step

    def _resumed(self, question: Question) -> _Step | None:
        """What is to be asked first: the round after the last that is recorded; None where that was the last of all."""
        last: Evaluation | None = None
        for round_ in range(self.settings.fix_rounds + 1):
            known = self.store.known.get(question.key(self.settings.strategy(round_)))
            if known is None:
                break
            self.result.known += 1
            last = known
        else:
            return None
        if last is None:
            return _Step(question, 0, as_conversation(question.messages))
        conversation = load_conversation_from_eval(last.path)
        earlier = Answered(
            conversation, answer_of(conversation), last.tokens, last.elapsed_seconds or 0.0, _cost_of(last)
        )
        return self._after(_Step(question, round_ - 1, conversation), earlier, last)

    def _fill(self) -> bool:
        while self._askers.outstanding < _OUTSTANDING:
            step = next(self._steps, None)
            if step is None:
                break
            self._put(step)
        return self._askers.outstanding > 0

    def _put(self, step: _Step | None) -> None:
        if step is not None and step.question.client not in self.result.given_up:
            self._askers.put(step)

    def _asked(self, step: _Step) -> Answered | None:
        question = step.question
        if question.client in self.result.given_up:
            return None
        request = ModelRequest(
            as_messages(step.asked), sampling=question.sampling(), sample=question.sample + question.seed
        )
        answered = answered_by(self.clients[question.client], request, question.model, self.settings.registry)
        return answered if step.earlier is None else answered.plus(step.earlier)

    def _judge(self, taken: Sequence[tuple[_Step, Answered | None]]) -> None:
        heard = [(step, answered) for step, answered in taken if answered is not None]
        for step, answered in heard:
            self._pay(step, answered)
        for step, answered in heard:
            if answered.failure:
                self._failed(step, answered)
        good = [(step, answered) for step, answered in heard if not answered.failure]
        following: list[_Step | None] = []

        def judged(index: int, found: Judged) -> None:
            step, answered = good[index]
            following.append(self._after(step, answered, self._record(step, answered, found)))

        if good:
            submissions = [Submission(step.question.definition, answered.text) for step, answered in good]
            evaluate_answers(submissions, self.settings.evaluator, told=judged)
        for each in following:
            self._put(each)

    def _pay(self, step: _Step, answered: Answered) -> None:
        """What this answer cost; that of a round has the rounds before it within."""
        before = step.earlier.cost if step.earlier is not None else 0.0
        if answered.cost is not None and before is not None:
            self.result.cost = answered.cost - before + (self.result.cost or 0.0)

    def _failed(self, step: _Step, answered: Answered) -> None:
        client = step.question.client
        if answered.slug == _SPENT:
            self.result.given_up[client] = answered.failure
            return
        self._record(step, answered, Judged("infra_error", message=answered.failure))
        self._failures[client, answered.slug] += 1
        if self._failures[client, answered.slug] >= _MOST_FAILURES:
            self.result.given_up[client] = answered.failure

    def _after(self, step: _Step, answered: Answered, evaluation: Evaluation) -> _Step | None:
        """The next round, if there is one. What passed is carried over."""
        outcome = evaluation.extra["outcome"]
        if step.round == self.settings.fix_rounds or outcome in ("infra_error", "skipped"):
            return None
        if outcome == "passed":
            for round_ in range(step.round + 1, self.settings.fix_rounds + 1):
                self._carry(replace(step, round=round_), answered, evaluation)
            return None
        said = feedback(outcome, str(evaluation.extra["message"]), items_of(evaluation))
        more = self.settings.prompts.fixing(self.settings.fix_label, said)
        asked = (*answered.conversation, *as_conversation((more,)))
        return _Step(step.question, step.round + 1, asked, answered)

    def _carry(self, step: _Step, answered: Answered, evaluation: Evaluation) -> None:
        strategy = self.settings.strategy(step.round)
        extra = {**evaluation.extra, "key": step.question.key(strategy), "carried": True}
        self._keep(replace(evaluation, prompt_strategy=strategy, extra=extra), answered)

    def _record(self, step: _Step, answered: Answered, judged: Judged) -> Evaluation:
        question, strategy = step.question, self.settings.strategy(step.round)
        if judged.outcome not in ("infra_error", "skipped"):
            for each in [each for each in self._failures if each[0] == question.client]:
                del self._failures[each]
        key = question.key(strategy)
        about = About(
            model=question.model,
            label=question.label,
            strategy=strategy,
            key=key,
            prompt_sha256=question.prompt_sha256,
            parameters=question.parameters,
            sample=question.sample,
            seed=question.seed + question.sample,
            attempt=self.store.failures[key] + 1,
            device=self.settings.device,
            experiment=question.experiment,
        )
        return self._keep(
            evaluation_of(question.definition, answered, judged, about, self.settings.evaluator), answered
        )

    def _keep(self, evaluation: Evaluation, answered: Answered) -> Evaluation:
        written = self.store.add(evaluation, answered.conversation)
        result = self.result
        with self._lock:
            result.evaluations.append(written)
            result.outcomes[str(written.extra["outcome"])] += 1
            self._tell()
        return written

    def _tell(self) -> None:
        """About a hundred times in a run: in a log each is a line."""
        done, every = len(self.result.evaluations), max(self.result.planned // 100, 1)
        if done % every == 0 or self.result.known + done == self.result.planned:
            self.told(self._shown())

    def _shown(self) -> str:
        result, seconds = self.result, time.monotonic() - self._began
        done = len(result.evaluations)
        left = (result.planned - result.known - done) * seconds / max(done, 1)
        cost = "" if result.cost is None else f", ${result.cost:.4f} so far"
        whole = f"{result.known + done} of {result.planned} samples"
        return f"{whole}, {done / max(seconds, 0.001):.1f} a second{cost}, {_time(left)} left"


def _cost_of(evaluation: Evaluation) -> float | None:
    return evaluation.cost if evaluation.extra.get("cost_known", True) else None


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(int(seconds + 0.5), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
