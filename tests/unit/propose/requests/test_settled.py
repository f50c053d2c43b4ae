"""What two accounts have in common is kept, what differs is any, and what follows from a row is told by it."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.propose.requests.settled import ANY, differs, is_any, settled

ORDER = "new:shop.Order:0"


def account(slug: str = "x1", **other: Any) -> dict[str, Any]:
    created = [{"name": ORDER, "values": {"id": 1, "slug": slug}}]
    rows = {"shop.Order": {"created": created, "changed": {}, "deleted": [], "left": 1}}
    return {"raised": None, "response": {"status": 200, "headers": {}, "json": {"slug": slug}}, "rows": rows} | other


def test_what_is_the_same_stays_and_what_differs_is_any() -> None:
    merged = settled(account(mails=["a", "b"]), account(mails=["a", "c"]))
    assert merged == account(mails=["a", ANY])


def test_what_follows_from_a_new_row_is_told_by_it() -> None:
    merged = settled(account("abcd"), account("wxyz"))
    value = {"$": "value", "of": ORDER, "name": "slug"}
    assert merged["response"]["json"] == {"slug": value}
    assert is_any(merged["rows"]["shop.Order"]["created"][0]["values"]["slug"])
    inside = settled(account("abcd", mails=["/o/abcd/"]), account("wxyz", mails=["/o/wxyz/"]))
    assert inside["mails"] == [{"$": "text", "parts": ["/o/", value, "/"]}]


def test_a_short_value_is_not_looked_for_inside_others() -> None:
    merged = settled(account("a", mails=["a cat"]), account("b", mails=["b cbt"]))
    assert merged["mails"] == [ANY]
    assert merged["response"]["json"] == {"slug": {"$": "value", "of": ORDER, "name": "slug"}}


def test_a_text_of_parts_is_taken_apart_again() -> None:
    def mail(slug: str) -> list[Any]:
        return [{"$": "text", "parts": [{"$": "pk", "of": "user"}, f" {slug}!"]}]

    merged = settled(account("abcd", mails=mail("abcd")), account("wxyz", mails=mail("wxyz")))
    value = {"$": "value", "of": ORDER, "name": "slug"}
    assert merged["mails"] == [{"$": "text", "parts": [{"$": "pk", "of": "user"}, " ", value, "!"]}]
    assert settled(account(mails=mail("a")), account(mails=mail("b")))["mails"] == [ANY]


def test_accounts_of_another_shape_have_in_common_what_they_have() -> None:
    raised = {"raised": {"name": "Broken"}, "response": None, "rows": {}}
    merged = settled(account(messages=[]), raised)
    assert all(map(is_any, (merged["raised"], merged["response"], merged["messages"], merged["rows"]["shop.Order"])))
    assert not differs(merged, raised)
    assert not differs(merged, account(messages=[]))
    assert differs(merged, account(others=[]))


def test_a_header_that_only_one_has_spoils_no_other() -> None:
    one, two = account(), account()
    one["response"] = {"status": 200, "headers": {"ETag": "1", "Retry-After": "9"}}
    two["response"] = {"status": 200, "headers": {"ETag": "1"}}
    merged = settled(one, two)["response"]
    assert merged["headers"]["ETag"] == "1"
    assert is_any(merged["headers"]["Retry-After"])


def test_rows_of_a_model_that_only_one_has_spoil_no_other() -> None:
    two = account()
    two["rows"] = two["rows"] | {"shop.Audit": {"created": [], "changed": {}, "deleted": [], "left": 1}}
    merged = settled(account(), two)["rows"]
    assert merged["shop.Order"] == account()["rows"]["shop.Order"]
    assert is_any(merged["shop.Audit"])


@pytest.mark.parametrize(
    "other",
    [account("other"), account(mails=[]), {"rows": {}}, account() | {"response": {"status": 200, "headers": {}}}],
)
def test_another_account_differs(other: dict[str, Any]) -> None:
    assert differs(account(), other)
    assert differs(other, account())
