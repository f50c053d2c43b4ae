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
from testwright.propose.requests.session_left import joined_blocks
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


LATER = DatabaseName("shop.db", "Session", "async sessions")
EXTENSION = DatabaseName("shop.db", "db", "extension")
A_KEY = {"$": "pk", "of": "mill_books", "name": "id"}


def a_loan(days: Any) -> ModelFacts:
    keys = (replace(key_of(name, to), pk=True) for name, to in (("customer_id", "Customer"), ("tag_id", "Tag")))
    return a_class("Loan", *keys, days)


LENT = replace(FACTS, models={**FACTS.models, "shop.models.Loan": a_loan(a_field("days", "Integer"))})
MARKS = a_class(
    "marks", replace(key_of("tag_id", "Tag"), pk=True), a_field("mark", pk=True), table="marks", is_table=True
)
MARKED = replace(FACTS, models={**FACTS.models, "marks": replace(MARKS, label="marks")})


def recorded(table: str, columns: str, *values: tuple[Any, ...], label: str) -> list[Any]:
    before = ["list", *(["tuple", *row] for row in values)]
    named = a_span("sql", sql=f"SELECT 1 FROM {table}", parameters=["tuple"])
    return [named, a_span("rows", table=table, columns=columns.split(), before=before, written=True, model=label)]


LOANS = recorded("loans", "customer_id tag_id days", (1, 7, 14), label="shop.models.Loan")


def lines_of(facts: ServiceFacts, arrangement: Arrangement, rows: dict[str, Any], *spans: Any) -> list[str]:
    """What is asserted of rows."""
    account: dict[str, Any] = {"response": None, "rows": rows, "counts": {}}
    made = ServiceAsserts(facts, arrangement, spans, account, frozenset(arrangement.rows), "")
    lines = made.lines()
    return [line.text for line in (*made.before, *lines)]


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
    with pytest.raises(NoSourceError, match="install aiosqlite"):
        service_fixtures(replace(FACTS, places=(*FACTS.places, LATER)))
    binds = DatabaseName("shop.db", "db", "extension with binds")
    with pytest.raises(NoSourceError, match="several databases"):
        service_fixtures(replace(FLASK, places=(binds,)))


def test_asynchronous_sessions_get_the_database_in_a_file() -> None:
    facts = replace(FACTS, places=(*FACTS.places, LATER), libraries=frozenset(["aiosqlite"]))
    engine = service_fixtures(facts).functions["engine"]
    for line in (
        "def engine(monkeypatch, tmp_path):",
        'monkeypatch.setattr("shop.db.engine", engine)',
        'monkeypatch.setitem(Sessions.kw, "bind", engine)',
        'monkeypatch.setitem(shop.db.Session.kw, "bind", async_engine)',  # Session is a name of the file's own
    ):
        assert line in engine.text
    assert ("shop.db", "") in engine.imports
    scoped = DatabaseName("shop.db", "held.sessions", "scoped")
    text = service_fixtures(replace(FACTS, places=(scoped,))).functions["engine"].text
    assert text.count("held.sessions.remove()") == 2
    assert 'monkeypatch.setitem(held.sessions.session_factory.kw, "bind", engine)' in text


@pytest.mark.parametrize(
    ("given", "made", "engine"),
    [
        ("mapping", 'create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"})', "engine = db.engine"),
        ("shop.settings:Config", "class Testing(Config):", "engine = db.engine"),
        ("testing", 'app = create_app("testing")', "monkeypatch.setitem(db.engines, None, engine)"),
        ("", "app = create_app()", "monkeypatch.setitem(db.engines, None, engine)"),
    ],
)
def test_flask_sqlalchemy_gets_a_database_by_settings_or_another_engine(given: str, made: str, engine: str) -> None:
    functions = service_fixtures(replace(FLASK, places=(EXTENSION,), given=given)).functions
    assert made in functions["app"].text
    assert engine in functions["engine"].text
    assert "def client(app, engine):" in functions["client"].text


def test_an_application_that_is_not_made_keeps_its_name() -> None:
    served = replace(FLASK, places=(EXTENSION,), is_made=False, name="app", has_forms=True)
    functions = service_fixtures(served).functions
    assert "app" not in functions
    assert 'monkeypatch.setitem(shop.main.app.config, "WTF_CSRF_ENABLED", False)' in functions["client"].text


