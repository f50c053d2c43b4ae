"""Recorded values of rows go to field parsers once each, and what these give takes their place; keys stay."""

from __future__ import annotations

from typing import Any

from testwright.propose.requests.parsed_fields import ParsedFields


def test_values_are_asked_for_once_and_put_in_their_place(recorded: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (1, "hot"), (2, "hot"), (3, ["cut", "str", 9000, "", "cold"]))
    orders = recorded.rows("shop.Order", "id name customer_id takes", (7, "hot", 3, 90_000_000))
    fields = ParsedFields(recorded.facts)
    asked = fields.orders([tags, orders])
    shown = [(order["label"], order["attname"], order["text"]) for order in asked]
    assert shown.count(("shop.Tag", "name", '"hot"')) == 1
    assert ("shop.Order", "name", '"hot"') in shown
    assert ("shop.Order", "takes", "timedelta(seconds=90)") in shown
    assert ("shop.Tag", "id", "1") in shown  # of every field, keys too
    answers = [[f"new {label}"] if attname != "takes" else None for label, attname, _ in shown]
    (span,) = [span for span in fields.taken(tags, answers) if span.kind == "rows"]
    assert span.data["before"] == [
        "list",
        ["tuple", 1, "new shop.Tag"],
        ["tuple", 2, "new shop.Tag"],
        ["tuple", 3, ["cut", "str", 9000, "", "cold"]],
    ]
    (span,) = [span for span in fields.taken(orders, answers) if span.kind == "rows"]
    assert span.data["before"][1] == ["tuple", 7, "new shop.Order", 3, 90_000_000]
