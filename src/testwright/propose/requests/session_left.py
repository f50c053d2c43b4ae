"""Decides how a test leaves in a session what an earlier request left there, and what it asserts of it: who is logged in, say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Span
from testwright.propose.requests.request_rows import Arrangement
from testwright.propose.requests.request_test import Step
from testwright.propose.requests.service_fixtures import opened_session
from testwright.propose.requests.settled import holds_any
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["joined_blocks", "session_asserts", "session_left"]

_OF_LIBRARIES = frozenset(("_id", "_fresh", "_permanent", "csrf_token", "_remember", "_remember_seconds"))
"""What Flask-Login, Flask and Flask-WTF note beside: of the machine, or drawn anew."""
_SINGLE = ("None", "True", "False")

_NAME = "session cookie"

RowOf = Callable[[str, Any], str]
"""The variable of the row whose key stands under a name; "" for none."""


def session_left(facts: ServiceFacts, arrangement: Arrangement, spans: Sequence[Span], row_of: RowOf) -> Iterator[Step]:
    """One for each value, as a test may turn out to do without it."""
    span = next((each for each in spans if each.kind == "session"), None)
    found = None if span is None else span.data.get("found")
    if not facts.remembers or not isinstance(found, list) or found[:1] != ["dict"]:
        return
    for pair in found[1:]:
        line = _kept(arrangement, pair, row_of)
        if line is not None:
            head = _block(f"with {opened_session(facts)} as cookie:", [line])
            yield Step(f"{_NAME} {pair[0]}", head, label=_NAME, closing="")


def joined_blocks(steps: Sequence[Step]) -> list[Step]:
    """Values of the session that stand one after the other, in one block."""
    found: list[Step] = []
    for step in steps:
        if found and step.label == found[-1].label == _NAME:
            first, second = found[-1].head, step.head
            text = f"{first.text}\n{second.text.partition(chr(10))[2]}"
            head = Source(text, first.imports | second.imports, first.needs | second.needs)
            found[-1] = replace(found[-1], head=head)
        else:
            found.append(step)
    return found


def _kept(arrangement: Arrangement, pair: Any, row_of: RowOf) -> Source | None:
    name, value = pair
    if not isinstance(name, str) or name in _OF_LIBRARIES:
        return None
    row = row_of(name, value)
    try:
        held = plain_source(_key(arrangement, row, value) if row else value)
    except NoSourceError:
        return None
    return held.around(f"cookie[{plain_source(name).text}] = ")


def _key(arrangement: Arrangement, row: str, value: Any) -> Any:
    key: dict[str, Any] = arrangement.key_of(row)
    return key | {"as": "str"} if isinstance(value, str) else key


def session_asserts(facts: ServiceFacts, told: Any, plain: Callable[[Any], Source]) -> Iterator[Source]:
    """Of what it held before and after the request: what came, changed and went."""
    if not isinstance(told, list) or not all(isinstance(each, Mapping) for each in told):
        return
    before, after = ({n: v for n, v in each.items() if n not in _OF_LIBRARIES} for each in told)
    lines = [Source(f"assert {plain_source(name).text} not in cookie") for name in before if name not in after]
    for name, value in after.items():
        if (name in before and before[name] == value) or holds_any(value):
            continue
        try:
            found = plain(value)
        except NoSourceError:
            continue
        same = "is" if found.text in _SINGLE else "=="
        lines.append(found.around(f"assert cookie[{plain_source(name).text}] {same} "))
    if lines:
        yield _block(f"with {opened_session(facts)} as cookie:", lines)


def _block(head: str, lines: Sequence[Source]) -> Source:
    text = "\n".join([head, *(f"    {line.text}" for line in lines)])
    imports = frozenset().union(*(line.imports for line in lines))
    return Source(text, imports, frozenset().union(*(line.needs for line in lines)))
