"""Gives rehearsals what a test of an application has: fixtures, a client on an empty database, and a look at all rows."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from ...recording.values import snapshot
from ..answering import Answers
from ..identities import Known
from ..libraries import libraries
from ..outcome import body_told, raised_told, sent_told
from ..project_functions import importable
from .application import load_application
from .databases import bases, password_hasher, places
from .fixture_values import ServiceFixtures, fixtures_of_files, fixtures_of_text
from .mapped_classes import mappers, model_facts, through_facts
from .marked_jinja import mark_jinja
from .offered_fixtures import offered
from .row_holders import bare_table_facts
from .row_tables import KeysFrom, changes, look, rows_known

__all__ = ["ServiceStage"]

_IMPORTED = (
    *("time_machine", "freezegun", "requests", "urllib3", "httpx", "responses", "respx", "pytest"),
    *("starlette.testclient", "flask.testing", "sqlalchemy.orm"),
)


class ServiceStage:
    """`job` as `task.run` has it. NotSetUp where the application cannot be loaded."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._root = str(job["folder"])
        self._application = load_application(str(job["app"]))
        self._conftests, self._always = fixtures_of_files(job.get("conftests", ()))
        self._texts: dict[str, dict[str, Callable[..., Any]]] = {}
        self._remembered: list[dict[str, Any]] = []
        """What the session held at each look; a rehearsal is in a process of its own."""

    def facts(self, job: Mapping[str, Any]) -> dict[str, Any]:
        importable(job.get("functions", {}))
        models = [*model_facts(), *bare_table_facts(self._root)]
        return {
            "app": self._application.to_plain(),
            "models": [*models, *through_facts()],
            "libraries": libraries(),
            "bases": bases([mapper.class_ for mapper in mappers()], self._root),
            "places": places(self._root),
            "hasher": password_hasher(self._root),
            "has_forms": "flask_wtf" in sys.modules,
            "offered": offered(self._conftests, self._always, with_rows=bool(models)),
        }

    def make(self) -> None:
        """Imports, once, what each of the forks would import for itself."""
        for name in _IMPORTED:
            if importlib.util.find_spec(name.partition(".")[0]) is not None:
                _imported(name)
        for name in ("httpx", "urllib3"):
            logging.getLogger(name).setLevel(logging.WARNING)
        gc.collect()
        gc.freeze()

    def drop(self) -> None:
        """All databases are in the memory of forks."""

    def fixtures(self, order: Mapping[str, Any]) -> ServiceFixtures:
        text = str(order.get("preamble", ""))
        if text not in self._texts:
            self._texts[text] = fixtures_of_text(text)
        return ServiceFixtures({**self._conftests, **self._texts[text]}, self._always)

    def names(self, fixtures: Any, order: Mapping[str, Any]) -> dict[str, Any]:
        return {name: fixtures[name] for name in order["fixtures"]}

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """The fixtures see to it."""
        yield

    def queries_counted(self) -> Any:
        return nullcontext()

    def mark(self) -> None:
        """Templates of other engines are not known."""
        mark_jinja()

    def watch_keys(self, base: int) -> None:
        if mappers():
            KeysFrom(base).watch()

    def look(self, fixtures: Any, order: Mapping[str, Any]) -> Any:
        name = str(order.get("session", ""))
        if order.get("cookie"):
            self._remembered.append(_remembered(fixtures, str(order["cookie"])))
        return look(fixtures[name], self._root) if name else {}

    def rows_known(self, known: Known, before: Any, after: Any, named: Mapping[str, Any]) -> None:
        rows_known(known, before, after, named, self._root)

    def changes(self, known: Known, before: Any, after: Any) -> dict[str, Any]:
        return changes(known, before, after, self._root)

    def account(
        self, known: Known, names: Mapping[str, Any], raised: BaseException | None, answers: Answers
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "raised": raised_told(raised),
            "sent": [sent_told(known, one) for one in answers.sent],
            "response": None,
        }
        if len(self._remembered) > 1:
            found["session"] = [_plain_session(known, each) for each in self._remembered[-2:]]
        response = names.get("response")
        if raised is None and response is not None:
            found["response"] = _response(known, response, self._application.remembers)
        return found


def _remembered(fixtures: Any, path: str) -> dict[str, Any]:
    """By a fixture that opens the session, or a method of one."""
    name, _, method = path.partition(".")
    opened = getattr(fixtures[name], method) if method else fixtures[name]
    with opened() as held:
        return dict(held)


def _plain_session(known: Known, held: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): known.written(snapshot(value)) for name, value in held.items()}


def _imported(name: str) -> None:
    """What wants something else that is not there will say so when it is used."""
    try:
        importlib.import_module(name)
    except (ImportError, RuntimeError) as error:
        logging.getLogger(__name__).debug("%s cannot be imported: %s", name, error)


def _response(known: Known, response: Any, cookie: str) -> dict[str, Any]:
    """Of httpx or of Werkzeug; without the `cookie` of the session, of which is told what it holds."""
    content = response.data if hasattr(response, "data") else response.content
    kind = str(response.headers.get("Content-Type", ""))

    def is_cookie(header: str, value: str) -> bool:
        return bool(cookie) and header.lower() == "set-cookie" and value.startswith(f"{cookie}=")

    told: dict[str, Any] = {
        "status": response.status_code,
        "content_type": kind,
        "headers": {
            name: known.written(value) for name, value in response.headers.items() if not is_cookie(name, value)
        },
    }
    return told | body_told(known, content, kind)
