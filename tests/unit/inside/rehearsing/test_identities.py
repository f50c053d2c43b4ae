"""A key is known again wherever it turns up, and nothing else is taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.rehearsing.identities import Known

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PK, AS_TEXT = {"$": "pk", "of": "order"}, {"$": "pk", "of": "order", "as": "str"}


@pytest.fixture
def known() -> Known:
    found = Known(710_000)
    found.add("shop.Order", 710_001, "order")
    found.add("shop.Order", 710_001, "later")
    found.add("shop.Small", 7, "small")
    found.add("shop.User", UUID, "user")
    return found


@pytest.mark.parametrize(
    ("tree", "written"),
    [
        (710_001, PK),
        ("710001", AS_TEXT),
        (7, 7),
        (True, True),
        (1.5, 1.5),
        ("/o/710001/", {"$": "text", "parts": ["/o/", PK, "/"]}),
        ("710001710001", "710001710001"),
        ("a710001", "a710001"),
        ("1.710001", "1.710001"),
        (UUID, {"$": "pk", "of": "user", "as": "str"}),
        (f"<{UUID}>", {"$": "text", "parts": ["<", {"$": "pk", "of": "user"}, ">"]}),
        ({"a": [710_001, None]}, {"a": [PK, None]}),
        ({710_001: 1}, {"710001": 1}),
        ((1, "x"), [1, "x"]),
        ({"$": "setting", "name": "A"}, {"$": "setting", "name": "A"}),
    ],
)
def test_written(known: Known, tree: Any, written: Any) -> None:
    assert known.written(tree) == written


def test_rows_have_the_name_that_they_were_given_first(known: Known) -> None:
    assert known.name_of("shop.Order", 710_001) == "order"
    assert known.name_of("shop.Small", 7) == "small"
    assert known.name_of("shop.Order", 7) == ""
