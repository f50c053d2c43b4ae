"""Writes the cassette that vcr plays in a test, and decides what of a request vcr is to compare with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from testwright.nouns.source_text import Source
from testwright.python_source.render_plain import NoSourceError

__all__ = ["FOLDER", "cassette_manager", "cassette_of"]

FOLDER = "cassettes"
"""Beside the test file."""


def cassette_manager(file: str, name: str, matched: Sequence[str]) -> Source:
    place = f'str(Path(__file__).parent / "{FOLDER}" / "{file}")'
    compared = ", ".join(f'"{each}"' for each in matched)
    options = f'serializer="json", record_mode="none", match_on=[{compared}]'
    return Source(f"vcr.use_cassette({place}, {options}) as {name}", frozenset([("vcr", ""), ("pathlib", "Path")]))


def cassette_of(sent: Sequence[Mapping[str, Any]], recorded: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """Its text, and what vcr compares: query and body where they are the same each time. NoSourceError."""
    pairs = [(one, recorded[one["answer"]]) for one in sent if one.get("answer") is not None]
    matched = ["method", "path"]
    if all(_query(one) is not None for one, _ in pairs):
        matched.append("query")
    if all(_body(one)[0] for one, _ in pairs):
        matched.append("body")
    whole = {
        "version": 1,
        "interactions": [{"request": _request(*pair), "response": _response(pair[1])} for pair in pairs],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n", matched


def _query(one: Mapping[str, Any]) -> str | None:
    """None if it differs."""
    url = one["url"]
    if isinstance(url, str):
        return urlsplit(url).query
    parts = list(url["parts"]) if isinstance(url, Mapping) and url.get("$") == "text" else [url]
    at = next((place for place, part in enumerate(parts) if isinstance(part, str) and "?" in part), None)
    if at is None:
        return ""
    rest = [parts[at].partition("?")[2], *parts[at + 1 :]]
    return "".join(rest) if all(isinstance(part, str) for part in rest) else None


def _body(one: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether it is the same each time, and what it is. aiohttp's is compared before it is packed: never the same."""
    if one["client"] == "aiohttp":
        return one.get("body") is None and "json" not in one, None
    if "json" in one:
        return not _holds_tokens(one["json"]), json.dumps(one["json"]) if not _holds_tokens(one["json"]) else None
    body = one.get("body")
    return body is None or isinstance(body, str), body if isinstance(body, str) else None


def _holds_tokens(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        return "$" in tree or any(map(_holds_tokens, tree.values()))
    return isinstance(tree, list) and any(map(_holds_tokens, tree))


def _request(one: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Where it goes is not compared: settings say that."""
    query, body = _query(one), _body(one)[1]
    path = urlsplit(str(recorded["url"])).path
    kind = "json" in one and body is not None
    return {
        "method": str(one["method"]).upper(),
        "uri": f"http://upstream.example{path}" + (f"?{query}" if query else ""),
        "body": body,
        "headers": {"Content-Type": ["application/json"]} if kind else {},
    }


def _response(recorded: Mapping[str, Any]) -> dict[str, Any]:
    if "status" not in recorded:
        raise NoSourceError("vcr answers each request: it cannot fail as this one did")
    status, body = int(recorded["status"]), recorded.get("response_body")
    if body is not None and not isinstance(body, str):
        raise NoSourceError("a cassette of vcr in JSON holds texts only, and what was answered is none")
    kind = str(recorded.get("response_content_type") or "")
    message = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    return {
        "status": {"code": status, "message": message},
        "headers": {"Content-Type": [kind]} if kind else {},
        "body": {"string": body or ""},
    }
