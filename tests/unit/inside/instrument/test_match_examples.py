"""Examples do match the case that they were read from."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from testwright.inside.instrument.match_examples import class_names, examples


def pattern_of(source: str) -> ast.pattern:
    statement = ast.parse(f"match x:\n case {source}: pass").body[0]
    assert isinstance(statement, ast.Match)
    return statement.cases[0].pattern


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1", [1]),
        ("-1.5", [-1.5]),
        ("'a' | 'b' as c", ["a", "b"]),
        ("None", [None]),
        ("[1, 2 | 3, *rest]", [[1, 2], [1, 3]]),
        ("{'k': 'v', **rest}", [{"k": "v"}]),
        ("str()", [""]),
        ("int(5)", [5]),
        ("x", []),
        ("Color.RED", []),
        ("{Color.RED: 1}", []),
        ("Point(x=1)", []),
    ],
)
def test_examples(source: str, expected: list[Any]) -> None:
    pattern = pattern_of(source)

    assert examples(pattern) == expected
    for example in expected:
        namespace: dict[str, Any] = {"x": example, "matched": False}
        exec(f"match x:\n case {ast.unparse(pattern)}: matched = True", namespace)
        assert namespace["matched"]


def test_class_names() -> None:
    assert class_names(pattern_of("[Point(x=int()), geometry.Box() | Point()]")) == ["Point", "geometry.Box"]
