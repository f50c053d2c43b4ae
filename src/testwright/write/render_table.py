"""Decides the columns of a parametrize table: the arguments that differ between its rows, the result, the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from testwright.errors import InternalError
from testwright.inside.recipes import Const, Recipe, Variable
from testwright.inside.scenario import Check, Outcome, Scenario
from testwright.nouns.candidate import Candidate, Row
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import Brackets, Parts, Text, lay_out
from testwright.python_source.render_recipe import FileNames, parts_of
from testwright.python_source.render_slots import Opened, Slot, fill, key_of, open_slots
from testwright.write.render_match import fixed_text, match_variable

__all__ = ["Table", "table_of"]

_FIXTURES = frozenset({"request", "tmp_path", "capsys", "caplog", "monkeypatch", "recwarn"})
_OWN = frozenset({"pytest", "re", "asyncio", "message", "expected", "actual", "captured"})
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Table:
    """The body that all rows share, with a Variable for each column; no columns = no table."""

    scenario: Scenario
    outcome: Outcome
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Recipe, ...], ...] = ()
    ids: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    compares_by_identity: bool = False
    match: Parts = ()

    def decorator(self, names: FileNames, indent: int) -> list[str]:
        """`@pytest.mark.parametrize(…)`, or nothing."""
        if not self.columns:
            return []
        pytest = names.imports.expression("pytest", "")
        rows = tuple(self._row(pytest, row, id_, names) for row, id_ in zip(self.rows, self.ids, strict=True))
        columns = Brackets("(", tuple((Text(c),) for c in self.columns), ")")
        head: Parts = (columns,) if len(self.columns) > 1 else (Text(self.columns[0]),)
        margin = " " * indent
        lines = [f"{margin}@{pytest}.mark.parametrize(", *lay_out(head, indent=indent + 4, after=","), f"{margin}    ["]
        for row in rows:
            lines += lay_out(row, indent=indent + 8, after=",")
        return [*lines, f"{margin}    ],", f"{margin})"]

    def _row(self, pytest: str, row: tuple[Recipe, ...], case_id: str, names: FileNames) -> Parts:
        values = tuple(parts_of(value, names) for value in row)
        return (f"{pytest}.param", Brackets("(", (*values, ("id=", Text(case_id))), ")", bare_texts=True))


def table_of(
    candidate: Candidate,
    *,
    module: str,
    parameter_names: Mapping[str, Sequence[str]],
    taken: Iterable[str],
    imports: Imports,
) -> Table:
    """The table of a candidate with named rows; for a single unnamed row, the row itself."""
    first = candidate.rows[0]
    if len(candidate.rows) == 1 and not first.case_id:
        return Table(first.scenario, first.outcome)
    opened = [open_slots(row.scenario.steps[-1].recipe, row.scenario.target, module) for row in candidate.rows]
    _check_shape(candidate, opened)
    columns = _varying([[slot.value for slot in o.slots] for o in opened])
    names = _column_names([[o.slots[i] for o in opened] for i in columns], parameter_names, set(taken))
    constant = {i: slot.value for i, slot in enumerate(opened[0].slots) if i not in columns}
    variables = {i: Variable(name) for i, name in zip(columns, names, strict=True)}
    last = replace(first.scenario.steps[-1], recipe=fill(opened[0].template, {**constant, **variables}))
    scenario = replace(first.scenario, steps=(*first.scenario.steps[:-1], last))
    rows = [tuple(o.slots[i].value for i in columns) for o in opened]
    table = Table(scenario, first.outcome, tuple(names), tuple(rows), tuple(row.case_id for row in candidate.rows))
    raises = first.outcome.raised is not None
    made = _with_messages(table, candidate.rows, imports) if raises else _with_expected(table, candidate.rows)
    beside = any(row.outcome.beside for row in candidate.rows)
    return replace(made, outcome=replace(made.outcome, beside=beside))


def _check_shape(candidate: Candidate, opened: list[Opened]) -> None:
    if any(key_of(o.template) != key_of(opened[0].template) for o in opened) or not opened[0].slots:
        raise InternalError(f"the rows of {candidate.name!r} are not of one shape", slug="internal-error")


def _varying(values: list[list[Recipe]]) -> list[int]:
    """Numbers of the columns whose values differ; all of them when there is one row."""
    indices = range(len(values[0]))
    return [i for i in indices if len({key_of(row[i]) for row in values}) > 1] or list(indices)


def _with_expected(table: Table, rows: Sequence[Row]) -> Table:
    checks = [row.outcome.checks[0] for row in rows]
    if len(rows) > 1 and len({key_of(check.expected) for check in checks}) == 1:
        return table
    check = Check(checks[0].kind, checks[0].subject, Variable("expected"))
    same = all(_is_singleton(check.expected) for check in checks)
    kind = "approx" if check.kind == "approx" else "equals"
    return replace(
        table,
        outcome=Outcome((replace(check, kind=kind),)),
        columns=(*table.columns, "expected"),
        rows=tuple((*row, c.expected) for row, c in zip(table.rows, checks, strict=True)),
        compares_by_identity=same,
    )


def _is_singleton(recipe: Recipe) -> bool:
    return isinstance(recipe, Const) and (recipe.value is None or isinstance(recipe.value, bool))


def _with_messages(table: Table, rows: Sequence[Row], imports: Imports) -> Table:
    said = [row.outcome.raised.message or "" for row in rows if row.outcome.raised is not None]
    messages = [fixed_text(message) for message in said]
    if len(set(messages)) == 1:
        return table
    if not all(messages):
        raised = rows[0].outcome.raised
        return replace(table, outcome=replace(rows[0].outcome, raised=raised and replace(raised, message=None)))
    return replace(
        table,
        columns=(*table.columns, "message"),
        rows=tuple((*row, Const(message)) for row, message in zip(table.rows, messages, strict=True)),
        match=match_variable(said, imports),
    )


def _column_names(columns: list[list[Slot]], known: Mapping[str, Sequence[str]], taken: set[str]) -> list[str]:
    """Keyword, else the parameter's own name, else what the values are; never a name that the test uses."""
    lone = sum(not column[0].keyword for column in columns) == 1
    found: list[str] = []
    for order, column in enumerate(columns):
        plain = _kind([slot.value for slot in column]) if lone else _ORDINALS[min(order, 7)]
        name = column[0].keyword or _parameter(column[0], known) or plain
        is_free = name.isidentifier() and name not in taken and name not in _FIXTURES | _OWN and name not in found
        options = [*([name] if is_free else []), f"{name}_value", *(f"{name}_{n}" for n in range(2, 99))]
        found.append(next(o for o in options if o not in taken and o not in found))
    return found


def _parameter(slot: Slot, known: Mapping[str, Sequence[str]]) -> str:
    names = known.get(slot.callee) or known.get(f"{slot.callee}.__init__") or ()
    return names[slot.position] if 0 <= slot.position < len(names) else ""


def _kind(values: list[Recipe]) -> str:
    """`text`, `number`, `items`, … when all values are of that kind."""
    kinds = {_kind_of(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else "value"


def _kind_of(value: Recipe) -> str:
    if not isinstance(value, Const):
        return {"Sequence": "items", "Dictionary": "mapping"}.get(type(value).__name__, "value")
    if isinstance(value.value, bool) or value.value is None:
        return "value"
    return {str: "text", bytes: "data", int: "number", float: "number", complex: "number"}.get(
        type(value.value), "value"
    )