def test_a_row_with_a_key_of_several_columns_is_told_by_all_of_them() -> None:
    arrangement = MappedRows(LENT).of([*SPANS, *LOANS])
    assert [step.source.text for step in arrangement.steps if step.label.endswith("Loan")] == [
        "loan = add(Loan(customer_id=mill_books.id, tag_id=rush.id, days=14))"
    ]
    label = "shop.models.Loan"
    values = {"customer_id": A_KEY, "tag_id": {"$": "pk", "of": "rush", "name": "id"}, "days": 7}
    new = {"name": f"new:{label}:0", "values": values}
    key = '{"customer_id": mill_books.id, "tag_id": rush.id}'
    assert lines_of(LENT, arrangement, {label: a_change(created=[new])}) == [
        f"new_loan = session.get(Loan, {key})",
        "assert new_loan.days == 7",
    ]
    bare = {**new, "values": {**values, "days": None}}
    lent = replace(LENT, models={**LENT.models, label: a_loan(replace(a_field("days", "Integer"), null=True))})
    assert lines_of(lent, arrangement, {label: a_change(created=[bare])}) == [
        f"assert session.get(Loan, {key}) is not None"
    ]
    assert lines_of(LENT, arrangement, {label: a_change(deleted=["loan"])}) == [
        "loan_key = (loan.customer_id, loan.tag_id)",
        "assert session.scalars(select(Loan).where(tuple_(Loan.customer_id, Loan.tag_id) == loan_key)).all() == []",
    ]
    several = a_change(created=[new, {**new, "name": f"new:{label}:1"}])
    (line,) = lines_of(LENT, arrangement, {label: several})
    assert "tuple_(Loan.customer_id, Loan.tag_id) != (loan.customer_id, loan.tag_id)" in line
    assert "(mill_books.id, rush.id, 7)" in line


def test_rows_of_a_table_without_a_class_are_inserted_and_compared() -> None:
    spans = [*SPANS, *recorded("marks", "tag_id mark", (7, "*"), label="marks")]
    arrangement = MappedRows(MARKED).of(spans)
    step = next(each for each in arrangement.steps if each.label == "marks")
    assert step.source.text.endswith('session.execute(marks.insert().values(tag_id=rush.id, mark="*"))')
    idiom = idiom_of(MARKED)
    assert [line.text for line in idiom.lines_between([step])] == ["session.commit()"]
    assert [each.name for each in idiom.with_lines_between([step, arrangement.steps[0]])][1] == "stored"
    there = {"values": {"tag_id": {"$": "pk", "of": "rush", "name": "id"}, "mark": "!"}, "name": "new:marks:0"}
    gone = {**there["values"], "mark": "*"}  # type: ignore[dict-item]
    changes = {"marks": a_change(created=[there], gone=[gone])}
    assert lines_of(MARKED, arrangement, changes) == [
        'assert (rush.id, "!") in session.execute(select(marks)).all()',
        'assert (rush.id, "*") not in session.execute(select(marks)).all()',
    ]
    arrangement.rows.pop(step.name)
    assert lines_of(MARKED, arrangement, changes) == [
        'assert session.execute(select(marks)).all() == [(rush.id, "!")]',
    ]


def steps_of(facts: ServiceFacts, arrangement: Arrangement, *spans: Any, **request: Any) -> list[str]:
    call = (FlaskCall if facts.is_flask else ServiceCall)(facts, arrangement, [a_request(**request), *SPANS, *spans])
    return [step.source.text for step in joined_blocks(list(call.steps()))]


def test_a_session_is_left_and_looked_at_by_its_cookie(arrangement: Arrangement) -> None:
    held = [
        "dict",
        ["customer_id", 1],
        ["_id", "0f3a"],
        ["_user_id", "1"],
        ["who", 1],
        ["theme", "dark"],
        ["o", ["opaque"]],
    ]
    asked = a_span("sql", sql="SELECT 1 FROM customers WHERE customers.id = ?", parameters=["tuple", 1])
    facts = replace(FLASK, remembers="session")
    lines = (
        'cookie["customer_id"] = mill_books.id',
        'cookie["_user_id"] = str(mill_books.id)',
        'cookie["who"] = mill_books.id',
        'cookie["theme"] = "dark"',
    )
    block = "\n    ".join(["with client.session_transaction() as cookie:", *lines])
    found = a_span("session", found=held)
    assert steps_of(facts, arrangement, found, asked) == [block]
    other = replace(FACTS, remembers="session")
    assert steps_of(other, arrangement, found, asked) == [
        block.replace("client.session_transaction()", "session_cookie()")
    ]
    assert steps_of(FLASK, arrangement, found, asked) == []  # it has no such cookie
    assert "session_cookie" in service_fixtures(other).functions
    account: dict[str, Any] = {"session": [{"a": 1, "b": 2, "_fresh": True}, {"b": 2, "who": A_KEY, "on": True}]}
    made = FlaskAsserts(facts, arrangement, [], account, frozenset(arrangement.rows), "")
    lines = ('assert "a" not in cookie', 'assert cookie["who"] == mill_books.id', 'assert cookie["on"] is True')
    expected = "\n    ".join(["with client.session_transaction() as cookie:", *lines])
    assert [line.text for line in made.lines()] == [expected]


