"""Facts and spans of a project that is written down here, as a recording has them."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.nouns.django_facts import DjangoFacts, FieldFacts, ModelFacts, ThroughFacts
from testwright.nouns.trace import Span, Trace
from testwright.propose.requests.request_rows import Arrangement, RowSteps


def a_field(name: str, kind: str = "CharField", **other: Any) -> FieldFacts:
    plain: dict[str, Any] = dict.fromkeys(FieldFacts.__slots__, False)
    attname = f"{name}_id" if other.get("to") else name
    plain |= {
        "name": name,
        "attname": attname,
        "column": attname,
        "type": kind,
        "to": "",
        "to_field": "",
        "default": "",
    }
    return FieldFacts(**(plain | other))


KEY = a_field("id", "BigAutoField", pk=True, auto=True)


def a_model(label: str, *fields: FieldFacts, **other: Any) -> ModelFacts:
    app, _, name = label.partition(".")
    own = fields if any(each.pk for each in fields) else (KEY, *fields)
    key = next(each.name for each in own if each.pk)
    plain = {
        "module": f"{app}.models",
        "name": name,
        "table": f"{app}_{name.lower()}",
        "through": None,
        "is_user": False,
    }
    return ModelFacts(label=label, pk=key, fields=own, **(plain | other))


def refers(name: str, to: str, **other: Any) -> FieldFacts:
    return a_field(name, "ForeignKey", to=to, **({"to_field": "id", "default": None} | other))


MODELS = (
    a_model("shop.Customer", a_field("name"), a_field("code", unique=True)),
    a_model(
        "shop.Order",
        refers("customer", "shop.Customer"),
        refers("parent", "shop.Order", null=True),
        refers("by_code", "shop.Customer", to_field="code", null=True),
        a_field("name"),
        a_field("takes", "DurationField", default=None),
        a_field("sheet", "FileField", file=True),
        a_field("added", "DateTimeField", now=True),
    ),
    a_model("shop.Tag", a_field("name")),
    a_model(
        "shop.Order_tags",
        refers("order", "shop.Order"),
        refers("tag", "shop.Tag"),
        through=ThroughFacts("shop.Order", "tags", "order_id", "tag_id", "shop.Tag"),
    ),
    a_model("shop.Place", a_field("name")),
    a_model("shop.Cafe", refers("place_ptr", "shop.Place", pk=True, parent=True), a_field("name"), a_field("seats")),
    a_model("shop.Owner", refers("place", "shop.Place", pk=True), a_field("name")),
    a_model("shop.Team", a_field("name"), refers("head", "shop.Worker", null=True)),
    a_model("shop.Worker", a_field("name"), refers("team", "shop.Team")),
    a_model("shop.Egg", refers("hen", "shop.Hen")),
    a_model("shop.Hen", refers("egg", "shop.Egg")),
    a_model("auth.User", a_field("username"), a_field("password"), a_field("email"), is_user=True),
)
FACTS = DjangoFacts(
    "settings", {each.label: each for each in MODELS}, frozenset(["responses", "respx"]), {"default": True}, {}
)


def a_span(kind: str, **data: Any) -> Span:
    plain = {"trace": "trc_1", "n": 1, "parent": 0, "name": kind, "file": "", "line": 0, "thread": "", "started": 0}
    return Span(kind=kind, took=0, data=data, **plain)


def rows(label: str, columns: str, *values: tuple[Any, ...], named: bool = True) -> list[Span]:
    """What was in a table before, and a statement that names it."""
    table = FACTS.models[label].table
    before = ["list", *(["tuple", *row] for row in values)]
    sql = [a_span("sql", sql=f'SELECT "{table}"."id" FROM "{table}"', parameters=["tuple"])] if named else []
    return [*sql, a_span("rows", table=table, columns=columns.split(), before=before, written=0, model=label)]


def arranged(*spans: list[Span], **other: Any) -> Arrangement:
    return RowSteps(FACTS, **other).of([span for part in spans for span in part])


def lines(arrangement: Arrangement) -> list[str]:
    return [step.source.text for step in arrangement.steps]


def a_trace() -> Trace:
    plain: dict[str, Any] = dict.fromkeys(Trace.__slots__, "")
    numbers = {"started": 1_782_982_800_000_000_000, "took": 1, "spans": 1, "size": 1}
    rest = {"id": "trc_1", "pinned": False, "complete": True, "process": {}, "about": {}, "dropped": {}}
    return Trace(**(plain | numbers | rest))


def a_request(method: str = "GET", path: str = "/", body: Any = None, kind: str = "", **other: Any) -> Span:
    plain = {"method": method, "path": path, "query": "", "headers": [], "body": body, "content_type": kind, "user": ""}
    return a_span("request", **(plain | {"response": {"status": 200, "headers": []}} | other))


class Recorded:
    """What the tests here are made of."""

    facts = FACTS
    span, rows, request = staticmethod(a_span), staticmethod(rows), staticmethod(a_request)
    arranged, lines, trace = staticmethod(arranged), staticmethod(lines), staticmethod(a_trace)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()
