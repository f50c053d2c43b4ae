"""The workflow of `testwright compat pytest-generator`: asks as pytest-generator does, and writes what passes."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.compat_request import CompatRequest
from testwright.errors import TestwrightError
from testwright.llm.exchange import ModelClient, Told
from testwright.nouns import Edit, Target
from testwright.propose.from_model.target_facts import TargetFacts, facts_of
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workers import remove_abandoned
from testwright.workflows.asked_replies import Account, Answer, RejectedReply, ask_all, read_answers
from testwright.workflows.compat_questions import ModuleQuestions
from testwright.workflows.own_tests import OwnTests, existing_tests, fixtures_for
from testwright.workflows.prove_written import WrittenProof, prove_written
from testwright.workflows.stored_evidence import store_evidence, written_evidence
from testwright.workflows.waiting import result_of
from testwright.write.apply import apply_edits
from testwright.write.ownership import Ownership, plan_edit

__all__ = ["CompatModule", "CompatResult", "compat_pytest_generator", "with_context"]

BY = "a model asked as pytest-generator asks"


@dataclass(slots=True)
class CompatModule:
    """What came of one file. `rejected` did not get as far as being run; what was run and rejected is in `proof`."""

    asked: ModuleQuestions
    answers: list[Answer] = field(default_factory=list)
    rejected: list[RejectedReply] = field(default_factory=list)
    proof: WrittenProof | None = None
    edit: Edit | None = None
    problem: TestwrightError | None = None

    @property
    def target(self) -> Target:
        return self.asked.target

    @property
    def kept(self) -> list[str]:
        return [verdict.node for verdict in self.proof.kept] if self.proof is not None else []

    def to_plain(self) -> dict[str, Any]:
        proof, problem = self.proof, self.problem
        run = [{"test": v.node, "slug": v.slug, "reason": v.reason} for v in proof.rejected] if proof else []
        shown = {"slug": problem.slug, "message": problem.message, "where": problem.where} if problem else None
        return {
            "module": self.target.module,
            "source": self.target.source,
            "file": self.edit.path if self.edit is not None else "",
            "note": self.edit.note if self.edit is not None else "",
            "functions": [answer.function for answer in self.answers],
            "left_out": dict(self.asked.left_out),
            "kept": self.kept,
            "rejected": [*run, *(each.to_plain() for each in self.rejected)],
            "account": Account.of(self.answers).to_plain(),
            "problem": shown,
        }


@dataclass(slots=True)
class CompatResult:
    """All files of one run, in order; `written` are the paths of what was written."""

    modules: list[CompatModule]
    root: str
    model: str = ""
    written: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def account(self) -> Account:
        total = Account()
        for module in self.modules:
            total = total.plus(Account.of(module.answers))
        return total

    def to_plain(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "model": self.model,
            "interrupted": self.interrupted,
            "written": self.written,
            "account": self.account.to_plain(),
            "modules": [module.to_plain() for module in self.modules],
        }


def compat_pytest_generator(
    request: CompatRequest,
    modules: Sequence[ModuleQuestions],
    client: ModelClient,
    *,
    stopping: threading.Event,
    progress: Callable[[str], None],
    told: Told | None = None,
) -> CompatResult:
    """File by file: ask, prove, write. After Ctrl-C, what is written stays, and kept replies are not asked again."""
    remove_abandoned()
    places = _places(request, [each.target for each in modules])
    result = CompatResult([], request.project.root, client.model)
    with ThreadPoolExecutor(1) as pool:  # so that this thread hears Ctrl-C while workers run
        try:
            own = result_of(pool.submit(_own_tests, request, places, progress, stopping.is_set))
            run = _Run(request, client, stopping, progress, told, own)
            for each in modules:
                module = result_of(pool.submit(run.one, each))
                result.modules.append(module)
                result.written += result_of(pool.submit(run.write, module, places[each.target.source]))
            if result.written:
                result.written += result_of(pool.submit(run.write_conftest))
        except KeyboardInterrupt:
            stopping.set()
            client.close()  # ends the call that is under way
        result.interrupted = stopping.is_set()
    return result


@dataclass(frozen=True, slots=True)
class _Run:
    request: CompatRequest
    client: ModelClient
    stopping: threading.Event
    progress: Callable[[str], None]
    told: Told | None
    own: OwnTests

    def one(self, asked: ModuleQuestions) -> CompatModule:
        """A problem of one file is told there, and stops no other."""
        module = CompatModule(asked, problem=asked.problem)
        if asked.problem is None and asked.questions:
            try:
                self._prove(module)
            except TestwrightError as error:
                module.problem = error
        return module

    def _prove(self, module: CompatModule) -> None:
        stop, target = self.stopping.is_set, module.target
        questions = [(each.function, each.request) for each in module.asked.questions]
        module.answers = ask_all(self.client, questions, stop=stop, told=self.told, notice=self.progress)
        replies = read_answers(module.answers, self._facts(module))
        module.rejected = replies.rejected
        if replies.candidates and not stop():
            options = self.request.options
            module.proof = prove_written(
                target,
                replies.candidates,
                options,
                setup=self.own.setup_of(target.module, replies.candidates),
                by=BY,
                stop=stop,
                notice=self.progress,
                jobs=options.jobs,
            )

    def _facts(self, module: CompatModule) -> TargetFacts:
        target, own = module.target, self.own
        model = read_module(module.asked.source, module=target.module, path=target.source)
        names = [file.module for file in self.request.project.modules()]
        return facts_of(model, modules=names, fixtures=own.fixture_names(target.module), asyncio=own.asyncio)

    def write(self, module: CompatModule, place: Path) -> list[str]:
        if module.proof is None or not module.proof.text:
            return []
        root = Path(self.request.project.root)
        ownership = Ownership.load(root)
        try:
            module.edit = plan_edit(place, module.proof.text, ownership)
            written = [str(path) for path in apply_edits([module.edit], ownership)]
            store_evidence(root, [(module.edit.path, written_evidence(module.proof))])
        except TestwrightError as error:
            module.problem = error
            return []
        return written

    def write_conftest(self) -> list[str]:
        """So that plain pytest can import what the tests are about; one that is not ours stays as it is."""
        ownership = Ownership.load(Path(self.request.project.root))
        place = Path(self.request.options.output) / "conftest.py"
        edit = plan_edit(place, _conftest(self.request), ownership)
        return [str(path) for path in apply_edits([edit], ownership)] if Path(edit.path) == place else []


def _own_tests(
    request: CompatRequest, places: Mapping[str, Path], notice: Callable[[str], None], stop: Callable[[], bool]
) -> OwnTests:
    """For their fixtures and how async tests are run. What they reach counts as new, as each function is asked about."""
    root, targets, options = Path(request.project.root), request.targets, request.options
    existing = existing_tests(targets, options, root, notice=notice, stop=stop)
    files = {target.module: places[target.source] for target in targets}
    return OwnTests(existing, fixtures_for(files, targets, existing, options, root, notice=notice, stop=stop))


def _conftest(request: CompatRequest) -> str:
    output = request.options.output
    roots = sorted({os.path.relpath(target.import_roots[0], output) for target in request.targets})
    lines = "".join(f"sys.path.insert(0, str((Path(__file__).parent / {root!r}).resolve()))\n" for root in roots)
    doc = f'"""Lets pytest import what these tests are about; they are proven by running (testwright {VERSION})."""'
    return f"{doc}\n\nimport sys\nfrom pathlib import Path\n\n{lines}"


def _places(request: CompatRequest, targets: Sequence[Target]) -> dict[str, Path]:
    """`test_<stem>.py`; files of one name have their modules' whole names."""
    stems = Counter(Path(target.source).stem for target in targets)
    places: dict[str, Path] = {}
    for target in targets:
        stem = Path(target.source).stem
        name = stem if stems[stem] == 1 else target.module.replace(".", "_")
        places[target.source] = _free(Path(request.options.output) / f"test_{name}.py", set(places.values()))
    return places


def _free(place: Path, taken: set[Path]) -> Path:
    names = (place.with_name(f"{place.stem}_{number}.py") for number in range(2, len(taken) + 3))
    return place if place not in taken else next(name for name in names if name not in taken)


def with_context(request: CompatRequest, size: int) -> CompatRequest:
    """The request, whose model is opened with room for so many tokens."""
    options = replace(request.options, model_context_size=size)
    return replace(request, configuration=replace(request.configuration, options=options))
