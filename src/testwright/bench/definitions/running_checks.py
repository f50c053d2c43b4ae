"""Finds what only running tells of a definition: a reference that fails, tests that tell nothing or lean on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from testwright.bench.definitions.finding import Finding
from testwright.bench.definitions.reference_mutants import PlantedBug, planted_bugs
from testwright.bench.evaluating.answers import EvaluatorSettings, Submission, evaluate_answers
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Item, Judged

__all__ = ["CAUGHT_SHARE", "CodeRun", "run_code_tasks"]

CAUGHT_SHARE: Final = 0.8
"""So many of the planted bugs must make a unit test fail."""
_MARK: Final = "the-teardown-came-to-its-end"
_FAILING: Final = {"python": "raise AssertionError('on purpose')", "julia": 'error("on purpose")'}
_SAYING: Final = {"python": f"print({_MARK!r})", "julia": f'println("{_MARK}")'}
_LEAST_SECONDS, _TIMES_LONGER = 1.0, 20.0
"""What an item may take with a bug planted, at least, and as a multiple of what the slowest takes without."""
_NOT_RUN: Final = frozenset({"skipped", "infra_error"})
_KEYS: Final = {"example": "examples", "unit_test": "unit_tests"}
Kind: TypeAlias = Literal["example", "unit_test"]
Place: TypeAlias = tuple[Kind, int]


@dataclass(slots=True)
class CodeRun:
    """What running showed of one definition. `skipped`: why it was not run, "" where it was; `bugs`: (caught, planted)."""

    findings: list[Finding] = field(default_factory=list)
    skipped: str = ""
    bugs: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One thing to run: a variant of the definition with some code, and what to make of what it gives."""

    variant: Definition
    code: str
    judge: Callable[[Judged], Iterator[Finding]]


def run_code_tasks(
    definitions: Sequence[Definition],
    settings: EvaluatorSettings,
    *,
    most_bugs: int,
    told: Callable[[str], None] = lambda text: None,
) -> list[CodeRun]:
    """One for each of the definitions, whose texts must parse. The reference first: the rest only where it passes."""
    told(f"running {len(definitions)} reference solutions")
    references = _evaluated([(each, each.reference_solution) for each in definitions], settings)
    runs = [_reference_run(*both) for both in zip(definitions, references, strict=True)]
    sound = [n for n, run in enumerate(runs) if not run.findings and not run.skipped]
    trials = [(n, trial) for n in sound for trial in _trials(definitions[n])]
    told(f"running {len(trials)} wrong solutions and single items")
    results = _evaluated([(trial.variant, trial.code) for _, trial in trials], settings)
    for (n, trial), judged in zip(trials, results, strict=True):
        runs[n].findings += trial.judge(judged)
    bugs = [(n, bug) for n in sound for bug in _bugs(definitions[n], most_bugs)]
    told(f"running {len(bugs)} solutions with a bug planted")
    hasty = {n: _for_bugs(definitions[n], references[n]) for n in sound}
    results = _evaluated([(hasty[n], bug.code) for n, bug in bugs], settings)
    for n in sound:
        own = [(bug, judged) for (m, bug), judged in zip(bugs, results, strict=True) if m == n]
        runs[n].findings += _judge_bugs(runs[n], own)
    for run in runs:
        # An item that leans on another is found alone and in another order.
        run.findings = list({(each.check, each.key): each for each in reversed(run.findings)}.values())[::-1]
    return runs


def _evaluated(answers: Sequence[tuple[Definition, str]], settings: EvaluatorSettings) -> list[Judged]:
    """What each gave, in their order; `infra_error` where nothing was told."""
    found: dict[int, Judged] = {}
    submissions = [Submission(definition, code, is_code=True) for definition, code in answers]
    if submissions:
        evaluate_answers(submissions, settings, told=found.__setitem__)
    lost = Judged("infra_error", message="the evaluator said nothing of it")
    return [found.get(number, lost) for number in range(len(submissions))]


# ── the reference ────────────────────────────────────────────────────────────────────────────────────────────────────


def _reference_run(definition: Definition, judged: Judged) -> CodeRun:
    if judged.outcome == "skipped":
        return CodeRun(skipped=judged.message or "what it needs is not here")
    return CodeRun(list(_judge_reference(definition, judged)))


def _judge_reference(definition: Definition, judged: Judged) -> Iterator[Finding]:
    if judged.outcome == "infra_error":
        yield Finding("not-evaluated", "", f"it could not be run: {judged.message}")
        return
    if not judged.executed:
        yield Finding("reference-fails", "reference_solution", f"it does not run: {_why(judged)}")
        return
    outcomes = _outcomes(judged)
    for kind, count in (("example", len(definition.examples)), ("unit_test", len(definition.unit_tests))):
        for number in range(1, count + 1):
            item = outcomes.get((kind, number))
            if item is None or item.outcome != "passed":
                yield _unpassed(f"{_KEYS[kind]}[{number}]", item)


def _unpassed(key: str, item: Item | None) -> Finding:
    if item is not None and item.outcome == "vacuous":
        return Finding("vacuous", key, "this asserts nothing, so that it passes whatever an answer does")
    why = "it was not run" if item is None else _item_text(item)
    return Finding("reference-fails", key, f"the reference solution does not pass it: {why}")


def _why(judged: Judged) -> str:
    return f"{judged.outcome}: {_first_line(judged.message)}".removesuffix(": ")


def _item_text(item: Item) -> str:
    return f"{item.outcome}: {_first_line(item.message)}".removesuffix(": ")


def _first_line(text: str) -> str:
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "")


def _outcomes(judged: Judged) -> Mapping[tuple[str, int], Item]:
    return {(item.kind, item.number): item for item in judged.items}


