"""Tests are called by their view and by what came of the request."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.propose.requests.settled import ANY
from testwright.propose.requests.test_names import name_of_test


def account(status: Any = 200, **other: Any) -> dict[str, Any]:
    return {"response": {"status": status}, "rows": {}, "mails": [], "raised": None} | other


def changes(**what: Any) -> dict[str, Any]:
    return {"created": [], "changed": {}, "deleted": []} | what


@pytest.mark.parametrize(
    ("request_", "told", "name"),
    [
        ({"view": "shop:order-list"}, account(), "test_order_list_answers_200"),
        ({"view": "shop.views.OrderList", "method": "POST"}, account(302), "test_order_list_post_redirects"),
        ({"view": "<lambda>", "path": "/a/7/b c/"}, account(404), "test_a_b_c_is_not_found"),
        ({"path": "/"}, account(), "test_root_answers_200"),
        ({"view": "x"}, account(mails=[{}]), "test_x_sends_mail"),
        ({"view": "x"}, {"raised": {"name": "Outer.NoSuchThing"}}, "test_x_raises_outer_no_such_thing"),
        ({"view": "x"}, account(rows={"shop.Order": changes(deleted=["a"])}), "test_x_deletes_order"),
        ({"view": "x"}, account(rows={"shop.Order": changes(changed={"a": {}})}), "test_x_changes_order"),
        ({"view": "x"}, account(rows={"shop.Order": changes(created=[{}])}), "test_x_creates_order"),
        ({"view": "x"}, account(rows={"shop.Order_tags": changes(created=[{}])}), "test_x_answers_200"),
        ({"view": "x"}, account(rows={"shop.Order": ANY, "shop.Tag": changes(changed={"a": 1})}), "test_x_changes_tag"),
        ({"view": "x"}, account(rows={"other.Gone": changes(created=[{}])}), "test_x_answers_200"),
    ],
)
def test_names(recorded: Any, request_: dict[str, Any], told: dict[str, Any], name: str) -> None:
    assert name_of_test(request_, told, recorded.facts) == name
    assert name.isidentifier()
