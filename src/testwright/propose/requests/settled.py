"""Decides what of an account is the same whenever the request is sent, and what of the rest follows from a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ANY", "holds_any", "differs", "is_any", "settled"]

ANY: Mapping[str, Any] = {"$": "any"}
_MAYBE: Mapping[str, Any] = {"$": "any", "missing": True}
"""What only one of the accounts has."""
_SHORTEST = 4
"""Of a text that is looked for inside others."""


@dataclass(frozen=True, slots=True)
class _Varying:
    """A field of a row that the request made, which has another value each time."""

    row: str
    field: str
    first: Any
    second: Any

    @property
    def token(self) -> dict[str, Any]:
        return {"$": "value", "of": self.row, "name": self.field}


def settled(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Of two accounts of one request: what differs is ANY, or the token of the row's field that it is."""
    ours, others = ({n: v for n, v in each.items() if n != "rows"} for each in (first, second))
    rows, other_rows = first.get("rows", {}), second.get("rows", {})
    varying = list(_varying(rows, other_rows))
    merged = {name: _merged_part(ours, others, name, varying) for name in {**ours, **others}}
    if "rows" in first or "rows" in second:
        merged["rows"] = {label: _merged_part(rows, other_rows, label, ()) for label in {**rows, **other_rows}}
    return merged


def _merged_part(one: Mapping[str, Any], two: Mapping[str, Any], name: str, varying: Sequence[_Varying]) -> Any:
    if name not in one or name not in two:
        return _MAYBE
    merged = _merged(one[name], two[name], varying)
    if name != "response" or not isinstance(merged, dict) or not is_any(merged.get("headers")):
        return merged
    headers, others = one[name]["headers"], two[name]["headers"]
    return merged | {"headers": {each: _merged_part(headers, others, each, varying) for each in {**headers, **others}}}


def holds_any(tree: Any) -> bool:
    if is_any(tree):
        return True
    if isinstance(tree, Mapping):
        return any(holds_any(value) for value in tree.values())
    return isinstance(tree, list) and any(holds_any(each) for each in tree)


def is_any(tree: Any) -> bool:
    return isinstance(tree, Mapping) and tree.get("$") == "any"


def differs(merged: Any, other: Any) -> bool:
    """Whether an account does not fit what is settled."""
    if is_any(merged) or (isinstance(merged, Mapping) and merged.get("$") == "value"):
        return False
    if isinstance(merged, Mapping) and isinstance(other, Mapping):
        if merged.get("$") == "text" and any(isinstance(p, Mapping) and p.get("$") == "value" for p in merged["parts"]):
            return False
        return any(
            differs(merged[n], other[n]) if n in merged and n in other else merged.get(n) != _MAYBE
            for n in {**merged, **other}
        )
    if isinstance(merged, list) and isinstance(other, list):
        return len(merged) != len(other) or any(differs(one, two) for one, two in zip(merged, other, strict=True))
    return bool(merged != other)


def _varying(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[_Varying]:
    for label, changes in first.items():
        others = second.get(label, {}).get("created", ())
        for one, two in zip(changes["created"], others, strict=False):
            for name, value in one["values"].items():
                other = two["values"].get(name)
                if value != other and isinstance(value, str) and isinstance(other, str):
                    yield _Varying(one["name"], name, value, other)


def _merged(one: Any, two: Any, varying: Sequence[_Varying]) -> Any:
    if one == two:
        return one
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        if one.get("$") == two.get("$") == "text" and len(one["parts"]) == len(two["parts"]):
            parts = [_merged(a, b, varying) for a, b in zip(one["parts"], two["parts"], strict=True)]
            return ANY if any(map(is_any, parts)) else {"$": "text", "parts": _flat(parts)}
        if "$" not in one and one.keys() == two.keys():
            return {name: _merged(one[name], two[name], varying) for name in one}
        return ANY
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return [_merged(a, b, varying) for a, b in zip(one, two, strict=True)]
    return _followed(one, two, varying)


def _followed(one: Any, two: Any, varying: Sequence[_Varying]) -> Any:
    for each in varying:
        if each.first == one and each.second == two:
            return each.token
    if isinstance(one, str) and isinstance(two, str):
        for each in varying:
            if len(each.first) >= _SHORTEST and each.first in one:
                pieces, others = one.split(each.first), two.split(each.second)
                if pieces == others:
                    return {"$": "text", "parts": _between(pieces, each.token)}
    return ANY


def _between(pieces: list[str], token: Mapping[str, Any]) -> list[Any]:
    parts: list[Any] = []
    for number, piece in enumerate(pieces):
        if number:
            parts.append(token)
        if piece:
            parts.append(piece)
    return parts


def _flat(parts: list[Any]) -> list[Any]:
    """A part that became a text of parts itself is taken apart."""
    found: list[Any] = []
    for part in parts:
        found += part["parts"] if isinstance(part, Mapping) and part.get("$") == "text" else [part]
    return found
