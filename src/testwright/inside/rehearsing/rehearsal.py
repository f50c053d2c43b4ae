"""Plays one recorded request in a fork: makes its rows, sends it, and gives an account of what came of it."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .account import account_of
from .answering import Answers
from .django_project import databases
from .identities import Identities, Known
from .marked_templates import BEGIN, END, mark_templates
from .stage_clock import stop_clock
from .tables import changes, look, rows_known

__all__ = ["Fixtures", "in_a_transaction", "play"]


class Fixtures(dict[str, Any]):
    """What a test may ask for by name, as pytest and pytest-django give it."""

    def __init__(self) -> None:
        from django.core import mail
        from django.test import Client

        folder = Path(tempfile.mkdtemp())
        super().__init__(
            client=Client(),
            db=None,
            settings=_Settings(),
            tmp_path=folder,
        )
        mail.outbox = []
        self["mailoutbox"] = mail.outbox
        self["settings"].MEDIA_ROOT = str(folder / "media")

    def __missing__(self, name: str) -> Any:
        if name == "monkeypatch":
            import pytest

            self[name] = pytest.MonkeyPatch()
            return self[name]
        raise KeyError(name)

    def close(self) -> None:
        """As after a test: what it has set is put back, and caches are empty."""
        from django.core.cache import caches

        if "monkeypatch" in self:
            self["monkeypatch"].undo()
        self["settings"].put_back()
        for cache in caches.all(initialized_only=True):
            cache.clear()


class _Settings:
    """Sets a setting until it is put back."""

    def __init__(self) -> None:
        vars(self)["changed"] = []

    def __setattr__(self, name: str, value: Any) -> None:
        from django.test import override_settings

        override = override_settings(**{name: value})
        override.enable()
        vars(self)["changed"].append(override)

    def put_back(self) -> None:
        for override in reversed(vars(self)["changed"]):
            override.disable()
        vars(self)["changed"].clear()

    def __getattr__(self, name: str) -> Any:
        from django.conf import settings

        return getattr(settings, name)


@contextmanager
def in_a_transaction() -> Iterator[None]:
    """As Django's TestCase has it: all that is done is undone, and what the database checks at the end is checked."""
    from django.db import connections, transaction

    open_ones = []
    for alias in databases():
        atomic = transaction.atomic(using=alias)
        atomic._from_testcase = True
        atomic.__enter__()
        open_ones.append((alias, atomic))
    try:
        yield
        for alias, _ in open_ones:
            if connections[alias].features.can_defer_constraint_checks and not connections[alias].needs_rollback:
                connections[alias].check_constraints()
    finally:
        for alias, atomic in reversed(open_ones):
            transaction.set_rollback(True, using=alias)
            atomic.__exit__(None, None, None)


def play(order: Mapping[str, Any]) -> bytes:
    """In a fork of a process that has the project set up. `order`: "imports", "arrange" (sources), "act", "clock" ([library,
    seconds] or None), "seed", "base" of the keys, "http" as recorded, "marked".

    JSON: the account, or the "problem" and the "step" that it was at.
    """
    step = "begin"
    try:
        if order.get("marked"):
            mark_templates()
        if order.get("clock"):
            stop_clock(*order["clock"])
        random.seed(order.get("seed", 0))
        identities = Identities(int(order["base"]))
        identities.watch()
        answers = Answers(order.get("http", ()))
        answers.install()
        fixtures = Fixtures()
        names: dict[str, Any] = {"__name__": "rehearsal", **fixtures}
        if any("monkeypatch" in source for source in order["arrange"]):
            names["monkeypatch"] = fixtures["monkeypatch"]
        with in_a_transaction():
            step = "imports"
            exec(compile(order["imports"], "<imports>", "exec"), names)
            for number, source in enumerate(order["arrange"]):
                step = f"arrange {number}"
                exec(compile(source, f"<arrange {number}>", "exec"), names)
            step = "act"
            return json.dumps(_acted(order, names, answers)).encode()
    except BaseException as error:  # noqa: BLE001  it is told; nothing else is done in this process
        return json.dumps({"problem": f"{type(error).__name__}: {error}"[:2000], "step": step}).encode()


def _acted(order: Mapping[str, Any], names: dict[str, Any], answers: Answers) -> dict[str, Any]:
    rows = {name: each for name, each in names.items() if not name.startswith("_")}
    before = look()
    raised: BaseException | None = None
    try:
        exec(compile(order["act"], "<act>", "exec"), names)
    except Exception as error:  # noqa: BLE001  the view's: it is a part of the account
        raised = error
    account_needs = Known(int(order["base"]))
    after = look()
    rows_known(account_needs, before, after, rows)
    account = account_of(account_needs, names, raised, answers, Path(names["settings"].MEDIA_ROOT))
    account["rows"] = changes(account_needs, before, after)
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
