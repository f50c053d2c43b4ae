"""Asks a model for what the engine has left open in one module, and keeps of it what is proven: at most three times."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.errors import ModelError
from testwright.explore.explore_module import read_source
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Sampling, Told
from testwright.nouns import Gap, Observation, Verdict, WrittenCandidate
from testwright.nouns.suspicion import FROM_DOCSTRING
from testwright.propose.from_model.context import context_of, signature
from testwright.propose.from_model.prompts import (
    question_of_docstring,
    question_of_rows,
    question_of_tests,
    trimmed_failure,
)
from testwright.propose.from_model.repair import written_candidates
from testwright.propose.from_model.reply_reading import read_reply
from testwright.propose.from_model.row_reading import can_be_asked_for_rows, read_rows
from testwright.propose.from_model.target_facts import facts_of
from testwright.python_source.function_lines import function_lines
from testwright.python_source.planted_source import mutant_diff
from testwright.python_source.read_module import read_module
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.model_balance import Balance
from testwright.workflows.model_surroundings import ProjectTexts
from testwright.workflows.name_tests import name_tests
from testwright.workflows.prove_also import prove_also
from testwright.workflows.prove_written import WrittenProof, as_one_file
from testwright.workflows.stored_evidence import written_evidence
from testwright.workflows.whole_tests import WholeTests

__all__ = ["ModelGain", "ask_model", "plain_gain"]

ATTEMPTS = 3
REPLY_TOKENS = 2048
ROW_TOKENS = 1024
MOST_SILENT = 2
_OF_ONE_QUESTION = frozenset(
    {"model-context-full", "model-reply-cut", "model-reply-endless", "model-reply-invalid", "model-too-slow"}
)
"""Problems that another question may not have."""


@dataclass(slots=True)
class ModelGain:
    """`written` are the whole tests, in a file of their own; `rejected` what became of all else that was asked for.

    `problem` has slug, message, where, hint when the model could not be asked to the end.
    """

    balance: Balance
    written: WrittenProof
    rejected: list[Verdict] = field(default_factory=list)
    problem: dict[str, str] | None = None


def ask_model(
    made: GeneratedModule,
    client: ModelClient,
    options: Options,
    *,
    root: Path | None,
    engine_seconds: float,
    stop: Stop,
    notice: Notice,
    jobs: int = 1,
    told: Told | None = None,
) -> ModelGain:
    """Rows of inputs that add something go into the file of `made`. What was proven before is lost by nothing in here."""
    asking = _Asking(made, client, options, root, stop, notice, jobs, told)
    asking.gain.balance.before = asking.whole.standing(engine_seconds)
    try:
        asking.run()
        if options.model_name_tests:
            name_tests(made, client, options, asking.gain.balance, stop=stop, notice=notice)
    except ModelError as error:
        where = error.where or client.model
        asking.gain.problem = {"slug": error.slug, "message": error.message, "where": where, "hint": error.hint}
    asking.finish()
    written, balance = asking.gain.written, asking.gain.balance
    if written.text:
        asking.whole.measure(written.import_arcs)
    balance.after = asking.whole.standing(engine_seconds + balance.seconds + balance.proving)
    return asking.gain


class _Asking:
    """One module's questions."""

    def __init__(
        self,
        made: GeneratedModule,
        client: ModelClient,
        options: Options,
        root: Path | None,
        stop: Stop,
        notice: Notice,
        jobs: int,
        told: Told | None,
    ) -> None:
        self.made, self.client, self.options = made, client, options
        self.stop, self.notice, self.jobs, self.told = stop, notice, jobs, told
        self.target = made.target
        self.source = read_source(self.target)
        self.model = read_module(self.source, module=self.target.module, path=self.target.source)
        self.functions = {each.qualname: each for each in self.model.functions}
        self.whole = WholeTests(made, options, stop, notice, jobs)
        own = self.whole.own
        self.fixtures = own.fixture_names(self.target.module)
        self.facts = facts_of(self.model, modules=[self.target.module], fixtures=self.fixtures, asyncio=own.asyncio)
        self.texts = ProjectTexts(self.target, root, made.existing.tested_by.get(self.target.source, ()))
        self.gain = ModelGain(Balance(client.model), WrittenProof(self.target))
        self.silent = 0
        """Questions without an answer since the last one that had one."""
        self.failures: dict[str, list[str]] = {}
        """By function, what became of its tests so far."""

    def run(self) -> None:
        documented: set[str] = set()
        for attempt in range(1 if self.options.model_dry_run else ATTEMPTS):
            gaps = self.gaps()
            if not gaps or self.stop():
                return
            rows: list[Observation] = []
            tests: list[WrittenCandidate] = []
            for number, gap in enumerate(gaps, start=1):
                if self.stop():
                    return
                self.notice(f"{self.target.module}: asking about {gap.target} ({number} of {len(gaps)})")
                try:
                    self._ask(gap, attempt, documented, rows, tests)
                except ModelError as error:
                    if error.slug not in _OF_ONE_QUESTION or self.silent >= MOST_SILENT:
                        self._prove(rows, tests)  # what was answered before is not lost
                        raise
                    self.silent += 1
                    self._lost(gap, f"{gap.target} (model)", error.slug, error.message)
            self._prove(rows, tests)

    def _ask(
        self,
        gap: Gap,
        attempt: int,
        documented: set[str],
        rows: list[Observation],
        tests: list[WrittenCandidate],
    ) -> None:
        function = self.functions[gap.target]
        gap = replace(gap, mutants=gap.mutants[attempt % len(gap.mutants) :]) if gap.mutants else gap
        by_rows = attempt == 0 and can_be_asked_for_rows(function)
        context = context_of(self.source, self.model, gap, self.texts.of(gap.target))
        tokens = ROW_TOKENS if by_rows else REPLY_TOKENS
        context = context.within(self._room(tokens), self._count)
        if by_rows:
            rows += self._rows(gap, question_of_rows(self.target.module, context, self._sampling(tokens)), "model")
        else:
            failures = self.failures.get(gap.target, [])
            sampling = self._sampling(tokens)
            tests += self._tests(
                gap, question_of_tests(self.target.module, context, sampling, fixtures=self.fixtures, failures=failures)
            )
        if function.docstring.strip() and can_be_asked_for_rows(function) and gap.target not in documented:
            documented.add(gap.target)
            question = question_of_docstring(signature(function), function.docstring, self._sampling(ROW_TOKENS))
            rows += self._rows(gap, question, FROM_DOCSTRING)

    def _rows(self, gap: Gap, question: ModelRequest, origin: str) -> list[Observation]:
        reply = self._reply(question)
        read = read_rows(reply.text, reply.finish, gap.target, self.model, origin=origin)
        if read.slug:
            self._lost(gap, f"{gap.target} ({origin})", read.slug, read.reason)
        return list(read.observations)

    def _tests(self, gap: Gap, question: ModelRequest) -> list[WrittenCandidate]:
        reply = self._reply(question)
        read = read_reply(reply.text, reply.finish)
        for name, slug, reason in read.lost:
            self._lost(gap, name, slug, reason)
        if read.slug:
            self._lost(gap, f"{gap.target} (model)", read.slug, read.reason)
            return []
        repaired = written_candidates(read.code, gap.target, self.facts)
        for name, slug, reason in repaired.rejected:
            self._lost(gap, name, slug, reason)
        return repaired.candidates

    def _lost(self, gap: Gap, node: str, slug: str, reason: str) -> None:
        self.gain.rejected.append(Verdict(node, kept=False, slug=slug, reason=reason))
        self._failed(gap.target, f"{node}: {reason}")

    def _failed(self, target: str, words: str) -> None:
        self.failures.setdefault(target, []).append(trimmed_failure(words))

    def _reply(self, question: ModelRequest) -> ModelReply:
        reply = self.client.complete(question, told=self.told)
        self.silent = 0
        self.gain.balance.count(reply)
        return reply

    def _sampling(self, tokens: int) -> Sampling:
        temperature = self.options.model_temperature
        return Sampling(temperature=temperature or 0.0, max_tokens=tokens, seed=self.options.seed)

    def _count(self, text: str) -> int:
        """Where the backend cannot count, rather too many."""
        counted = self.client.count_tokens(text)
        return len(text) // 3 + 1 if counted is None else counted

    def _room(self, tokens: int) -> int | None:
        """For the context: what the reply and the rules leave."""
        size = self.client.context_size
        return None if size is None else max(0, size - tokens - 600)

    def _prove(self, rows: Sequence[Observation], tests: Sequence[WrittenCandidate]) -> None:
        started = time.monotonic()
        if rows and not self.stop():
            prove_also(self.made, rows, self.options, stop=self.stop, notice=self.notice, jobs=self.jobs)
        if tests and not self.stop():
            proof = self.whole.proven(tests, self.whole.proofs)
            self.whole.proofs.append(proof)
            self.gain.rejected += proof.rejected
            target_of = {each.node: each.target for each in tests}
            for verdict in proof.rejected:
                target = target_of.get(verdict.node.partition("[")[0], "")
                self._failed(target, f"{verdict.node}: {verdict.reason}")
        self.gain.balance.proving += time.monotonic() - started

    def finish(self) -> None:
        """One file of all whole tests that were kept, proven once more where they came in several parts."""
        started = time.monotonic()
        self.gain.written, more = as_one_file(
            self.target, self.whole.proofs, lambda tests: self.whole.proven(tests, []), self.stop
        )
        self.gain.rejected += more
        self.gain.balance.proving += time.monotonic() - started
        self.whole.proofs = [self.gain.written]

    def gaps(self) -> list[Gap]:
        """By function, in the order of the source, what neither the module's tests nor the model's so far do."""
        after = self.made.after
        if after is None:
            return []
        reached = {arc for proof in self.whole.proofs for v in proof.kept for arc in proof.evidence[v.node].arcs}
        lines = set(after.missing_lines) - {n for arc in reached for n in arc}
        branches = [arc for arc in after.missing_arcs if (arc.start, arc.end) not in reached]
        survivors = self._survivors()
        found = []
        for name, first, last in function_lines(self.target.source):
            if name not in self.functions or not self._is_wanted(name):
                continue
            inside = range(first, last + 1)
            own = tuple(sorted(lines & set(inside)))
            words = tuple(a.words for a in branches if a.start in inside and a.start not in lines)
            mutants = () if own or words else tuple(survivors.get(name, ()))
            gap = Gap(name, own, words, mutants)
            found += [gap] if gap else []
        return found

    def _is_wanted(self, name: str) -> bool:
        private = any(part.startswith("_") and not part.endswith("__") for part in name.split("."))
        return self.target.asks_for(name) and (self.options.private or not private)

    def _survivors(self) -> dict[str, list[tuple[str, ...]]]:
        caught = self.whole.caught(self.whole.proofs)
        found: dict[str, list[tuple[str, ...]]] = {}
        for mutant in self.made.matrix.mutants:
            if (mutant.operator, mutant.span, mutant.text) not in caught:
                found.setdefault(mutant.function, []).append(tuple(mutant_diff(self.source, mutant)))
        return found


def plain_gain(gain: ModelGain) -> dict[str, Any]:
    """For reports."""
    caught = gain.written.caught
    return {
        **gain.balance.to_plain(),
        "tests": written_evidence(gain.written),
        "caught": sorted([operator, list(span), text] for operator, span, text in caught),
        "text": gain.written.text,
        "setup": gain.written.setup.to_plain(),
        "rejected": [{"node": v.node, "slug": v.slug, "reason": v.reason} for v in gain.rejected],
        "problem": gain.problem,
    }
