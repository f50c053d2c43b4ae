"""Recorded values are written as a person would write them, or not at all."""

from __future__ import annotations

import ast
import base64
from typing import Any

import pytest

from testwright.python_source.render_plain import NoSourceError, json_source, plain_source

ROW = {"$": "pk", "of": "order"}


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (None, "None"),
        (True, "True"),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("both ' and \"", '"both \' and \\""'),
        (1e22, "1e22"),
        (["float", "nan"], 'float("nan")'),
        (["bytes", base64.b64encode(b"it's \x00").decode()], 'b"it\'s \\x00"'),
        (["list", 1, ["tuple", 2]], "[1, (2,)]"),
        (["tuple"], "()"),
        (["set"], "set()"),
        (["set", 2, 1], "{1, 2}"),
        (["frozenset"], "frozenset()"),
        (["frozenset", "a"], 'frozenset({"a"})'),
        (["dict", ["a", ["list"]], [1, None]], '{"a": [], 1: None}'),
        (["items", "shop.models:Level", 3, "low"], '"low"'),
        (["secret", "stand-in", "kind"], '"stand-in"'),
        (["name", "builtins:int"], "int"),
    ],
)
def test_values_that_need_no_import(plain: Any, text: str) -> None:
    source = plain_source(plain)
    assert (source.text, source.imports, source.needs) == (text, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("plain", "text", "imports"),
    [
        (["std", "decimal.Decimal", "3.50"], 'Decimal("3.50")', {("decimal", "Decimal")}),
        (["std", "datetime.date", 2026, 7, 2], "date(2026, 7, 2)", {("datetime", "date")}),
        (["std", "datetime.time", 9, 0, 0, 0], "time(9, 0)", {("datetime", "time")}),
        (["std", "datetime.timedelta", 0, 7200, 0], "timedelta(hours=2)", {("datetime", "timedelta")}),
        (
            ["std", "datetime.timedelta", 1, 90, 5],
            "timedelta(days=1, seconds=90, microseconds=5)",
            {("datetime", "timedelta")},
        ),
        (
            ["std", "datetime.datetime", 2026, 7, 2, 9, 0, 0, 0, ["name", "datetime:timezone.utc"]],
            "datetime(2026, 7, 2, 9, 0, tzinfo=UTC)",
            {("datetime", "datetime"), ("datetime", "UTC")},
        ),
        (["enum", "shop.models:Right", "READ|SHARE"], "Right.READ | Right.SHARE", {("shop.models", "Right")}),
        (["name", "shop.models:Order.Level"], "Order.Level", {("shop.models", "Order")}),
    ],
)
def test_values_that_need_imports(plain: Any, text: str, imports: set[tuple[str, str]]) -> None:
    source = plain_source(plain)
    assert (source.text, set(source.imports)) == (text, imports)


def test_a_time_keeps_its_zone_and_which_of_two_it_is() -> None:
    zone = ["std", "zoneinfo.ZoneInfo", "Europe/Berlin"]
    moment = plain_source(["std", "datetime.datetime", 2026, 10, 25, 2, 30, 0, 0, zone, ["=", "fold", 1]])
    assert moment.text == 'datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)'
    assert ("zoneinfo", "ZoneInfo") in moment.imports
    assert plain_source(["std", "datetime.datetime", 2026, 10, 25, 2, 0, 0, 0, ["=", "fold", 1]]).text.endswith(
        "2, 0, fold=1)"
    )
    assert (
        plain_source(["std", "datetime.time", 9, 30, 0, 0, zone]).text
        == 'time(9, 30, tzinfo=ZoneInfo("Europe/Berlin"))'
    )


@pytest.mark.parametrize(
    "plain",
    [
        ["cut", "str", 9000, "", "begin"],
        ["opaque", "shop:Thing", "unknown"],
        ["object", "shop:Thing", 1],
        ["ref", 3],
        ["list", ["opaque", "shop:Thing", ""]],
        ["dict", ["a", ["cut", "int", 900, "", 0]]],
        ["name", "shop:Order.<locals>.inner"],
        ["name", "shop:"],
        ["enum", "shop:Right", "READ|None"],
        ["bytes", "no base64!"],
        [],
        ["std"],
        ["std", "types.SimpleNamespace", ["=", "no name", 1]],
        {"$": "row", "of": "new:shop.Order:0"},
        {"$": "row", "of": "class"},
        {"$": "unknown"},
        {"no": "token"},
    ],
)
def test_what_has_no_source_is_told(plain: Any) -> None:
    with pytest.raises(NoSourceError):
        plain_source(plain)


def test_rows_are_named_and_needed() -> None:
    assert plain_source({"$": "row", "of": "order"}).text == "order"
    assert plain_source(ROW).text == "order.pk"
    assert plain_source({**ROW, "as": "str"}).text == "str(order.pk)"
    assert plain_source({"$": "value", "of": "order", "name": "slug"}).text == "order.slug"
    both = json_source({"a": ROW, "b": [{"$": "row", "of": "user"}]})
    assert both.text == '{"a": order.pk, "b": [user]}'
    assert both.needs == {"order", "user"}


def test_the_key_of_a_row_is_no_uuid_of_its_text() -> None:
    assert plain_source(["std", "uuid.UUID", {**ROW, "as": "str"}]).text == "order.pk"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["/orders/", ROW, "/"], 'f"/orders/{order.pk}/"'),
        (['"', {**ROW, "as": "str"}, '"'], "f'\"{order.pk}\"'"),
        (["it's ", ROW], 'f"it\'s {order.pk}"'),
        (["it's \"", ROW, '"'], "f'it\\'s \"{order.pk}\"'"),
        (["{", ROW, "}"], 'f"{{{order.pk}}}"'),
        (["\\N{DASH}", ROW], 'f"\\\\N{{DASH}}{order.pk}"'),
        (["a\n", ROW], 'f"a\\n{order.pk}"'),
        (["'\"", ROW, '"\\'], "f'\\'\"{order.pk}\"\\\\'"),
    ],
)
def test_text_around_keys_keeps_quotes_braces_and_backslashes(parts: list[Any], text: str) -> None:
    source = plain_source({"$": "text", "parts": parts})
    assert source.text == text
    tree = ast.parse(source.text, mode="eval").body
    assert isinstance(tree, ast.JoinedStr)
    literal = "".join(each.value for each in tree.values if isinstance(each, ast.Constant))
    assert literal == "".join(part for part in parts if isinstance(part, str))


@pytest.mark.parametrize("inside", ['settings["A"]', "a\\b", "{1}"])
def test_what_python_3_11_cannot_read_in_braces_is_not_written(inside: str) -> None:
    parts = ["x ", {"$": "source", "text": inside}]
    with pytest.raises(NoSourceError):
        plain_source({"$": "text", "parts": parts})


def test_json_stands_for_itself() -> None:
    assert json_source({"a": ["list", 1.5, None, True]}).text == '{"a": ["list", 1.5, None, True]}'
    assert json_source([float("nan"), float("-inf")]).text == '[float("nan"), float("-inf")]'
    imported = json_source({"a": {"$": "source", "text": "ANY", "imports": [["unittest.mock", "ANY"]]}})
    assert imported.imports == {("unittest.mock", "ANY")}
