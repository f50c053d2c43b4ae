"""Tests of applications with SQLAlchemy: rows, requests, assertions and fixtures as their frameworks have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.nouns.project_facts import ModelFacts, ThroughFacts
from testwright.nouns.service_facts import DatabaseName, OfferedFixtures, ServiceFacts
from testwright.propose.requests.idioms import idiom_of
from testwright.propose.requests.request_rows import Arrangement
from testwright.propose.requests.service_asserts import FlaskAsserts, ServiceAsserts
from testwright.propose.requests.service_call import FlaskCall, ServiceCall
from testwright.propose.requests.service_fixtures import service_fixtures
from testwright.propose.requests.service_rows import MappedRows
from testwright.python_source.render_plain import NoSourceError

from .conftest import a_field, a_request, a_span

UUID = "5d0a7c1e-0000-4000-8000-000000000001"


def a_class(name: str, *fields: Any, **other: Any) -> ModelFacts:
    own = fields if any(each.pk for each in fields) else (a_field("id", "Integer", pk=True, auto=True), *fields)
    plain = {"module": "shop.models", "name": name, "table": f"{name.lower()}s", "through": None, "is_user": False}
    return ModelFacts(label=f"shop.models.{name}", pk="id", fields=own, database="", **(plain | other))


def key_of(name: str, to: str) -> Any:
    return replace(a_field(name, "Integer", to=f"shop.models.{to}", to_field="id"), attname=name, column=name)


LINKED = ThroughFacts("shop.models.Order", "tags", "order_id", "tag_id", "shop.models.Tag")
CLASSES = (
    a_class("Customer", a_field("name"), a_field("api_key", unique=True)),
    a_class(
        "Order", a_field("id", "Uuid", pk=True, has_default=True), key_of("customer_id", "Customer"), a_field("status")
    ),
    a_class("Tag", a_field("name")),
    a_class("links", key_of("order_id", "Order"), key_of("tag_id", "Tag"), table="links", through=LINKED),
)
FACTS = ServiceFacts(
    "shop.main",
    "app",
    "fastapi",
    {each.label: each for each in CLASSES},
    frozenset(["respx"]),
    bases=(("shop.models", "Base"),),
    places=(DatabaseName("shop.db", "engine", "engine"), DatabaseName("shop.db", "Sessions", "sessions")),
)
FLASK = replace(FACTS, framework="flask", name="create_app", is_made=True)


def found(label: str, columns: str, *values: tuple[Any, ...]) -> list[Any]:
    table = FACTS.models[f"shop.models.{label}" if label != "links" else "shop.models.links"].table
    before = ["list", *(["tuple", *row] for row in values)]
    named = a_span(
        "sql",
        sql=f"SELECT {table}.id \nFROM {table} \nWHERE {table}.id = ?",
        parameters=["tuple", UUID.replace("-", "")],
    )
    return [
        named,
        a_span(
            "rows",
            table=table,
            connection="/somewhere/shop.db",  # what SQLAlchemy calls it, and no alias of a setting
            columns=columns.split(),
            before=before,
            written=True,
            model=f"shop.models.{label}",
        ),
    ]


SPANS = [
    *found("Customer", "id name api_key", (1, "Mill Books", ["secret", "ok_live_mill_4fQ9x2"])),
    *found("Order", "id customer_id status", (["std", "uuid.UUID", UUID], 1, "open")),
    *found("Tag", "id name", (7, "rush")),
    *found("links", "order_id tag_id", (["std", "uuid.UUID", UUID], 7)),
]


@pytest.fixture
def arrangement() -> Arrangement:
    return MappedRows(FACTS).of(SPANS)


def test_rows_are_stored_one_after_the_other_and_linked(arrangement: Arrangement) -> None:
    assert [step.source.text for step in arrangement.steps] == [
        'mill_books = add(Customer(name="Mill Books", api_key="ok_live_mill_4fQ9x2"))',
        'order = add(Order(customer_id=mill_books.id, status="open"))',
        'rush = add(Tag(name="rush"))',
        "order.tags.append(rush)",
    ]
    assert [line.text for line in idiom_of(FACTS).lines_between(arrangement.steps)] == ["session.commit()"]
    assert idiom_of(FACTS).lines_between(arrangement.steps[:3]) == []


def sent(arrangement: Arrangement, call: type[ServiceCall], facts: ServiceFacts = FACTS, **given: Any) -> str:
    return call(facts, arrangement, [a_request(**given), *SPANS]).act().call.text


def test_a_request_names_the_rows_that_it_is_about(arrangement: Arrangement) -> None:
    given: dict[str, Any] = {
        "method": "PATCH",
        "path": f"/orders/{UUID}",
        "body": '{"paper": "gloss"}',
        "kind": "application/json",
        "headers": [["x-api-key", "ok_live_mill_4fQ9x2"], ["user-agent", "curl"]],
    }
    expected = 'client.patch(f"/orders/{order.id}", json={"paper": "gloss"}, headers={"x-api-key": mill_books.api_key})'
    assert sent(arrangement, ServiceCall, **given) == expected
    assert sent(arrangement, FlaskCall, FLASK, **given) == expected
    bearer = given | {"headers": [["Authorization", "Bearer ok_live_mill_4fQ9x2"]]}
    assert 'headers={"Authorization": f"Bearer {mill_books.api_key}"}' in sent(arrangement, ServiceCall, **bearer)


def test_each_client_takes_bodies_in_its_own_way(arrangement: Arrangement) -> None:
    form: dict[str, Any] = {"method": "POST", "body": "a=1&b=x&b=y", "kind": "application/x-www-form-urlencoded"}
    assert sent(arrangement, ServiceCall, **form) == 'client.post("/", data={"a": "1", "b": ["x", "y"]})'
    delete = {"method": "DELETE", "body": "[1]", "kind": "application/json"}
    assert sent(arrangement, ServiceCall, **delete) == 'client.request("DELETE", "/", json=[1])'
    assert sent(arrangement, FlaskCall, FLASK, **delete) == 'client.delete("/", json=[1])'
    text = {"method": "PUT", "body": "hello", "kind": "text/plain"}
    assert (
        sent(arrangement, ServiceCall, **text)
        == 'client.put("/", content="hello", headers={"Content-Type": "text/plain"})'
    )
    assert sent(arrangement, FlaskCall, FLASK, **text) == 'client.put("/", data="hello", content_type="text/plain")'
    parts = (
        '--b\r\nContent-Disposition: form-data; name="of"\r\n\r\nme\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n'
    )
    upload = {"method": "POST", "body": parts, "kind": "multipart/form-data; boundary=b"}
    expected = 'client.post("/", data={"of": "me"}, files={"file": ("a.txt", b"hi", "text/plain")})'
    assert sent(arrangement, ServiceCall, **upload) == expected
    expected = 'client.post("/", data={"of": "me", "file": (BytesIO(b"hi"), "a.txt", "text/plain")})'
    assert sent(arrangement, FlaskCall, FLASK, **upload) == expected
    moved = {"method": "GET", "response": {"status": 303}}
    assert sent(arrangement, ServiceCall, **moved) == 'client.get("/", follow_redirects=False)'


def asserted(
    arrangement: Arrangement, rows: dict[str, Any], kind: type[ServiceAsserts] = ServiceAsserts, **response: Any
) -> list[str]:
    account = {
        "response": {"status": 200, "headers": {}, "content_type": "application/json", **response},
        "rows": rows,
        "counts": {},
    }
    kept = frozenset(arrangement.rows)
    made = kind(FACTS, arrangement, [span for span in SPANS if span.kind != "rows"], account, kept, "")
    lines = made.lines()
    return [line.text for line in (*made.before, *lines)][1 if not made.before else 0 :]


def test_what_was_taken_back_is_asserted_wherever_the_database_is(arrangement: Arrangement) -> None:
    account: dict[str, Any] = {"response": None, "raised": None, "rows": {}, "counts": {}}
    made = ServiceAsserts(FACTS, arrangement, SPANS, account, frozenset(arrangement.rows), "", final=True)
    lines = [line.text for line in made.lines()]
    assert "assert session.scalar(select(func.count()).select_from(Order)) == 1" in lines


def a_change(**given: Any) -> dict[str, Any]:
    return {"created": [], "changed": {}, "deleted": [], "left": 1, **given}


def test_what_became_of_rows_is_asked_of_the_session(arrangement: Arrangement) -> None:
    mill = {"$": "pk", "of": "mill_books", "name": "id"}
    label = "shop.models.Order"
    new = {"name": f"new:{label}:0", "values": {"id": {"$": "any"}, "customer_id": mill, "status": "paid"}}
    body = {"id": {"$": "pk", "of": f"new:{label}:0", "name": "id", "as": "str"}}
    assert asserted(arrangement, {label: a_change(created=[new])}, json=body) == [
        "new_order = session.scalars(select(Order).where(Order.id != order.id)).one()",
        "assert new_order.customer_id == mill_books.id",
        'assert new_order.status == "paid"',
        'assert response.json() == {"id": str(new_order.id)}',
    ]
    assert asserted(arrangement, {label: a_change(changed={"order": {"status": "paid"}})}) == [
        "session.refresh(order)",
        'assert order.status == "paid"',
    ]
    assert asserted(arrangement, {"shop.models.Tag": a_change(deleted=["rush"])}) == [
        "rush_id = rush.id",
        "assert response.status_code == 200",
        "assert session.scalars(select(Tag).where(Tag.id == rush_id)).all() == []",
    ]
    tags = [
        {"name": f"new:shop.models.Tag:{n}", "values": {"id": {"$": "any"}, "name": name}}
        for n, name in enumerate("ab")
    ]
    assert asserted(arrangement, {"shop.models.Tag": a_change(created=tags)}) == [
        'assert session.execute(select(Tag.name).order_by(Tag.id)).all()[-2:] == [("a",), ("b",)]',
    ]


def test_the_answer_is_read_as_its_client_gives_it(arrangement: Arrangement) -> None:
    assert asserted(arrangement, {}, FlaskAsserts, json=[1]) == ["assert response.json == [1]"]
    assert asserted(arrangement, {}, text="a") == ['assert response.text == "a"']


def test_a_project_without_fixtures_gets_its_own() -> None:
    own = service_fixtures(FACTS)
    engine = own.functions["engine"].text
    assert 'monkeypatch.setattr("shop.db.engine", engine)' in engine
    assert 'monkeypatch.setitem(Sessions.kw, "bind", engine)' in engine
    assert "Base.metadata.create_all(engine)" in engine
    assert [each.text.split("def ")[1].split("(")[0] for each in own.used(["add"])] == ["engine", "session", "add"]
    assert "return TestClient(app)" in own.functions["client"].text
    assert "with TestClient(app) as client:" in service_fixtures(replace(FACTS, starts=True)).functions["client"].text
    flask = service_fixtures(FLASK).functions["client"].text
    assert "app = create_app()" in flask
    assert "return app.test_client()" in flask


def test_fixtures_of_the_project_are_preferred() -> None:
    offered = OfferedFixtures("api", "make_session", "configurable sessions")
    facts = replace(FACTS, offered=offered)
    assert list(service_fixtures(facts).functions) == ["session", "add"]
    assert "with make_session(expire_on_commit=False) as session:" in service_fixtures(facts).functions["session"].text
    assert idiom_of(facts).given == ("api",)
    held = replace(FACTS, offered=OfferedFixtures("api", "db", "session"))
    assert list(service_fixtures(held).functions) == ["add"]
    assert idiom_of(held).order["session"] == "db"
    assert service_fixtures(facts.without_offers()).functions.keys() == {"engine", "client", "session", "add"}


def test_a_database_that_cannot_be_replaced_is_told() -> None:
    with pytest.raises(NoSourceError, match="no engine"):
        service_fixtures(replace(FACTS, places=()))
    asynchronous = DatabaseName("shop.db", "Later", "async sessions")
    with pytest.raises(NoSourceError, match="asynchronous"):
        service_fixtures(replace(FACTS, places=(*FACTS.places, asynchronous)))
