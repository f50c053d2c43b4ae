"""Runs Python answers in sandboxed workers, many in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from testwright.bench.evaluating.extraction import Extracted, extract_python, without_own_tests
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.errors import SandboxError
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Item, Judged, Outcome
from testwright.workers.run_job import JobEnd, run_job
from testwright.workers.scratch_folder import scratch_folder

__all__ = ["EVALUATOR", "evaluate_python"]

EVALUATOR = "python-1"
"""Raised whenever the same answer may get another outcome than before."""
_MOST_IN_A_WORKER = 50
_STARTING_SECONDS = 60.0
_MEMORY_OF_A_WORKER = 4096
Told = Callable[[int, Judged], None]


def evaluate_python(submissions: Sequence[tuple[int, Submission]], settings: EvaluatorSettings, told: Told) -> None:
    """Pairs of an index and a submission. What hit its time limit runs once more, alone, before that counts."""
    prepared = [(index, _prepare(index, each, settings)) for index, each in submissions]
    slow: list[tuple[int, _Prepared]] = []
    ready = [(index, each) for index, each in prepared if each.judged is None]
    for index, each in prepared:
        if each.judged is not None:
            told(index, each.judged)

    def first(index: int, judged: Judged) -> None:
        if _is_slow(judged):
            slow.append((index, by_index[index]))
        else:
            told(index, judged)

    by_index = dict(ready)
    batches = list(_batches(ready, settings.jobs))
    with ThreadPoolExecutor(max(settings.jobs, 1)) as pool:
        for done in [pool.submit(_run, batch, settings, first) for batch in batches]:
            done.result()
    for pair in slow:
        _run([pair], settings, told)


def _is_slow(judged: Judged) -> bool:
    return judged.outcome == "timeout" or any(each.outcome == "timeout" for each in judged.items)


def _batches(ready: Sequence[tuple[int, _Prepared]], jobs: int) -> Iterator[Sequence[tuple[int, _Prepared]]]:
    size = min(_MOST_IN_A_WORKER, max(1, -(-len(ready) // max(jobs, 1))))
    for start in range(0, len(ready), size):
        yield ready[start : start + size]


@dataclass(slots=True)
class _Prepared:
    """One answer, ready to run; `judged` where there is nothing to run."""

    submission: Submission
    extracted: Extracted
    sample: dict[str, Any] = field(default_factory=dict)
    judged: Judged | None = None


def _prepare(index: int, submission: Submission, settings: EvaluatorSettings) -> _Prepared:
    definition = submission.definition
    extracted = (
        Extracted(submission.answer, "as it is")
        if submission.is_code
        else extract_python(submission.answer, definition.target)
    )
    prepared = _Prepared(submission, extracted)
    if not extracted.code.strip():
        prepared.judged = _judged(prepared, "no_code", message="the answer has no code")
        return prepared
    code = without_own_tests(extracted.code) if settings.remove_tests and not submission.is_code else extracted.code
    prepared.sample = {
        "number": index,
        "code": code,
        "imports": [_import(each) for each in definition.imports],
        "files": dict(definition.files),
        "items": [*_items(definition, "example"), *_items(definition, "unit_test")],
        "seconds": settings.timeout_s or definition.timeout_s,
        "memory_mb": definition.memory_mb,
        "requires": list(definition.requires),
        "shared": definition.isolation == "shared",
    }
    return prepared


def _import(text: str) -> str:
    """A name, or the whole statement."""
    return text if " " in text.strip() else f"import {text.strip()}"


def _items(definition: Definition, kind: Literal["example", "unit_test"]) -> list[dict[str, Any]]:
    codes, before, after = (
        (definition.examples, definition.examples_setup, definition.examples_teardown)
        if kind == "example"
        else (definition.unit_tests, definition.unit_tests_setup, definition.unit_tests_teardown)
    )
    return [{"kind": kind, "code": code, "setup": before, "teardown": after} for code in codes]


def _run(batch: Sequence[tuple[int, _Prepared]], settings: EvaluatorSettings, told: Told) -> None:
    heard = {index: _Heard() for index, _ in batch}

    def take(message: dict[str, Any]) -> None:
        found = heard.get(message.get("sample", -1))
        if found is not None:
            found.take(message)

    end: JobEnd | None = None
    problem = ""
    with scratch_folder() as scratch:
        job = {
            "task": "answers",
            "scratch": str(scratch),
            "memory_mb": _MEMORY_OF_A_WORKER,
            "samples": [each.sample for _, each in batch],
        }
        wall = sum((each.sample["seconds"] + 1) * (len(each.sample["items"]) + 1) + 10 for _, each in batch)
        try:
            end = run_job(settings.python, job, on_message=take, wall_seconds=wall + _STARTING_SECONDS)
        except SandboxError as error:
            problem = error.message
    if end is not None and end.reason != "done":
        problem = f"the worker ended with {end.reason}: {end.detail[-300:]}"
    _require(settings, end)
    for index, each in batch:
        told(index, replace(heard[index].judged(each, problem), sandbox=end.isolation if end else ""))


def _require(settings: EvaluatorSettings, end: JobEnd | None) -> None:
    if settings.require_sandbox and end is not None and "namespaces" not in end.isolation.split("+"):
        raise SandboxError(
            f"this system gives {end.isolation!r} only, and a sandbox is required",
            slug="sandbox-too-weak",
            hint="run as root or allow user namespaces; `testwright doctor` says what is there",
        )


class _Heard:
    """What a worker said of one answer."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.main: dict[str, Any] = {}
        self.items: dict[int, dict[str, Any]] = {}

    def take(self, message: dict[str, Any]) -> None:
        if message["event"] == "missing":
            self.missing = message["requires"]
        elif message["event"] == "main":
            self.main = message
        elif message["event"] == "item":
            self.items[message["item"]] = message

    def judged(self, prepared: _Prepared, problem: str) -> Judged:
        if self.missing:
            return _judged(prepared, "skipped", message=f"needs {', '.join(self.missing)}, not installed here")
        if not self.main:
            return _judged(prepared, "infra_error", message=problem or "nothing was heard of it")
        if self.main["outcome"] != "passed":
            outcome: Outcome = self.main["outcome"]
            return _judged(prepared, outcome, parsed=outcome != "parse_error", message=self.main["message"])
        if len(self.items) < len(prepared.sample["items"]):
            return _judged(prepared, "infra_error", message=problem or "not all of its items were heard of")
        items = tuple(self._item(prepared, index) for index in range(len(prepared.sample["items"])))
        worst = next((each for each in items if each.outcome != "passed"), None)
        return _judged(
            prepared,
            "passed" if worst is None else _overall(items),
            parsed=True,
            executed=True,
            items=items,
        )

    def _item(self, prepared: _Prepared, index: int) -> Item:
        asked, told = prepared.sample["items"], self.items[index]
        kind = asked[index]["kind"]
        return Item(
            kind=kind,
            number=1 + sum(each["kind"] == kind for each in asked[:index]),
            outcome=told["outcome"],
            message=told.get("message", ""),
            milliseconds=told.get("milliseconds", 0.0),
            output=told.get("output", ""),
            assertions=told.get("assertions", 0),
        )


_BY_WEIGHT: tuple[Outcome, ...] = ("forged", "crashed", "out_of_memory", "timeout", "vacuous", "failed")


def _overall(items: Sequence[Item]) -> Outcome:
    """The gravest."""
    outcomes = {each.outcome for each in items}
    return next((each for each in _BY_WEIGHT if each in outcomes), "failed")


def _judged(
    prepared: _Prepared,
    outcome: Outcome,
    *,
    parsed: bool = False,
    executed: bool = False,
    items: tuple[Item, ...] = (),
    message: str = "",
) -> Judged:
    return Judged(
        outcome=outcome,
        parsed=parsed,
        executed=executed,
        items=items,
        extraction=prepared.extracted.rule,
        code=prepared.extracted.code,
        message=message,
        evaluator=EVALUATOR,
    )
