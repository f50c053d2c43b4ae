"""Plays one recorded request in a fork: makes its rows, sends it, and gives an account of what came of it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from .answering import Answers
from .identities import Known
from .marked_templates import BEGIN, END
from .stage import Stage
from .stage_clock import stop_clock

__all__ = ["play"]


def play(stage: Stage, order: Mapping[str, Any]) -> bytes:
    """In a fork of a process that has the project set up. `order`: "imports", "arrange" (sources), "act", "clock" ([library,
    seconds] or None), "seed", "base" of the keys, "http" as recorded, "marked".

    JSON: the account, or the "problem" and the "step" that it was at.
    """
    step = "begin"
    try:
        if order.get("marked"):
            stage.mark()
        if order.get("clock"):
            stop_clock(*order["clock"])
        random.seed(order.get("seed", 0))
        stage.watch_keys(int(order["base"]))
        answers = Answers(order.get("http", ()))
        answers.install()
        step = "fixtures"
        fixtures = stage.fixtures(order)
        names: dict[str, Any] = {"__name__": "rehearsal", **stage.names(fixtures, order)}
        with stage.isolated():
            step = "imports"
            exec(compile(order["imports"], "<imports>", "exec"), names)
            for number, source in enumerate(order["arrange"]):
                step = f"arrange {number}"
                exec(compile(source, f"<arrange {number}>", "exec"), names)
            step = "act"
            return json.dumps(_acted(stage, order, fixtures, names, answers)).encode()
    except BaseException as error:  # noqa: BLE001  it is told; nothing else is done in this process
        return json.dumps({"problem": f"{type(error).__name__}: {error}"[:2000], "step": step}).encode()


def _acted(
    stage: Stage, order: Mapping[str, Any], fixtures: Any, names: dict[str, Any], answers: Answers
) -> dict[str, Any]:
    rows = {name: each for name, each in names.items() if not name.startswith("_")}
    before = stage.look(fixtures, order)
    raised: BaseException | None = None
    queries = None
    try:
        with stage.queries_counted() as queries:
            exec(compile(order["act"], "<act>", "exec"), names)
    except Exception as error:  # noqa: BLE001  the view's: it is a part of the account
        raised = error
    account_needs = Known(int(order["base"]))
    after = stage.look(fixtures, order)
    stage.rows_known(account_needs, before, after, rows)
    account = stage.account(account_needs, names, raised, answers)
    account["queries"] = None if queries is None else len(queries)
    account["rows"] = stage.changes(account_needs, before, after)
    account["counts"] = {label: len(found) for label, found in before.items() if found}
    if order.get("marked") and account["response"] and "html" in account["response"]:
        account["marked"] = _marked(account["response"].pop("html"))
    return account


def _marked(lines: list[Any]) -> list[int]:
    """The places of lines that a variable or a condition had a part in."""
    open_ones = 0
    found = []
    for place, line in enumerate(lines):
        text = json.dumps(line, ensure_ascii=False)
        begins, ends = text.count(BEGIN), text.count(END)
        if begins or open_ones:
            found.append(place)
        open_ones += begins - ends
    return found
