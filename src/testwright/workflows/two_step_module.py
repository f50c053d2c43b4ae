"""Takes one module through the two-step workflow: two questions, proof, and further questions about what is still missing."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from testwright.errors import ModelError, TestwrightError
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Sampling, Usage
from testwright.nouns import Target, Verdict, WrittenCandidate
from testwright.propose.from_model.prompts import trimmed_failure
from testwright.propose.from_model.target_facts import TargetFacts, facts_of
from testwright.propose.from_model.two_step_prompts import ModuleQuestion, shown_source
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workflows.asked_replies import Account, Answer, read_answers
from testwright.workflows.model_surroundings import style_of
from testwright.workflows.own_tests import OwnTests
from testwright.workflows.prove_written import WrittenProof, as_one_file
from testwright.workflows.stored_evidence import written_evidence
from testwright.write.stored_file import REMEMBERED, remember

__all__ = ["FOLDER", "ModuleRecord", "ModuleState", "ModuleWay", "ModuleWork", "Prove", "TwoStepRun"]

FOLDER = "two-step"
ATTEMPTS = 3
"""To get tests of a module: by its completion, and by further questions."""


@dataclass(frozen=True, slots=True)
class ModuleWork:
    """One module and what of it no test reaches; `file` is where its tests go."""

    target: Target
    missing: tuple[int, ...]
    percent: float
    file: str


@dataclass(slots=True)
class ModuleRecord:
    """What came of one module: what was asked and spent, kept and rejected. `problem` has slug and message."""

    module: str
    account: dict[str, Any] = field(default_factory=dict)
    kept: int = 0
    rejected: list[dict[str, str]] = field(default_factory=list)
    file: str = ""
    note: str = ""
    problem: dict[str, str] | None = None
    resumed: bool = False


class Prove(Protocol):
    """Proves tests of one module; what the proofs `beside` keep is new to nobody."""

    def __call__(
        self, work: ModuleWork, tests: Sequence[WrittenCandidate], beside: Sequence[WrittenProof]
    ) -> WrittenProof: ...


@dataclass(frozen=True, slots=True)
class TwoStepRun:
    """What is the same for all modules; `batch` are so many modules at a time, `jobs` so many proofs."""

    client: ModelClient
    root: Path
    sampling: Sampling
    prove: Prove
    batch: int = 10
    jobs: int = 1
    resume: bool = False
    modules: tuple[str, ...] = ()
    """All modules of the project, by name."""
    own: OwnTests = field(default_factory=OwnTests)


@dataclass(slots=True)
class ModuleState:
    """All that is known of one module, as its file has it. Only with `record` it is finished; `evidence` is of the tests
    in `text`.
    """

    replies: dict[str, ModelReply] = field(default_factory=dict)
    record: ModuleRecord | None = None
    text: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> ModuleState:
        """Empty where there is none, or what is there cannot be read."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            replies = {
                name: ModelReply(**{**each, "usage": Usage(**each["usage"])}) for name, each in plain["replies"].items()
            }
            record = ModuleRecord(**{**plain["record"], "resumed": True}) if plain["record"] else None
            return cls(replies, record, str(plain["text"]), dict(plain["evidence"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def store(self, path: Path) -> None:
        remember(path, json.dumps({"schema": 1, **asdict(self)}))


class ModuleWay:
    """One module's way through its questions and proofs, in a thread of its own."""

    def __init__(
        self, run: TwoStepRun, work: ModuleWork, proofs: threading.Semaphore, stopping: threading.Event
    ) -> None:
        self.run, self.work, self.proofs, self.stopping = run, work, proofs, stopping
        self.record = ModuleRecord(work.target.module)
        self.answers: list[Answer] = []
        self.state = ModuleState()
        self.place = Path()

    def go(self) -> ModuleState | None:
        """None when it was interrupted. A problem stays with this module, and is tried again when the run is resumed."""
        if self.stopping.is_set():
            return None
        record = self.record
        try:
            source = Path(self.work.target.source).read_bytes().decode("utf-8")
            asked = self._question(source)
            self.place = self._place(source, asked)
            self.state = ModuleState.load(self.place) if self.run.resume else ModuleState()
            if self.state.record is not None:
                return self.state
            self._work(source, asked)
        except TestwrightError as error:
            record.problem = {"slug": error.slug, "message": error.message}
        except (OSError, UnicodeDecodeError) as error:
            record.problem = {"slug": "source-unreadable", "message": str(error)}
        if self.stopping.is_set():
            return None
        record.account = asdict(Account.of(self.answers))
        if record.problem is not None:
            return ModuleState(record=record)
        self.state.record = record
        self.state.store(self.place)
        return self.state

    def _place(self, source: str, asked: ModuleQuestion) -> Path:
        """By all that the replies depend on."""
        parts = [VERSION, source, repr(asked), repr(self.work.missing), self.run.client.model, repr(self.run.sampling)]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return self.run.root / REMEMBERED / FOLDER / f"{key}.json"

    def _question(self, source: str) -> ModuleQuestion:
        target, own = self.work.target, self.run.own
        return ModuleQuestion(
            target.module,
            shown_source(source, self.work.missing, self._fits),
            self.work.missing,
            tuple(own.fixture_names(target.module)),
            style_of(own.existing.tested_by.get(target.source, ())),
        )

    def _fits(self, text: str) -> bool:
        """With both replies beside it, and the rules."""
        size, tokens = self.run.client.context_size, self.run.client.count_tokens(text)
        if size is None:
            return True
        needed = (len(text.encode()) // 3 if tokens is None else tokens) + 2 * self.run.sampling.max_tokens + 600
        return needed <= size

    # -- questions and proofs ------------------------------------------------------------------------------------------

    def _work(self, source: str, asked: ModuleQuestion) -> None:
        """Both calls, and further ones while something is missing."""
        if not asked.source:
            raise ModelError(f"{asked.module!r} is too long for the model's context", slug="model-context-full")
        target, own, sampling = self.work.target, self.run.own, self.run.sampling
        model = read_module(source, module=target.module, path=target.source)
        facts = facts_of(
            model, modules=self.run.modules, fixtures=own.fixture_names(target.module), asyncio=own.asyncio
        )
        template = self._reply("template", asked.template(sampling))
        written = self._reply("completion", asked.completion(template.text, sampling))
        proofs: list[WrittenProof] = []
        for attempt in range(1, ATTEMPTS + 1):
            failures = self._prove(facts, proofs)
            missing = self._missing(proofs)
            is_enough = not missing and any(proof.text for proof in proofs)
            if attempt == ATTEMPTS or is_enough or self.stopping.is_set():
                break
            question = asked.further(written.text, failures, missing, sampling)
            try:
                written = self._reply(f"further-{attempt}", question)
            except ModelError as error:
                if not any(proof.text for proof in proofs):
                    raise
                self._reject(slug=error.slug, reason=error.message)  # what was proven is not lost for that
                break
        self._keep(proofs)

    def _reply(self, name: str, request: ModelRequest) -> ModelReply:
        """One that is there already is not asked for. Each is stored at once, but one that is cut, or was stopped."""
        module, replies = self.work.target.module, self.state.replies
        if name in replies:
            self.answers.append(Answer(module, replies[name]))
            return replies[name]
        try:
            reply = self.run.client.complete(request)
        except ModelError as error:
            self.answers.append(Answer(module, slug=error.slug, reason=error.message))
            raise
        self.answers.append(Answer(module, reply))
        if reply.finish != "stop":
            raise ModelError(f"the {name} of the tests of {module!r} is cut", slug="reply-truncated")
        replies[name] = reply
        self.state.store(self.place)
        return reply

    def _prove(self, facts: TargetFacts, proofs: list[WrittenProof]) -> list[str]:
        """Of the last reply; what became of those that are not kept."""
        replies = read_answers([self.answers[-1]], facts)
        failures = [f"{each.test or 'the whole reply'}: {each.reason}" for each in replies.rejected]
        self.record.rejected += [each.to_plain() for each in replies.rejected]
        if replies.candidates and not self.stopping.is_set():
            with self.proofs:
                proofs.append(self.run.prove(self.work, replies.candidates, proofs))
            failures += [f"{verdict.node}: {verdict.reason}" for verdict in proofs[-1].rejected]
            self._reject_all(proofs[-1].rejected)
        return [trimmed_failure(words) for words in failures]

    def _missing(self, proofs: Sequence[WrittenProof]) -> tuple[int, ...]:
        kept = [proof.evidence[verdict.node].arcs for proof in proofs for verdict in proof.kept]
        imported = [proof.import_arcs for proof in proofs]
        reached = {line for arcs in (*kept, *imported) for arc in arcs for line in arc}
        return tuple(line for line in self.work.missing if line not in reached)

    def _keep(self, proofs: Sequence[WrittenProof]) -> None:
        def prove(tests: Sequence[WrittenCandidate]) -> WrittenProof:
            with self.proofs:
                return self.run.prove(self.work, tests, ())

        whole, rejected = as_one_file(self.work.target, proofs, prove, self.stopping.is_set)
        self._reject_all(rejected)
        self.record.kept, self.state.text = len(whole.kept), whole.text
        self.state.evidence = written_evidence(whole)

    def _reject_all(self, verdicts: Sequence[Verdict]) -> None:
        for verdict in verdicts:
            self._reject(test=verdict.node, slug=verdict.slug, reason=verdict.reason)

    def _reject(self, *, slug: str, reason: str, test: str = "") -> None:
        self.record.rejected.append({"function": "", "test": test, "slug": slug, "reason": reason})
