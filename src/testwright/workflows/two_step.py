"""The workflow of `testwright generate --calls two-step`: two questions a module, many modules side by side, resumable."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import ModelError, TestwrightError
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Sampling, Usage
from testwright.nouns import Target, WrittenCandidate
from testwright.propose.from_model.target_facts import facts_of
from testwright.propose.from_model.two_step_prompts import completion_request, shown_source, template_request
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workflows.asked_replies import Account, Answer, read_answers
from testwright.workflows.prove_written import WrittenProof
from testwright.workflows.waiting import result_of, wait_for
from testwright.write.apply import apply_edits
from testwright.write.ownership import Ownership, plan_edit
from testwright.write.stored_file import REMEMBERED, remember

__all__ = ["ModuleRecord", "ModuleWork", "Prove", "TwoStepResult", "TwoStepRun", "stored_work", "two_step"]

Prove = Callable[["ModuleWork", Sequence[WrittenCandidate]], WrittenProof]
_FOLDER = "two-step"


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


@dataclass(slots=True)
class TwoStepResult:
    """A record for each module, in the order of the work; those that were interrupted have none."""

    root: str
    model: str = ""
    records: list[ModuleRecord] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    interrupted: bool = False

    def to_plain(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "model": self.model,
            "interrupted": self.interrupted,
            "account": self.account.to_plain(),
            "modules": [asdict(record) for record in self.records],
        }


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


def stored_work(root: Path) -> list[ModuleWork]:
    """Of the run that is to be resumed; [] = there is none. What it has written since changes what an audit would say."""
    try:
        plain = json.loads(_work_file(root).read_text(encoding="utf-8"))["modules"]
        return [
            ModuleWork(
                Target(each["module"], each["source"], tuple(each["import_roots"])),
                tuple(each["missing"]),
                each["percent"],
                each["file"],
            )
            for each in plain
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _work_file(root: Path) -> Path:
    return root / REMEMBERED / _FOLDER / "work.json"


def _store_work(root: Path, work: Sequence[ModuleWork]) -> None:
    modules = [
        {
            "module": each.target.module,
            "source": each.target.source,
            "import_roots": list(each.target.import_roots),
            "missing": list(each.missing),
            "percent": each.percent,
            "file": each.file,
        }
        for each in work
    ]
    remember(_work_file(root), json.dumps({"schema": 1, "modules": modules}, indent=1) + "\n")


def two_step(
    run: TwoStepRun, work: Sequence[ModuleWork], *, stopping: threading.Event, progress: Callable[[str], None]
) -> TwoStepResult:
    """Batch by batch; the tests of a batch are written when it is done. What is known of a module lies in a file of its
    own as soon as it is known, so that a killed run loses no reply.
    """
    result = TwoStepResult(str(run.root), run.client.model)
    _store_work(run.root, work)
    proofs = threading.Semaphore(max(1, run.jobs))
    with ThreadPoolExecutor(max(1, run.batch)) as pool:
        try:
            for number, batch in enumerate(_batches(work, run.batch), start=1):
                progress(f"batch {number}: {', '.join(each.target.module for each in batch)}")
                ways = [_Way(run, each, proofs, stopping) for each in batch]
                futures = [pool.submit(way.go) for way in ways]
                wait_for(futures)
                result_of(pool.submit(_settle, run, batch, futures, result))
        except KeyboardInterrupt:
            stopping.set()
            run.client.close()  # ends the calls that are under way
            result.interrupted = True
    return result


def _batches(work: Sequence[ModuleWork], size: int) -> Iterator[Sequence[ModuleWork]]:
    for start in range(0, len(work), max(1, size)):
        yield work[start : start + max(1, size)]


def _settle(
    run: TwoStepRun, batch: Sequence[ModuleWork], futures: Sequence[Future[_State | None]], result: TwoStepResult
) -> None:
    """Writes what was kept, one file after the other."""
    for work, future in zip(batch, futures, strict=True):
        error = future.exception()
        if error is not None:  # a bug of ours that one module has met is told there, and costs no other
            what = {"slug": "internal-error", "message": f"{type(error).__name__}: {error}"}
            result.records.append(ModuleRecord(work.target.module, Account().to_plain(), problem=what))
            continue
        state = future.result()
        if state is None or state.record is None:
            continue
        if state.text:
            _write(run, work, state.text, state.record)
        result.account = result.account.plus(Account(**state.record.account))
        result.records.append(state.record)


def _write(run: TwoStepRun, work: ModuleWork, text: str, record: ModuleRecord) -> None:
    ownership = Ownership.load(run.root)
    try:
        edit = plan_edit(Path(work.file), text, ownership)
        apply_edits([edit], ownership)
        record.file, record.note = edit.path, edit.note
    except TestwrightError as error:
        record.problem = {"slug": error.slug, "message": error.message}


# ── one module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _State:
    """All that is known of one module, as its file has it. Only with `record` it is finished."""

    replies: dict[str, ModelReply] = field(default_factory=dict)
    record: ModuleRecord | None = None
    text: str = ""

    @classmethod
    def load(cls, path: Path) -> _State:
        """Empty where there is none, or what is there cannot be read."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            replies = {
                name: ModelReply(**{**each, "usage": Usage(**each["usage"])}) for name, each in plain["replies"].items()
            }
            record = ModuleRecord(**{**plain["record"], "resumed": True}) if plain["record"] else None
            return cls(replies, record, str(plain["text"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def store(self, path: Path) -> None:
        remember(path, json.dumps({"schema": 1, **asdict(self)}))


@dataclass(frozen=True, slots=True)
class _Way:
    """One module's way through both calls and the proof, in a thread of its own."""

    run: TwoStepRun
    work: ModuleWork
    proofs: threading.Semaphore
    stopping: threading.Event

    def go(self) -> _State | None:
        """None when it was interrupted. A problem stays with this module, and is tried again when the run is resumed."""
        if self.stopping.is_set():
            return None
        record = ModuleRecord(self.work.target.module)
        answers: list[Answer] = []
        try:
            source = Path(self.work.target.source).read_bytes().decode("utf-8")
            path = self._path(source)
            state = _State.load(path) if self.run.resume else _State()
            if state.record is not None:
                return state
            self._ask(source, state, path, answers)
            self._prove(source, state, record, answers)
        except TestwrightError as error:
            record.problem = {"slug": error.slug, "message": error.message}
        except (OSError, UnicodeDecodeError) as error:
            record.problem = {"slug": "source-unreadable", "message": str(error)}
        if self.stopping.is_set():
            return None
        record.account = asdict(Account.of(answers))
        if record.problem is not None:
            return _State(record=record)
        state.record = record
        state.store(path)
        return state

    def _path(self, source: str) -> Path:
        """By all that the replies depend on."""
        work, run = self.work, self.run
        parts = [VERSION, work.target.module, source, repr(work.missing), run.client.model, repr(run.sampling)]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return run.root / REMEMBERED / _FOLDER / f"{key}.json"

    def _ask(self, source: str, state: _State, path: Path, answers: list[Answer]) -> None:
        """Both questions, but for replies that are there already; each reply is stored at once."""
        module, missing, sampling = self.work.target.module, self.work.missing, self.run.sampling
        shown = shown_source(source, missing, self._fits)
        if not shown:
            raise ModelError(f"{module!r} is too long for the model's context", slug="model-context-full")
        template = self._reply("template", template_request(module, shown, missing, sampling), state, answers)
        state.store(path)
        self._reply("completion", completion_request(module, shown, missing, template.text, sampling), state, answers)
        state.store(path)

    def _reply(self, name: str, request: ModelRequest, state: _State, answers: list[Answer]) -> ModelReply:
        """One that is cut, or was stopped, is not kept."""
        module = self.work.target.module
        if name not in state.replies:
            try:
                reply = self.run.client.complete(request)
            except ModelError as error:
                answers.append(Answer(module, slug=error.slug, reason=error.message))
                raise
            answers.append(Answer(module, reply))
            if reply.finish != "stop":
                raise ModelError(f"the {name} of the tests of {module!r} is cut", slug="reply-truncated")
            state.replies[name] = reply
        else:
            answers.append(Answer(module, state.replies[name]))
        return state.replies[name]

    def _fits(self, text: str) -> bool:
        """With both replies beside it, and the rules."""
        size, tokens = self.run.client.context_size, self.run.client.count_tokens(text)
        if size is None:
            return True
        needed = (len(text.encode()) // 3 if tokens is None else tokens) + 2 * self.run.sampling.max_tokens + 400
        return needed <= size

    def _prove(self, source: str, state: _State, record: ModuleRecord, answers: Sequence[Answer]) -> None:
        target = self.work.target
        model = read_module(source, module=target.module, path=target.source)
        replies = read_answers([answers[-1]], facts_of(model, modules=self.run.modules))
        record.rejected = [each.to_plain() for each in replies.rejected]
        if not replies.candidates or self.stopping.is_set():
            return
        with self.proofs:
            proof = self.run.prove(self.work, replies.candidates)
        record.kept, state.text = len(proof.kept), proof.text
        record.rejected += [
            {"function": "", "test": v.node, "slug": v.slug, "reason": v.reason} for v in proof.rejected
        ]
