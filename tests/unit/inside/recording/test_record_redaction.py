"""No part of a record keeps a secret that its name, header, column or text gives away; the rest stays as it is."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from testwright.inside.recording.record_redaction import redact_record
from testwright.inside.recording.redaction import Redactor
from testwright.inside.recording.sql_columns import parameter_columns, selected_columns


def span(kind: str, data: dict[str, Any], name: str = "shop.users:User.check") -> dict[str, Any]:
    return {
        "e": "span",
        "trace": "trc_1",
        "n": 1,
        "parent": 0,
        "kind": kind,
        "name": name,
        "at": 5,
        "took": 6,
        "data": data,
    }


CALL = {
    "arguments": [["password", "zzzqqq1"], ["name", "ann"]],
    "rest": ["token=zzzqqq2"],
    "keywords": [["api_key", "zzzqqq3"]],
    "raised": {"type": "m:E", "message": "bad zzzqqq1", "value": ["std", "builtins.ValueError", "bad zzzqqq1"]},
    "after": [["password", "zzzqqq1"]],
    "kind": "function",
    "decorated": False,
}
REQUEST = {
    "method": "POST",
    "path": "/log-in/",
    "query": "next=/&token=zzzqqq1",
    "headers": [["Cookie", "sessionid=zzzqqq2"], ["Authorization", "Bearer zzzqqq34"], ["Accept", "*/*"]],
    "body": "username=ann&password=zzzqqq3",
    "content_type": "application/x-www-form-urlencoded",
    "response": {
        "status": 302,
        "headers": [["Set-Cookie", "sessionid=zzzqqq5; Path=/"]],
        "body": '{"token": "zzzqqq6"}',
    },
}
SQL = {
    "sql": 'INSERT INTO "auth_user" ("id", "password", "name") VALUES (%s, %s, %s) RETURNING "auth_user"."id"',
    "parameters": ["tuple", 1, "zzzqqq1", "ann"],
    "rows": ["list", ["tuple", 1]],
    "vendor": "sqlite",
}
HTTP = {
    "client": "urllib3",
    "method": "POST",
    "url": "https://joe:zzzqqq1@shop.example/ann?api_key=zzzqqq2",
    "headers": [["Authorization", "Basic am9lOnp6enFxcTE="], ["X-Api-Key", "zzzqqq23"]],
    "content_type": "application/x-www-form-urlencoded",
    "body": "name=ann&client_secret=zzzqqq4",
    "status": 200,
    "response_headers": [["Set-Cookie", "sid=zzzqqq5; Path=/"]],
    "response_content_type": "application/json",
    "response_body": ["cut", "str", 300000, "0123456789abcdef", '{"access_token": "zzzqqq6", "scope": "a'],
}


@pytest.mark.parametrize(("kind", "data"), [("call", CALL), ("request", REQUEST), ("sql", SQL), ("http", HTTP)])
def test_no_secret_is_left_and_all_else_is(kind: str, data: dict[str, Any]) -> None:
    record = span(kind, data)
    before = copy.deepcopy(record)
    found = redact_record(Redactor(salt=b"x"), record)
    assert record == before
    text = json.dumps(found)
    assert "zzzqqq" not in text
    assert "ann" in text
    assert list(found["data"]) == list(data)
    assert {key: found[key] for key in found if key != "data"} == {key: record[key] for key in record if key != "data"}


def test_nobody_can_guess_a_body_by_its_hash() -> None:
    (_, _, length, digest, begun) = redact_record(Redactor(salt=b"x"), span("http", HTTP))["data"]["response_body"]
    assert (length, digest, begun.endswith('", "scope": "a')) == (300000, "", True)
    assert "am9lOnp6enFxcTE" not in json.dumps(redact_record(Redactor(salt=b"x"), span("http", HTTP)))


def test_what_a_function_returns_is_called_as_it_is() -> None:
    record = span("call", {"arguments": [], "returned": "zzzqqq1"}, "shop.users:make_token")
    assert redact_record(Redactor(), record)["data"]["returned"][0] == "secret"
    record = span("call", {"arguments": [], "returned": "stays as is"}, "shop.users:count_tokens_left")
    assert redact_record(Redactor(), record) == record


def test_rows_are_known_by_their_columns() -> None:
    rows = ["list", ["tuple", 1, "zzzqqq1"], ["tuple", 2, "zzzqqq2"]]
    data = {
        "sql": 'SELECT "u"."id", "u"."api_key" FROM "u" WHERE "u"."token" = %s',
        "parameters": ["tuple", "zzzqqq3"],
        "rows": rows,
    }
    found = redact_record(Redactor(), span("sql", data))["data"]
    assert "zzzqqq" not in json.dumps(found)
    assert found["rows"][2][1] == 2


def test_other_records() -> None:
    record = {"e": "process", "schema": 1, "pid": 1, "at": 5, "argv": ["tool", "--password", "zzzqqq1"], "cwd": "/a/b"}
    found = redact_record(Redactor(), record)
    assert found["argv"][:2] == ["tool", "--password"]
    assert "zzzqqq1" not in found["argv"][2]
    assert found["cwd"] == "/a/b"
    trace = {
        "e": "trace",
        "id": "trc_1",
        "kind": "request",
        "name": "GET /?token=zzzqqq1",
        "at": 1,
        "about": {"user": "ann"},
    }
    found = redact_record(Redactor(), trace)
    assert "zzzqqq" not in json.dumps(found)
    assert found["about"] == {"user": "ann"}
    read = span("environment", {"function": "os.getenv", "name": "API_TOKEN", "value": "zzzqqq1"}, "os.getenv")
    assert redact_record(Redactor(), read)["data"]["value"][0] == "secret"


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('UPDATE "u" SET "password" = %s, "n" = %s WHERE "u"."id" = %s', ["password", "n", "id"]),
        ("INSERT INTO u (a, password) VALUES (?, ?), (?, ?)", ["a", "password", "a", "password"]),
        ("SELECT 1 FROM u WHERE u.token IN (%s, %s) AND name LIKE %s", ["token", "token", "name"]),
        ("SELECT x FROM u WHERE a = :a AND b = $2", ["a", "b"]),
        ("SELECT 'a ? b'", []),
    ],
)
def test_parameters_belong_to_columns(sql: str, columns: list[str]) -> None:
    assert list(parameter_columns(sql)) == columns


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('SELECT DISTINCT "u"."id", "u"."password" AS "p", COUNT(a, b) AS n FROM u', ["id", "p", "n"]),
        ("INSERT INTO u (a) VALUES (?) RETURNING id, token", ["id", "token"]),
        ("DELETE FROM u", []),
    ],
)
def test_selected_columns(sql: str, columns: list[str]) -> None:
    assert list(selected_columns(sql)) == columns