# ── wrong solutions, items by themselves and in another order, teardown ──────────────────────────────────────────────


def _trials(definition: Definition) -> Iterator[_Trial]:
    right = definition.reference_solution
    for number, wrong in enumerate(definition.wrong_solutions, 1):
        yield _Trial(definition, wrong, _WrongSolution(f"wrong_solutions[{number}]"))
    if len(definition.examples) + len(definition.unit_tests) > 1:
        yield from (_Trial(variant, right, _SameOutcome(places, how)) for variant, places, how in _orders(definition))
    yield from (_Trial(variant, right, _Teardown(key)) for variant, key in _failing_before_teardown(definition))


def _failing_before_teardown(definition: Definition) -> Iterator[tuple[Definition, str]]:
    failing, saying = (_FAILING[definition.language],), f"\n{_SAYING[definition.language]}"
    if teardown := definition.examples_teardown:
        variant = _only(definition, "example", failing)
        yield replace(variant, examples_teardown=teardown + saying), "examples_teardown"
    if teardown := definition.unit_tests_teardown:
        variant = _only(definition, "unit_test", failing)
        yield replace(variant, unit_tests_teardown=teardown + saying), "unit_tests_teardown"


def _orders(definition: Definition) -> Iterator[tuple[Definition, dict[Place, Place], str]]:
    """Variants of the definition, with where each of their items is in the definition itself."""
    kinds: tuple[Kind, ...] = ("example", "unit_test")
    for kind in kinds:
        items: tuple[str, ...] = getattr(definition, _KEYS[kind])
        for number, item in enumerate(items, 1):
            yield _only(definition, kind, (item,)), {(kind, 1): (kind, number)}, "alone"
        if len(items) > 1:
            places: dict[Place, Place] = {(kind, n): (kind, len(items) + 1 - n) for n in range(1, len(items) + 1)}
            yield _only(definition, kind, items[::-1]), places, "in reversed order"


def _only(definition: Definition, kind: Kind, items: tuple[str, ...]) -> Definition:
    examples, unit_tests = (items, ()) if kind == "example" else ((), items)
    return replace(definition, examples=examples, unit_tests=unit_tests)


@dataclass(frozen=True, slots=True)
class _WrongSolution:
    key: str

    def __call__(self, judged: Judged) -> Iterator[Finding]:
        if judged.outcome in _NOT_RUN:
            yield Finding("not-evaluated", self.key, f"it could not be run: {judged.message}")
        elif not judged.executed:
            message = f"it does not run, so that it says nothing of the unit tests: {_why(judged)}"
            yield Finding("wrong-solution-does-not-run", self.key, message, is_error=False)
        elif _passes_the_tests(judged):
            yield Finding("wrong-solution-passes", self.key, "no unit test fails with it")


def _passes_the_tests(judged: Judged) -> bool:
    return judged.executed and all(item.outcome == "passed" for item in judged.items if item.kind == "unit_test")


@dataclass(frozen=True, slots=True)
class _SameOutcome:
    """The reference passes every item; `places` leads from those of the variant to those of the definition."""

    places: Mapping[Place, Place]
    how: str

    def __call__(self, judged: Judged) -> Iterator[Finding]:
        outcomes = _outcomes(judged)
        for place, (kind, number) in self.places.items():
            item = outcomes.get(place)
            if item is None or item.outcome != "passed":
                why = _why(judged) if item is None else _item_text(item)
                message = f"this passes where it stands, and not {self.how}: {why}"
                yield Finding("depends-on-others", f"{_KEYS[kind]}[{number}]", message)


@dataclass(frozen=True, slots=True)
class _Teardown:
    """The teardown was made to say something at its end, and the item before it to fail."""

    key: str

    def __call__(self, judged: Judged) -> Iterator[Finding]:
        if not any(_MARK in item.output for item in judged.items):
            why = _item_text(judged.items[0]) if judged.items else _why(judged)
            yield Finding("teardown", self.key, f"it does not come to its end after an item that failed: {why}")


# ── planted bugs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _bugs(definition: Definition, most: int) -> list[PlantedBug]:
    if definition.language != "python" or not definition.unit_tests or most <= 0:
        return []
    return planted_bugs(definition.reference_solution, most)


def _for_bugs(definition: Definition, judged: Judged) -> Definition:
    """Unit tests alone, and with less patience: many a bug never ends."""
    slowest = max((item.milliseconds for item in judged.items), default=0.0) / 1000
    seconds = min(definition.timeout_s, max(_LEAST_SECONDS, _TIMES_LONGER * slowest))
    return replace(definition, examples=(), timeout_s=seconds)


def _judge_bugs(run: CodeRun, results: Sequence[tuple[PlantedBug, Judged]]) -> Iterator[Finding]:
    known = [(bug, judged) for bug, judged in results if judged.outcome not in _NOT_RUN]
    survived = [bug for bug, judged in known if _passes_the_tests(judged)]
    run.bugs = len(known) - len(survived), len(known)
    if len(known) < len(results):
        message = f"{len(results) - len(known)} of {len(results)} solutions with a bug planted could not be run"
        yield Finding("not-evaluated", "reference_solution", message)
    if known and run.bugs[0] < CAUGHT_SHARE * len(known):
        shown = "; ".join(bug.shown for bug in survived[:5])
        message = (
            f"{run.bugs[0]} of {len(known)} bugs planted in the reference solution make one fail, "
            f"fewer than {CAUGHT_SHARE:.0%}; none does with {shown}{' …' if len(survived) > 5 else ''}"
        )
        yield Finding("bugs-pass", "unit_tests", message)