def test_a_token_is_made_by_the_function_that_made_it(arrangement: Arrangement) -> None:
    asked = a_span("sql", sql="SELECT 1 FROM customers WHERE customers.id = ?", parameters=["tuple", 1])
    returned = ["secret", "a-token-of-24-characters"]
    arguments = [
        ["claims", ["dict", ["sub", "1"]]],
        ["minutes", 30],
        ["who", ["object", "shop.models:Customer", 1, ["id", 1]]],
    ]
    issued = replace(a_span("issued", arguments=arguments, returned=returned), name="shop.auth:make_token")
    line = 'token = make_token({"sub": str(mill_books.id)}, minutes=30, who=mill_books)'
    bearer = [["authorization", f"Bearer {returned[1]}"], ["cookie", f"theme=a; access={returned[1]}"]]
    assert steps_of(FACTS, arrangement, asked, issued, headers=bearer) == [line, 'client.cookies.set("access", token)']
    assert steps_of(FLASK, arrangement, asked, issued, headers=bearer)[1] == 'client.set_cookie("access", token)'
    call = ServiceCall(FACTS, arrangement, [a_request(headers=bearer), *SPANS, asked, issued])
    assert 'headers={"authorization": f"Bearer {token}"}' in call.act().call.text
    odd = replace(issued, data={"arguments": [["to", ["opaque", "a"]]], "returned": returned})
    call = ServiceCall(FACTS, arrangement, [a_request(headers=bearer), *SPANS, odd])
    assert returned[1] in call.act().call.text


def test_a_password_is_stored_as_the_project_hashes_it() -> None:
    hashed = "scrypt:32768:8:1$saltsalt$0123456789abcdef"
    rows = recorded("customers", "id name api_key", (1, "mill", ["secret", hashed]), label="shop.models.Customer")
    people = a_class("Customer", a_field("name"), replace(a_field("pass_hash"), column="api_key"))
    facts = replace(FLASK, models={people.label: people}, hasher=("shop.auth", "hash_password"))
    (step,) = MappedRows(facts, {"mill": "hunter"}).of(rows).steps
    assert step.source.text == 'mill = add(Customer(name="mill", pass_hash=hash_password("hunter")))'
    (step,) = MappedRows(facts).of(rows).steps
    assert 'pass_hash="scrypt:32768:8:1$saltsalt$01234567"' in step.source.text


def test_what_a_statement_with_a_condition_leaves_alone_is_asserted() -> None:
    tag = a_class("Tag", a_field("name"), replace(a_field("stock", "Integer"), default=None), a_field("on", "Boolean"))
    facts = replace(FACTS, models={tag.label: tag})
    rows = recorded("tags", "id name stock on", (7, "rush", 3, True), (8, "late", 4, True), label=tag.label)
    arrangement = MappedRows(facts).of(rows)
    changes = {tag.label: a_change(changed={"rush": {"on": False}})}
    bulk = a_span("sql", sql="UPDATE tags SET on=? WHERE tags.name = ?", parameters=["tuple", 0, "rush"])
    assert lines_of(facts, arrangement, changes, bulk) == [
        "session.refresh(rush)",
        "assert rush.on is False",
        "assert rush.stock == 3",
        "session.refresh(late)",
        "assert late.on is True",
    ]
    assert idiom_of(facts).changed_unseen(facts, [bulk]) == [tag.label]
    one = a_span("sql", sql="UPDATE tags SET on=? WHERE tags.id = ?", parameters=["tuple", 0, 7])
    assert lines_of(facts, arrangement, changes, one) == ["session.refresh(rush)", "assert rush.on is False"]
