"""Decides how a test has a token that an earlier request was given: by the function of the project that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from testwright.nouns.project_facts import ProjectFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Span
from testwright.propose.requests.request_rows import Arrangement
from testwright.propose.requests.request_test import Step
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["TOKEN", "token_step", "token_text"]

TOKEN = "token"
RowOf = Callable[[str, Any], str]
"""The variable of the row whose key stands under a name; "" for none."""


def token_text(spans: Sequence[Span]) -> str:
    """What was given back for the token, where some function is known to have made it; else ""."""
    span = next((each for each in spans if each.kind == "issued"), None)
    return "" if span is None else str(span.data["returned"][1])


def token_step(facts: ProjectFacts, arrangement: Arrangement, spans: Sequence[Span], row_of: RowOf) -> Step | None:
    """The line that makes it anew, each argument such as it may do without."""
    span = next((each for each in spans if each.kind == "issued"), None)
    if span is None:
        return None
    module, _, function = span.name.partition(":")
    writing = _Writing(facts, arrangement, row_of)
    try:
        given = [(str(name), writing.source(str(name), value)) for name, value in span.data.get("arguments", ())]
    except NoSourceError:
        return None
    if span.data.get("rest") or span.data.get("keywords"):
        return None
    named = [(name, source.around(f"{name}=") if place else source) for place, (name, source) in enumerate(given)]
    head = Source(f"{TOKEN} = {function}(", frozenset([(module, function)]))
    return Step(TOKEN, head, tuple(named), frozenset(name for name, _ in named), label=TOKEN)


class _Writing:
    """Of arguments, with rows in the place of their keys and of themselves."""

    def __init__(self, facts: ProjectFacts, arrangement: Arrangement, row_of: RowOf) -> None:
        self._facts, self._arrangement, self._row_of = facts, arrangement, row_of

    def source(self, name: str, value: Any) -> Source:
        return plain_source(self._bound(name, value))

    def _bound(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return self._inside(name, value)
        row = self._row_of(name, value)
        if not row:
            return value
        key: Mapping[str, Any] = self._arrangement.key_of(row)
        return {**key, "as": "str"} if isinstance(value, str) else key

    def _inside(self, name: str, value: list[Any]) -> Any:
        if value[:1] == ["dict"]:
            return ["dict", *([key, self._bound(str(key), held)] for key, held in value[1:])]
        if value[:1] == ["object"] and len(value) > 2:
            return self._row(value)
        return (
            [value[0], *(self._bound(name, each) for each in value[1:])]
            if value[:1] in (["list"], ["tuple"])
            else value
        )

    def _row(self, value: list[Any]) -> Any:
        """An object of a mapped class is the row that it stands for."""
        model = self._facts.models.get(str(value[1]).replace(":", "."))
        held = {pair[0]: pair[1] for pair in value[3:] if isinstance(pair, list) and len(pair) == 2}
        row = "" if model is None else self._arrangement.name_of(model.label, model.identity(held))
        return {"$": "row", "of": row} if row else value
