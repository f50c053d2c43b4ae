"""Makes the pages of a leaderboard: one of the whole, and one for each case with its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from testwright.bench.evaluating.extraction import extract_python
from testwright.bench.records.conversation_file import answer_of, load_conversation_from_eval
from testwright.bench.records.evaluation_file import evaluation_from
from testwright.bench.records.evaluation_table import EvaluationTable
from testwright.bench.reporting.charts import bars, keys_of, scatter
from testwright.bench.reporting.figures import counted
from testwright.bench.reporting.leaderboard import Leaderboard
from testwright.bench.scoring import score_eval
from testwright.errors import UsageError
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Conversation, Evaluation
from testwright.write.html_page import html_page

__all__ = ["Case", "case_file", "case_page", "cases_of", "leaderboard_page"]

_SHADES = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the rows of its evaluations, and those of which the answer is shown (the newest of each model and prompt)."""

    name: str
    rows: tuple[int, ...]
    shown: tuple[int, ...]
    definition: Definition | None = None


def case_file(name: str) -> str:
    """Where its page is, relative to that of the leaderboard."""
    return f"cases/{''.join(each if each.isalnum() or each in '-_.' else '_' for each in name)}.html"


def cases_of(
    table: EvaluationTable, rows: Sequence[int], definitions: Mapping[str, Definition], answers: int
) -> list[Case]:
    """Of scored rows. `answers`: how many of each model, prompt and strategy are shown."""
    gathered: dict[str, list[int]] = {}
    for row in rows:
        gathered.setdefault(table.text("name", row), []).append(row)
    return [
        Case(name, tuple(found), _newest(table, found, answers), definitions.get(name))
        for name, found in sorted(gathered.items())
    ]


def _newest(table: EvaluationTable, rows: Sequence[int], most: int) -> tuple[int, ...]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        key = tuple(table.text(each, row) for each in ("model", "prompt_label", "prompt_strategy"))
        groups.setdefault(key, []).append(row)
    newest = (sorted(group, key=table.timestamps.__getitem__)[-most:] for group in groups.values())
    kept = [row for group in newest for row in group]
    return tuple(sorted(kept, key=lambda row: (-table.scores[row], table.text("model", row))))


def leaderboard_page(board: Leaderboard, heat: Leaderboard, *, folders: Sequence[str], cases: Sequence[Case]) -> str:
    """`heat`: mean scores, a row a case and a column for each row of the leaderboard."""
    links = {each.name: case_file(each.name) for each in cases}
    return html_page(
        "leaderboard_page.html.jinja",
        {"shade": _shade},
        board=board,
        rows=[(keys_of(board, row), row) for row in board.rounded()],
        bars=bars(board),
        charts=[
            each
            for each in (scatter(board, "cost_cents", "cents"), scatter(board, "elapsed", "seconds"))
            if each is not None
        ],
        heat=heat,
        heat_rows=heat.rounded(),
        links=links,
        folders=folders,
        count=sum(len(each.rows) for each in cases),
    )


def _shade(score: float | None) -> str:
    return "" if score is None else f"b{min(int(score * _SHADES / 100), _SHADES - 1)}"


@dataclass(slots=True)
class _Answer:
    number: int
    evaluation: Evaluation
    points: float
    text: str
    code: str
    items: Sequence[Mapping[str, Any]] = ()


def case_page(case: Case, table: EvaluationTable, *, up: str = "../index.html") -> str:
    """The task, who does it best, and the answers with what came of them."""
    answers: list[_Answer] = []
    conversation: Conversation = ()
    for number, row in enumerate(case.shown, 1):
        answer, conversation = _answer(number, table.paths(row), case.definition)
        answers.append(answer)
    models: dict[str, list[int]] = {}
    for row in case.rows:
        models.setdefault(table.text("model", row), []).append(row)
    winners = sorted(
        ((model, counted(table, rows)) for model, rows in models.items()),
        key=lambda each: (-(each[1].score or 0), each[0]),
    )
    return html_page(
        "case_page.html.jinja",
        {"shade": _shade},
        case=case,
        prompt=case.definition.prompt if case.definition else _asked(conversation),
        winners=winners,
        answers=answers,
        left_out=len(case.rows) - len(case.shown),
        up=up,
    )


def _answer(number: int, path: str, definition: Definition | None) -> tuple[_Answer, Conversation]:
    evaluation = evaluation_from(msgspec.json.decode(Path(path).read_bytes()), path)
    try:
        conversation = load_conversation_from_eval(path)
    except UsageError:  # the evaluation alone is worth showing: many are handed on without what was said
        conversation = ()
    text = answer_of(conversation)
    is_python = evaluation.extra.get("language") == "python"
    target = definition.target if definition else evaluation.name
    code = extract_python(text, target).code if is_python and text else text
    items = [each for each in evaluation.extra.get("items", []) if isinstance(each, dict)]
    return _Answer(number, evaluation, score_eval(evaluation), text, code or text, items), conversation


def _asked(conversation: Conversation) -> str:
    return next((str(each["content"]) for each in conversation if each.get("_type") == "usermessage"), "")
