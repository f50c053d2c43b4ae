"""Decides how tests of each framework are written: their rows, request, assertions and fixtures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from testwright.nouns.project_facts import ProjectFacts
from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Span
from testwright.propose.requests.request_asserts import RequestAsserts
from testwright.propose.requests.request_call import RequestCall
from testwright.propose.requests.request_rows import RowSteps
from testwright.propose.requests.request_test import Step
from testwright.propose.requests.service_asserts import FlaskAsserts, ServiceAsserts
from testwright.propose.requests.service_call import FlaskCall, ServiceCall
from testwright.propose.requests.service_fixtures import (
    SESSION_COOKIE,
    fixture_names,
    opened_session,
    service_fixtures,
    session_name,
)
from testwright.propose.requests.service_rows import MappedRows
from testwright.propose.requests.updated_columns import updated_by_condition

__all__ = ["Idiom", "idiom_of"]


@dataclass(frozen=True, slots=True)
class Idiom:
    """`given` are fixtures that every test has; of `offered` it has those that it names. `order` goes with each play and
    check.
    """

    rows: type[RowSteps] = RowSteps
    call: type[RequestCall] = RequestCall
    asserts: type[RequestAsserts] = RequestAsserts
    given: tuple[str, ...] = ("client", "db")
    offered: tuple[str, ...] = ()
    order: Mapping[str, Any] = field(default_factory=dict)
    links_are_stored: bool = True
    """As soon as they are made."""
    tables: frozenset[str] = frozenset()
    """Labels of those whose rows are not stored as soon as they are made."""

    def lines_between(self, steps: Sequence[Step]) -> list[Source]:
        """After the rows, before all that names them."""
        linked = any(self._waits(step) for step in steps)
        return [] if self.links_are_stored or not linked else [Source(f"{self.order['session']}.commit()")]

    def with_lines_between(self, steps: Sequence[Step]) -> list[Step]:
        """As they are written, these are among the rows."""
        last = max((place for place, step in enumerate(steps) if self._waits(step)), default=-1) + 1
        between = [Step("stored", line, closing="") for line in self.lines_between(steps)]
        return [*steps[:last], *between, *steps[last:]]

    def _waits(self, step: Step) -> bool:
        return not step.label or step.label in self.tables

    def changed_unseen(self, facts: ProjectFacts, spans: Sequence[Span]) -> list[str]:
        """Labels of models whose rows a statement changed by its condition."""
        if self.links_are_stored:
            return []
        keys = {model.table: [each.column for each in model.keys] for model in facts.models.values()}
        models = (facts.of_table(table) for table in updated_by_condition(spans, keys))
        return [model.label for model in models if model is not None]

    def fixtures_used(self, fixtures: Sequence[str], lines: Sequence[Source]) -> list[str]:
        named = {word for line in lines for word in re.findall(r"(?<![\w.\"'])\w+", line.text)}
        return [*fixtures, *(name for name in self.offered if name in named and name not in fixtures)]


_DJANGO = Idiom()


def idiom_of(facts: ProjectFacts) -> Idiom:
    if not isinstance(facts, ServiceFacts):
        return _DJANGO
    session = session_name(facts)
    opened = (SESSION_COOKIE,) if facts.remembers and not facts.is_flask else ()
    offered = (session, "add", *opened) if facts.has_rows else opened
    fixtures = service_fixtures(facts)
    order = {
        "preamble": fixtures.whole_text,
        "session": session if facts.has_rows else "",
        "cookie": opened_session(facts).removesuffix("()") if facts.remembers else "",
        "fixtures": [fixture_names(facts).client, *offered, "monkeypatch"],
    }
    return Idiom(
        rows=MappedRows,
        call=FlaskCall if facts.is_flask else ServiceCall,
        asserts=FlaskAsserts if facts.is_flask else ServiceAsserts,
        given=(fixture_names(facts).client,),
        offered=offered,
        order=order,
        links_are_stored=False,
        tables=frozenset(model.label for model in facts.models.values() if model.is_table),
    )
