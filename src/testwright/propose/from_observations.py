"""Decides which observations become tests: those that showed something, rows of one shape together in one table."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from testwright.inside.recipes import (
    Attribute,
    Call,
    Const,
    Dictionary,
    Item,
    Name,
    Recipe,
    Variable,
    to_plain,
)
from testwright.inside.recipes import Sequence as Display
from testwright.inside.scenario import ASKED_FOR, Check, Outcome
from testwright.nouns.candidate import Candidate, Row
from testwright.nouns.observation import Observation
from testwright.nouns.suspicion import PINS
from testwright.propose.case_ids import case_ids
from testwright.propose.describe_value import edge_kind
from testwright.propose.naming import Names
from testwright.python_source.render_helpers import Helpers
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import lay_out
from testwright.python_source.render_literal import WIDTH, width
from testwright.python_source.render_recipe import FileNames, parts_of
from testwright.python_source.render_slots import is_table_value, key_of, open_slots

__all__ = ["LONGEST_EXPECTED", "LONGEST_VALUE", "candidates", "is_private", "makes_a_test", "parts_told", "says_little"]

LONGEST_VALUE = 12
"""Lines that one value may take that a test gives."""
LONGEST_EXPECTED = 24
"""Lines that one value may take that a test expects: a whole page of text says more than how it begins."""
LONGEST_AT_ALL = 40
"""The same where nothing shorter reaches some line of the module."""
MOST_PARTS = 3

_ACCIDENTS = frozenset(
    {"TypeError", "AttributeError", "NameError", "UnboundLocalError", "RecursionError", "MemoryError"}
)
_ROW_ROOM = WIDTH - len('        pytest.param(id=""),')
_MESSAGE_ROOM = 40


@dataclass(frozen=True, slots=True)
class _Case:
    row: Row
    shape: str
    """Equal for rows of one table, "" = a test of its own."""
    arguments: tuple[Recipe, ...] = ()

    @property
    def expected(self) -> Recipe | None:
        return None if self.row.outcome.raised is not None else self.row.outcome.checks[0].expected


def candidates(observations: Sequence[Observation], *, module: str) -> list[Candidate]:
    """Tests in the order of the observations: for each function its tables, then single tests, then what it refuses."""
    targets: dict[str, dict[str, list[_Case]]] = {}
    seen: set[str] = set()
    for observation, row in zip(observations, _rows(observations, module), strict=True):
        key = repr([(to_plain(step.recipe), step.attribute) for step in observation.scenario.steps])
        if row is None or key in seen:
            continue
        seen.add(key)
        case = _case(row, module)
        targets.setdefault(row.scenario.target, {}).setdefault(case.shape or f"alone {key}", []).append(case)
    names = Names()
    return [test for target, groups in targets.items() for test in _tests(target, list(groups.values()), names)]


def is_private(target: str) -> bool:
    """Whether any part of the qualname is private (dunders are not)."""
    parts = target.split(".")
    return any(part.startswith("_") and not (part.startswith("__") and part.endswith("__")) for part in parts)


def _tests(target: str, groups: list[list[_Case]], names: Names) -> list[Candidate]:
    ordered = sorted(groups, key=_group_order)
    return [_test(target, group, names) for group in ordered]


def _group_order(group: list[_Case]) -> tuple[bool, bool, int]:
    """Tables of what works, then single tests, then the same of what raises; bigger tables first."""
    return group[0].row.outcome.raised is not None, len(group) == 1, -len(group)


def _test(target: str, group: list[_Case], names: Names) -> Candidate:
    if len(group) == 1:
        row = group[0].row
        return Candidate(names.for_single(target, row), target, (row,), is_private(target))
    usual = [_usual_type([case.arguments[i] for case in group]) for i in range(len(group[0].arguments))]
    ordered = sorted(group, key=lambda case: _is_edge(case, usual))
    ids = case_ids([case.arguments for case in ordered], [case.expected for case in ordered])
    rows = tuple(replace(case.row, case_id=case_id) for case, case_id in zip(ordered, ids, strict=True))
    return Candidate(names.for_table(target, rows), target, rows, is_private(target))


def _is_edge(case: _Case, usual: list[str]) -> bool:
    """Whether an argument is out of the ordinary, or of another type than in most rows."""
    return any(
        edge_kind(argument) or _type(argument) != expected
        for argument, expected in zip(case.arguments, usual, strict=True)
    )


def _usual_type(column: Sequence[Recipe]) -> str:
    return Counter(map(_type, column)).most_common(1)[0][0]


def _type(recipe: Recipe) -> str:
    return type(recipe.value if isinstance(recipe, Const) else recipe).__name__


def makes_a_test(observation: Observation, *, module: str) -> bool:
    """Whether there is something to assert that says more than a type, and what it takes is not too long to read."""
    row = _row(observation, module, _longest(observation))
    return row is not None and not says_little(row)


def says_little(row: Row) -> bool:
    """Only that the result is of some type of the standard library is asserted."""
    return row.outcome.raised is None and all(
        check.kind == "isinstance" and _is_standard(check.expected) for check in row.outcome.checks
    )


def _is_standard(kind: Recipe) -> bool:
    return isinstance(kind, Name) and kind.module.partition(".")[0] in sys.stdlib_module_names


def _rows(observations: Sequence[Observation], module: str) -> list[Row | None]:
    """The longer ones only where they reach what no shorter one does."""
    rows = [_row(o, module, _longest(o)) for o in observations]
    reached = {arc for o, row in zip(observations, rows, strict=True) if row is not None for arc in o.arcs}
    for number, observation in enumerate(observations):
        if rows[number] is None and not reached.issuperset(observation.arcs):
            rows[number] = _row(observation, module, LONGEST_AT_ALL)
            reached.update(observation.arcs if rows[number] is not None else ())
    return rows


def _longest(observation: Observation) -> int:
    return LONGEST_AT_ALL if observation.scenario.origin == ASKED_FOR else LONGEST_VALUE


def _row(observation: Observation, module: str, longest: int) -> Row | None:
    """The case that the observation makes, None when there is nothing to assert."""
    outcome = observation.outcome
    if outcome is None or outcome.broken or not observation.scenario.steps:
        return None
    if outcome.raised is not None:
        asked_for = observation.scenario.origin == ASKED_FOR
        accident = not (outcome.raised.from_module or asked_for) and outcome.raised.type.qualname in _ACCIDENTS
        if accident or (outcome.raised.type.module == "builtins" and outcome.raised.type.qualname == "RecursionError"):
            return None
    checks = tuple(_worthwhile(outcome.checks, module, max(longest, LONGEST_EXPECTED)))
    if not checks and outcome.raised is None:
        return None
    if any(_lines(step.recipe, module) > longest for step in observation.scenario.steps):
        return None
    return Row(observation.scenario, Outcome(checks, outcome.raised, beside=outcome.beside))


def _worthwhile(checks: Sequence[Check], module: str, longest: int) -> list[Check]:
    """Without repetitions, standard types of what is compared anyway, and values too long to read, of which parts are
    told.
    """
    short: list[Check] = []
    for check in checks:
        short += [check] if _lines(check.expected, module) <= longest else parts_told(check, module, longest)
    compared = {_key(check.subject) for check in short if check.kind in ("equals", "is", "approx")}
    kept: dict[tuple[str, str, str], Check] = {}
    for check in short:
        if check.kind == "isinstance" and _key(check.subject) in compared and _is_standard(check.expected):
            continue
        kept.setdefault((check.kind, _key(check.subject), key_of(check.expected)), check)
    return list(kept.values())


def parts_told(check: Check, module: str, longest: int) -> list[Check]:
    """How much there is of a value too long to read, and its first few parts."""
    subject, expected = check.subject, check.expected
    if check.kind != "equals" or subject is None:
        return []
    room = longest // MOST_PARTS
    if isinstance(expected, Display) and expected.kind in ("list", "tuple"):
        items = [Check("equals", Item(subject, Const(n)), held) for n, held in enumerate(expected.items[:MOST_PARTS])]
        return [_length(subject, len(expected.items)), *(c for c in items if _lines(c.expected, module) <= room)]
    if isinstance(expected, Dictionary):
        keys = Display("list", tuple(key for key, _ in expected.items))
        listed = Check("equals", Call(Name("builtins", "list"), (subject,)), keys)
        items = [Check("equals", Item(subject, key), held) for key, held in expected.items[:MOST_PARTS]]
        first = listed if _lines(keys, module) <= room else _length(subject, len(expected.items))
        return [first, *(c for c in items if _lines(c.expected, module) <= room)]
    if isinstance(expected, Const) and isinstance(expected.value, str):
        lines = expected.value.splitlines(keepends=True)
        start = Const("".join(lines[: MOST_PARTS - 1]).rstrip("\n"))
        split = Call(Attribute(subject, "splitlines"))
        begins = Check("is", Call(Attribute(subject, "startswith"), (start,)), Const(True))
        return [_length(split, len(lines)), *([begins] if 0 < _lines(start, module) <= room and start.value else [])]
    return []


def _length(subject: Recipe, count: int) -> Check:
    return Check("equals", Call(Name("builtins", "len"), (subject,)), Const(count))


def _key(recipe: Recipe | None) -> str:
    return "" if recipe is None else key_of(recipe)


def _lines(recipe: Recipe, module: str) -> int:
    """Lines that the expression takes in a test."""
    return len(lay_out(parts_of(recipe, FileNames(Imports(target=module), Helpers())), indent=8))


def _case(row: Row, module: str) -> _Case:
    *early, last = row.scenario.steps
    if row.scenario.origin.startswith(PINS):
        return _Case(row, "")
    opened = open_slots(last.recipe, row.scenario.target, module)
    arguments = tuple(slot.value for slot in opened.slots)
    result = _result_shape(row.outcome, last.variable, module)
    if not arguments or last.attribute or not result or not _is_narrow(row, arguments, module):
        return _Case(row, "", arguments)
    steps = [(to_plain(step.recipe), step.variable, step.attribute) for step in early]
    keywords = [slot.keyword for slot in opened.slots]
    return _Case(row, repr((row.scenario.in_loop, steps, key_of(opened.template), keywords, result)), arguments)


def _result_shape(outcome: Outcome, variable: str, module: str) -> str:
    """What the rows of a table must have in common beside the call, "" when this outcome fits in no table."""
    if outcome.raised is not None:
        return f"raises {outcome.raised.type} {bool(outcome.raised.message)}" if not outcome.checks else ""
    if len(outcome.checks) != 1 or outcome.checks[0].subject != Variable(variable):
        return ""
    check = outcome.checks[0]
    if check.kind not in ("equals", "is", "approx") or not is_table_value(check.expected, module):
        return ""
    return "approx" if check.kind == "approx" else "equals"


def _is_narrow(row: Row, arguments: tuple[Recipe, ...], module: str) -> bool:
    """Whether the row fits in one line of the table, or nearly."""
    raised = row.outcome.raised
    result = row.outcome.checks[0].expected if raised is None else Const((raised.message or "")[:_MESSAGE_ROOM])
    names = FileNames(Imports(target=module), Helpers())
    lines = [lay_out(parts_of(value, names)) for value in (*arguments, result)]
    return all(len(found) == 1 for found in lines) and sum(width(found[0]) + 2 for found in lines) <= _ROW_ROOM
