"""The call that made a token is found in the request's own trace, in another one that was asked for, or in an earlier one."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.nouns import Span, Trace
from testwright.workflows.issued_tokens import with_issued

TOKEN = "eyJh.a-token-of-a-test.0123456789"


def a_trace(name: str) -> Trace:
    plain: dict[str, Any] = dict.fromkeys(Trace.__dataclass_fields__, "")
    return Trace(**plain | {"id": name})


def a_span(kind: str, name: str = "", /, **data: Any) -> Span:
    plain: dict[str, Any] = dict.fromkeys(Span.__dataclass_fields__, 0)
    return Span(**plain | {"kind": kind, "name": name, "data": data})


def made(name: str = "shop.auth:make_token", kind: str = "function") -> Span:
    return a_span("call", name, kind=kind, returned=["secret", TOKEN])


def sent(*headers: tuple[str, str], **other: Any) -> Span:
    return a_span("request", headers=list(headers), **other)


BEARER = sent(("Authorization", f"Bearer {TOKEN}"))


def issued(asked: list[Span], others: dict[str, list[Span]]) -> list[str]:
    looked: list[str] = []

    def spans_of(name: str) -> list[Span]:
        looked.append(name)
        return others[name]

    ((_, spans),) = with_issued([(a_trace("now"), asked)], lambda _: map(a_trace, others), spans_of)
    assert len(looked) == len(set(looked))
    return [each.name for each in spans if each.kind == "issued"] + looked


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([BEARER], ["shop.auth:make_token", "before", "long ago"]),
        ([BEARER, made()], ["shop.auth:make_token"]),
        ([sent(("cookie", f"theme=a; access={TOKEN}"))], ["shop.auth:make_token", "before", "long ago"]),
        ([sent(("cookie", f"session={TOKEN}")), a_span("session")], []),
        ([sent(("authorization", f"Bearer {TOKEN}"), user="ada")], []),  # of Django
        ([sent(("accept", "application/json;q=0.9,text/html"))], []),
    ],
)
def test_the_function_that_gave_a_token_back_is_told(asked: list[Span], expected: list[str]) -> None:
    others = {"before": [a_span("sql"), made("shop.auth:Tokens.make"), made(kind="coroutine")], "long ago": [made()]}
    assert issued(asked, others) == expected
