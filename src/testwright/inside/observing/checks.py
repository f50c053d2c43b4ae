"""Turns what one run of a scenario showed into its outcome: checks, an exception, or why it is no test."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from warnings import WarningMessage

from ..recipes import Await, Call, Const, Name, Recipe, Surroundings, Variable, evaluate, walk
from ..running import Ending
from ..scenario import Check, Outcome, Scenario, Step
from .changes import CONTAINERS, Held, changed_files, changed_variables, writes_beside
from .comparing import Comparer
from .details import details
from .raising import judge_error
from .side_effects import Logged, calls_made, rows_stored, warnings_given
from .signs import signs_of
from .volatile import Volatile

__all__ = ["LEAVING", "Place", "Seen", "judge"]

LONGEST_OUTPUT = 400
LEAVING = "side effect"


@dataclass(frozen=True, slots=True)
class Place:
    """Where scenarios run: the module, its file, and folders whose paths say something of this machine."""

    module: str
    path: str
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class Seen:
    """Everything that one run showed."""

    scenario: Scenario
    around: Surroundings
    ending: Ending
    scratch: Path
    held: dict[str, Held]
    output: str = ""
    errors: str = ""
    blocked: Sequence[str] = ()
    left: Sequence[str] = ()
    input_asked: bool = False
    too_slow: bool = False
    tables: dict[str, list[str]] = field(default_factory=dict)
    log: Logged | None = None
    warned: Sequence[WarningMessage] = ()
    detailed: bool = False
    """More is wanted than a reader would."""


def judge(seen: Seen, place: Place) -> Outcome:
    """The outcome of a run; the values are read only here, after all that could change them."""
    beside = writes_beside(seen.scratch, seen.scenario, seen.around.files or {})
    outcome = _judged(seen, place)
    if not _no_test(seen):
        outcome = replace(outcome, signs=signs_of(seen.scenario, seen.ending, module=place.module, path=place.path))
    return replace(outcome, beside=True) if beside and not outcome.broken else outcome


def _judged(seen: Seen, place: Place) -> Outcome:
    reason = _no_test(seen)
    if reason:
        return Outcome(broken=reason)
    volatile = Volatile(seen.scenario, scratch=str(seen.scratch), folders=place.folders)
    step = seen.scenario.steps[-1]
    own = step.variable if not step.attribute else ""
    variables = {k: v for k, v in seen.around.variables.items() if k != own}
    comparer = Comparer(place.module, seen.scratch, volatile, variables)
    if seen.ending.error is not None:
        outcome = judge_error(seen.ending.error, seen.scenario, module=place.module, path=place.path, volatile=volatile)
        if outcome.raised is not None and issubclass(type(seen.ending.error), SystemExit):
            return Outcome(tuple(_written(seen, volatile)), outcome.raised)
        return outcome
    checks = tuple(_checks(seen, comparer, step))
    further = details(comparer, own, seen.ending.value, variables) if seen.detailed else ()
    return Outcome(checks, fallback=tuple(_fallback(seen, comparer, step)), further=tuple(further))


def _no_test(seen: Seen) -> str:
    ending = seen.ending
    if seen.blocked:
        return f"blocked side effect: {seen.blocked[0]}"
    if _is_blocked(ending.error):
        return "blocked side effect"
    if seen.left:
        return f"{LEAVING}: {seen.left[0]}"
    if seen.too_slow:
        return "too slow"
    if seen.input_asked:
        return "reads standard input"
    if ending.failed_early:
        return f"set-up fails: {type(ending.error).__name__}"
    if ending.error is None and inspect.iscoroutine(ending.value):
        ending.value.close()
        return "gives a coroutine that nothing awaits"
    program = sys.modules.get("__main__")
    if program is not None and (ending.value is program or ending.value is vars(program)):
        return "gives what the running program holds"
    return ""


def _is_blocked(error: BaseException | None) -> bool:
    """The sandbox's refusal, or something that was raised because of it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if type(error).__name__ == "BlockedSideEffect":
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _checks(seen: Seen, comparer: Comparer, step: Step) -> list[Check]:
    held = {name: h for name, h in seen.held.items() if step.attribute or name != step.variable}
    changes = changed_variables(held, comparer)
    effects = [
        *changes,
        *_written(seen, comparer.volatile),
        *([] if seen.log is None else seen.log.checks(comparer)),
        *warnings_given(seen.warned, comparer),
        *changed_files(seen.scratch, seen.scenario, comparer, seen.around.files or {}),
        *rows_stored(seen.tables, comparer),
        *calls_made(comparer),
    ]
    if not step.variable or step.attribute:
        return effects
    value = seen.ending.value
    if value is None and effects:
        return effects
    early, around = seen.scenario.steps[:-1], seen.around
    return [*_of_result(Variable(step.variable), value, step.recipe, comparer, early, around), *effects]


def _fallback(seen: Seen, comparer: Comparer, step: Step) -> list[Check]:
    if not step.variable or step.attribute or _constructs(step.recipe, seen.ending.value):
        return []
    return comparer.weakly(Variable(step.variable), seen.ending.value)


def _of_result(
    subject: Recipe, value: Any, recipe: Recipe, comparer: Comparer, steps: Sequence[Step], around: Surroundings
) -> list[Check]:
    same = next((n for n, v in comparer.variables.items() if v is value), None)
    if same is not None and type(value) in CONTAINERS:
        return [Check("is", subject, Variable(same))]
    if _constructs(recipe, value):
        return comparer.attributes(subject, value) or comparer.describe(subject, value)[1:]
    if (alike := _equal_hash(subject, value, recipe, steps, around)) is not None:
        return [alike]
    checks = comparer.compare(subject, value) or comparer.describe(subject, value)
    if any(check.expected == recipe and not isinstance(recipe, Const) for check in checks):
        return comparer.attributes(subject, value)  # "it equals what it was made by" says nothing
    return checks


def _equal_hash(
    subject: Recipe, value: Any, recipe: Recipe, steps: Sequence[Step], around: Surroundings
) -> Check | None:
    """Of a hash only this is sure in any process: that an equal object has the same."""
    if not isinstance(recipe, Call) or recipe.function != Name("builtins", "hash") or len(recipe.args) != 1:
        return None
    hashed = recipe.args[0]
    made = [s.recipe for s in steps if not s.attribute and Variable(s.variable) == hashed]
    again = made[0] if len(made) == 1 else hashed
    if any(isinstance(node, (Variable, Await)) for node in walk(again)):
        return None
    try:
        other = evaluate(again, Surroundings(around.scratch))
        same = hash(other) == value
    except Exception:  # noqa: BLE001  constructors and __hash__ are the code under test's
        return None
    return Check("equals", subject, Call(recipe.function, (again,))) if same else None


def _constructs(recipe: Recipe, value: Any) -> bool:
    """The step calls the class of its value, so that neither its type nor its equal is news."""
    while isinstance(recipe, Await):
        recipe = recipe.target
    if not isinstance(recipe, Call) or not isinstance(recipe.function, Name):
        return False
    kind = type(value)
    return recipe.function.qualname == kind.__qualname__ and kind.__module__ not in ("builtins",)


def _written(seen: Seen, volatile: Volatile) -> list[Check]:
    texts = (("output", seen.output), ("errors", seen.errors))
    return [
        Check(kind, None, Const(text))
        for kind, text in texts
        if 0 < len(text) <= LONGEST_OUTPUT and not volatile.text(text)
    ]
