"""Redacts whole records of the log: knows which part of each kind of record has names, headers, bodies or columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .plain_tree import Plain
from .redaction import Redactor
from .sql_columns import parameter_columns, selected_columns

__all__ = ["redact_record"]

_HEADERS = frozenset(("headers", "response_headers"))
_BODIES = frozenset(("body", "response_body"))
_NAMED_VALUES = frozenset(("arguments", "keywords", "after"))
_VALUES = frozenset(("rest", "yielded"))
_BY_FUNCTION = frozenset(("call", "random", "uuid"))
"""Kinds of spans whose values are called what the function is: `secrets.token_hex` gives a token."""
_LOG_INS = frozenset(("AUTH", "HELLO", "ACL SETUSER", "CONFIG SET", "MIGRATE"))
_TAGS = frozenset(
    (
        *("list", "tuple", "set", "frozenset", "dict", "bytes", "float", "complex", "std", "enum", "name", "object"),
        *("items", "function", "again", "is", "cut", "opaque", "secret"),
    )
)


def redact_record(redactor: Redactor, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the log without secrets; ids, numbers and times stay."""
    if record.get("e") == "span":
        kind, name = str(record.get("kind", "")), str(record.get("name", ""))
        shown = name if kind == "call" else redactor.redact_query(name)
        return {**record, "name": shown, "data": _data(redactor, kind, name, record["data"])}
    return {key: value if key in _KEPT else _free(redactor, key, value) for key, value in record.items()}


_MOST_REMEMBERED = 30
_KEPT = frozenset(
    ("e", "id", "trace", "run", "schema", "pid", "parent", "at", "status", "dropped", "python", "versions", "commit")
)


