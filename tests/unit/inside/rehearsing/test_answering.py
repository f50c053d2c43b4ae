"""What code sends out is answered by the recorded request that is like it, each once."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.rehearsing.answering import Answers


def one(method: str, url: str, **other: Any) -> dict[str, Any]:
    return {"method": method, "url": url, "status": 200} | other


def test_each_is_used_once_and_in_order() -> None:
    answers = Answers(
        [one("GET", "https://a/x", n=1), one("POST", "https://a/x", n=2), one("get", "https://b/x?q=1", n=3)]
    )
    assert [answers._answer("c", "GET", "https://a/x", [], None)["n"] for _ in range(2)] == [1, 3]
    with pytest.raises(ConnectionError, match="no request like GET https://a/x"):
        answers._answer("c", "GET", "https://a/x", [], None)
    assert [each["answer"] for each in answers.sent] == [0, 2, None]


@pytest.mark.parametrize(
    ("body", "told"),
    [(None, None), ("é", "é"), (b"x", "x"), (b"\xff", ["bytes", "/w=="]), (iter([b"x"]), "<list_iterator>")],
)
def test_bodies_are_told(body: Any, told: Any) -> None:
    answers = Answers([one("GET", "/")])
    answers._answer("c", "GET", "/", [("A", 1)], body)
    assert answers.sent[0]["body"] == told
    assert answers.sent[0]["headers"] == [["A", "1"]]
