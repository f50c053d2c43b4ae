"""What is asserted names rows by variables that are there, and nothing that is different each time."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.propose.requests.request_asserts import RequestAsserts
from testwright.propose.requests.settled import ANY

TAG, OTHER, ORDER = "new:shop.Tag:0", "new:shop.Tag:1", "new:shop.Order:0"


def changes(*created: tuple[str, dict[str, Any]], **other: Any) -> dict[str, Any]:
    rows = [{"name": name, "values": values} for name, values in created]
    return {"created": rows, "changed": {}, "deleted": [], "left": len(rows)} | other


@pytest.fixture
def asserted(recorded: Any) -> Any:
    def lines(rows: dict[str, Any], *spans: Any, kept: tuple[str, ...] = (), **told: Any) -> list[str]:
        flat = [span for part in spans for span in part]
        response = {"status": 200, "headers": {}, "content_type": "application/json"} | told
        account = {"response": response, "rows": rows, "counts": {}, "session_user": None}
        found = RequestAsserts(recorded.facts, recorded.arranged(flat), flat, account, frozenset(kept), "")
        return [line.text for line in found.lines()][1:]

    return lines


def test_a_new_row_has_a_variable_that_the_answer_is_told_by(asserted: Any) -> None:
    rows = {"shop.Tag": changes((TAG, {"id": 1, "name": "hot"}))}
    assert asserted(rows, json={"id": {"$": "pk", "of": TAG}}) == [
        "tag = Tag.objects.get()",
        'assert tag.name == "hot"',
        'assert response.json() == {"id": tag.pk}',
    ]


def test_new_rows_are_looked_for_in_the_database_that_they_are_in(asserted: Any, recorded: Any) -> None:
    created = [
        {"name": name, "values": {"id": 1, "name": text}, "database": "old"}
        for name, text in ((TAG, "hot"), (OTHER, "cold"))
    ]
    assert asserted({"shop.Tag": changes() | {"created": created[:1]}})[0] == 'tag = Tag.objects.using("old").get()'
    hot = recorded.rows("shop.Tag", "id name", (7, "hot"))
    one = asserted({"shop.Tag": changes() | {"created": created[:1]}}, hot, kept=("hot",))
    assert one[0] == 'tag = Tag.objects.using("old").exclude(pk=hot.pk).get()'
    several = asserted({"shop.Tag": changes() | {"created": created}})
    assert (
        several[0]
        == 'assert list(Tag.objects.using("old").order_by("pk").values_list("name")) == [("hot",), ("cold",)]'
    )
    created[1].pop("database")
    assert asserted({"shop.Tag": changes() | {"created": created}}) == []


def test_a_row_that_is_gone_is_looked_for_where_it_was(asserted: Any, recorded: Any) -> None:
    (statement, table) = recorded.rows("shop.Tag", "id name", (7, "hot"))
    table.data["connection"] = "old"
    lines = asserted({"shop.Tag": changes(deleted=["hot"])}, [statement, table], kept=("hot",))
    assert lines == ['assert not Tag.objects.using("old").filter(pk=hot.pk).exists()']


def test_an_answer_may_have_names_that_our_tokens_have(asserted: Any) -> None:
    assert asserted({}, json={"of": "Mill", "name": "Ada"}) == [
        'assert response.json() == {"of": "Mill", "name": "Ada"}'
    ]


def test_several_new_rows_have_none(asserted: Any) -> None:
    rows = {"shop.Tag": changes((TAG, {"id": 1, "name": "hot"}), (OTHER, {"id": 2, "name": "cold"}))}
    key, text = {"$": "pk", "of": OTHER}, {"$": "text", "parts": ["/", {"$": "pk", "of": TAG}]}
    assert asserted(rows, json={"id": key, "url": text, "n": 2}) == [
        'assert list(Tag.objects.order_by("pk").values_list("name")) == [("hot",), ("cold",)]',
        'assert response.json() == {"id": ANY, "url": ANY, "n": 2}',
    ]
    assert asserted(rows, json=key)[1:] == []  # anything is equal to ANY
    assert asserted(rows, html=[text, "<p>hot</p>"])[2:] == ['assert "<p>hot</p>" in page']
    assert asserted(rows, html=[text, "<p>hot</p>", "  </p>"])[2:] == ['assert "<p>hot</p>" in page']
    assert asserted(rows, html=["</ul>", "<ul>"])[1:] == []  # a tag alone says nothing


def test_a_row_is_there_before_one_that_refers_to_it(asserted: Any) -> None:
    order = changes((ORDER, {"id": 1, "customer_id": {"$": "row", "of": "new:shop.Customer:0"}}))
    customer = changes(("new:shop.Customer:0", {"id": 1, "name": "Ada"}))
    assert asserted({"shop.Order": order, "shop.Customer": customer}) == [
        "customer = Customer.objects.get()",
        'assert customer.name == "Ada"',
        "order = Order.objects.get()",
        "assert order.customer == customer",
    ]


def test_a_reference_to_a_row_without_a_variable_is_its_key(asserted: Any) -> None:
    rows = {
        "shop.Order": changes((ORDER, {"id": 1, "by_code_id": "a1", "customer_id": {"$": "row", "of": "there:x:0"}}))
    }
    assert asserted(rows) == ["order = Order.objects.get()", 'assert order.by_code_id == "a1"']


@pytest.mark.parametrize("name", ["client", "page", "sent", "list"])
def test_a_new_row_hides_nothing(asserted: Any, recorded: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    model = recorded.facts.models["shop.Tag"]
    label = f"shop.{name.capitalize()}"
    monkeypatch.setitem(recorded.facts.models, label, model)
    rows = {label: changes((f"new:{label}:0", {"id": 1, "name": "x"}))}
    assert asserted(rows)[0] == f"new_{name} = Tag.objects.get()"


def test_rows_that_are_kept_are_left_out_of_what_is_new(asserted: Any, recorded: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (7, "hot"))
    rows = {"shop.Tag": changes((TAG, {"id": 1, "name": "new"}), changed={"hot": {"name": "old"}})}
    assert asserted(rows, tags, kept=("hot",)) == [
        "tag = Tag.objects.exclude(pk=hot.pk).get()",
        'assert tag.name == "new"',
        "hot.refresh_from_db()",
        'assert hot.name == "old"',
    ]


def test_what_differs_each_time_is_not_asserted(asserted: Any) -> None:
    rows = {"shop.Tag": ANY, "shop.Order": changes((ORDER, {"id": 1, "name": ANY}), changed=ANY, deleted=ANY)}
    assert asserted(rows, html=ANY, headers={"X-A": ANY}, content_type=ANY) == ["order = Order.objects.get()"]
    assert asserted({}, octets=ANY, content_type="image/png") == [
        'assert response.headers["Content-Type"] == "image/png"'
    ]


def test_links_are_those_of_the_owner(asserted: Any, recorded: Any) -> None:
    spans = [
        recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1")),
        recorded.rows("shop.Order", "id name customer_id", (7, "tea", 3)),
        recorded.rows("shop.Tag", "id name", (2, "hot")),
    ]
    links = changes(owners=["tea"], links=[["tea", "hot"]])
    assert asserted({"shop.Order_tags": links}, *spans, kept=("tea", "hot")) == ["assert set(tea.tags.all()) == {hot}"]
    gone = changes(owners=["tea"], links=[])
    assert asserted({"shop.Order_tags": gone}, *spans, kept=("tea",)) == ["assert set(tea.tags.all()) == set()"]