def _data(redactor: Redactor, kind: str, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "sql":
        return _sql(redactor, data)
    if kind == "rows":
        return _rows(redactor, data)
    if kind == "redis":
        return _redis(redactor, data)
    own_name = _called(name) if kind in _BY_FUNCTION else _asked_for(data)
    return {key: _field(redactor, own_name, key, value, data) for key, value in data.items()}


def _called(name: str) -> str:
    return "token" if name.startswith("secrets.token_") else name.rpartition(".")[2].rpartition(":")[2]


def _asked_for(data: Mapping[str, Any]) -> str:
    return str(data.get("name") or data.get("key") or "")


def _field(redactor: Redactor, own_name: str, key: str, value: Any, data: Mapping[str, Any]) -> Any:
    """`own_name`: what a function is called, what it returns is called too: `get_token`."""
    if key in _NAMED_VALUES and type(value) is list:
        return [[name, redactor.redact(plain, name)] for name, plain in value]
    if key in _VALUES and type(value) is list:
        return [redactor.redact(plain) for plain in value]
    if key in ("returned", "value"):
        return redactor.redact(value, own_name)
    if key in _BODIES:
        kind = "response_content_type" if key == "response_body" else "content_type"
        return _body(redactor, value, str(data.get(kind, "")))
    if key in _HEADERS and type(value) is list:
        return redactor.redact_headers(value)
    if key in ("raised", "response") and type(value) is dict:
        return {inner: _field(redactor, "", inner, one, value) for inner, one in value.items()}
    if key in ("query", "url", "path", "message") and type(value) is str:
        return redactor.redact_query(value)
    return _either(redactor, key, value)


def _body(redactor: Redactor, value: Plain, content_type: str) -> Plain:
    if type(value) is str:
        return redactor.redact_body(value, content_type)
    if type(value) is list and value and value[0] == "cut" and type(value[-1]) is str:
        begun = redactor.redact_body(value[-1], content_type)
        return [*value[:-2], value[-2] if begun == value[-1] else "", begun]
    return redactor.redact(value)


def _either(redactor: Redactor, name: str, value: Any) -> Any:
    """A plain value, or free JSON (which has no tags)."""
    if type(value) is list and value and type(value[0]) is str and value[0] in _TAGS:
        return redactor.redact(value, name)
    return _free(redactor, name, value)


def _redis(redactor: Redactor, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored is called what its key is; what is sent to log in is a secret whatever it is called."""
    logs_in = str(data.get("command")) in _LOG_INS
    name = "password" if logs_in else str(data.get("key", ""))
    named = {"args", "reply", "key"} if logs_in else {"args", "reply"}
    return {
        key: redactor.redact(value, name) if key in named else _field(redactor, "", key, value, data)
        for key, value in data.items()
    }


def _sql(redactor: Redactor, data: Mapping[str, Any]) -> dict[str, Any]:
    """Programs send the same few statements again and again, and often get the same."""
    sql = str(data.get("sql", ""))
    parameters, rows = data.get("parameters"), data.get("rows")
    columns = data.get("columns") or ()
    if type(rows) is list and len(rows) > _MOST_REMEMBERED:
        both = _statement(redactor, sql, parameters, rows, columns)
    else:
        key = ("sql", sql, repr(parameters))
        both = redactor.once(key, rows, lambda: _statement(redactor, sql, parameters, rows, columns))
    text = redactor.once(sql, sql, lambda: redactor.redact_query(sql))
    found = {**data, "sql": text, "parameters": both[1], "rows": both[2]}
    return {key: found[key] for key in data}


def _statement(redactor: Redactor, sql: str, parameters: Plain, rows: Plain, columns: Sequence[str]) -> list[Plain]:
    """Rows by what the database calls their columns, and by the statement's own names, which may be others."""
    if redactor.may_name(sql):
        parameters = _by_columns(redactor, parameters, parameter_columns(sql))
        rows = _by_columns(redactor, rows, selected_columns(sql))
    rows = _by_columns(redactor, rows, columns)
    found: list[Plain] = redactor.redact(["list", parameters, rows])
    return found


def _rows(redactor: Redactor, data: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are mostly as they were when they were last met."""
    columns, found = data["columns"], dict(data)
    if "problem" in data:
        found["problem"] = redactor.redact_query(data["problem"])
    for key in ("before", "after"):
        place = (key, data["table"], data.get("connection"))
        plain = data[key]
        found[key] = redactor.once(place, plain, lambda: redactor.redact(_by_columns(redactor, plain, columns)))  # noqa: B023
    return found


def _by_columns(redactor: Redactor, values: Plain, columns: Sequence[str]) -> Plain:
    """What names say of a sequence as long as there are columns, each by its own; of many such sequences likewise."""
    marked = redactor.marked(columns)
    return _marked(redactor, values, len(columns) + 1, marked) if marked else values


def _marked(redactor: Redactor, values: Plain, length: int, marked: Sequence[tuple[int, str]]) -> Plain:
    if type(values) is not list or not values or values[0] not in ("list", "tuple", "cut"):
        return values
    if values[0] == "cut":
        return [*values[:-1], _marked(redactor, values[-1], length, marked)]
    if len(values) > 1 and all(type(each) is list and each and each[0] in ("list", "tuple") for each in values[1:]):
        return [values[0], *(_marked(redactor, each, length, marked) for each in values[1:])]
    if len(values) != length:
        return values
    found = list(values)
    for place, name in marked:
        value = found[place]
        if value is not None and not (type(value) is list and value[0] == "secret"):
            found[place] = redactor.redact(value, name)
    return found


# -- JSON without tags ------------------------------------------------------------------------------------------------


def _free(redactor: Redactor, name: str, value: Any) -> Any:
    if value is None or type(value) is bool:
        return value
    return _untagged(redactor.redact(_tagged(value), name))


def _tagged(value: Any) -> Plain:
    if type(value) is dict:
        return ["dict", *([key, _tagged(one)] for key, one in value.items())]
    return ["list", *map(_tagged, value)] if type(value) in (list, tuple) else value


def _untagged(plain: Plain) -> Any:
    if type(plain) is not list:
        return plain
    read: Callable[[Any], Any] = _untagged
    if plain[0] == "dict":
        return {read(key): read(value) for key, value in plain[1:]}
    return read(plain[1]) if plain[0] == "secret" else [read(item) for item in plain[1:]]
