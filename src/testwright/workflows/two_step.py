"""The workflow of `testwright generate --calls two-step`: many modules side by side, resumable."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import TestwrightError
from testwright.nouns import Target
from testwright.workflows.asked_replies import Account
from testwright.workflows.stored_evidence import store_evidence
from testwright.workflows.two_step_module import (
    FOLDER,
    ModuleRecord,
    ModuleState,
    ModuleWay,
    ModuleWork,
    TwoStepRun,
)
from testwright.workflows.waiting import result_of, wait_for
from testwright.write.apply import apply_edits
from testwright.write.ownership import Ownership, plan_edit
from testwright.write.stored_file import REMEMBERED, remember

__all__ = ["ModuleRecord", "ModuleWork", "TwoStepResult", "TwoStepRun", "stored_work", "two_step"]


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
    return root / REMEMBERED / FOLDER / "work.json"


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
                ways = [ModuleWay(run, each, proofs, stopping) for each in batch]
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
    run: TwoStepRun, batch: Sequence[ModuleWork], futures: Sequence[Future[ModuleState | None]], result: TwoStepResult
) -> None:
    """Writes what was kept, one file after the other, and what their tests have shown."""
    evidence: list[tuple[str, dict[str, Any]]] = []
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
            evidence.append((state.record.file, state.evidence))
        result.account = result.account.plus(Account(**state.record.account))
        result.records.append(state.record)
    if evidence := [(file, records) for file, records in evidence if file]:
        store_evidence(run.root, evidence)


def _write(run: TwoStepRun, work: ModuleWork, text: str, record: ModuleRecord) -> None:
    ownership = Ownership.load(run.root)
    try:
        edit = plan_edit(Path(work.file), text, ownership)
        apply_edits([edit], ownership)
        record.file, record.note = edit.path, edit.note
    except TestwrightError as error:
        record.problem = {"slug": error.slug, "message": error.message}
