"""Decides which values would match a `case`: examples built from its literals, and the classes it names."""

from __future__ import annotations

import ast
from typing import Any

__all__ = ["class_names", "examples"]

_EMPTY: dict[str, Any] = {
    "bool": False,
    "bytes": b"",
    "dict": {},
    "float": 0.0,
    "int": 0,
    "list": [],
    "set": set(),
    "str": "",
    "tuple": (),
}
_MOST = 64


def examples(pattern: ast.pattern) -> list[Any]:
    """Values that the pattern matches as far as its literals tell; [] when it matches anything or only classes."""
    match pattern:
        case ast.MatchValue(value=value):
            return _literal(value)
        case ast.MatchSingleton(value=constant):
            return [constant]
        case ast.MatchOr(patterns=patterns):
            return [example for one in patterns for example in examples(one)][:_MOST]
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return examples(inner)
        case ast.MatchSequence(patterns=patterns):
            return _sequences(patterns)
        case ast.MatchMapping(keys=keys, patterns=patterns):
            return _mapping(keys, patterns)
        case ast.MatchClass(cls=ast.Name(id=name)) if name in _EMPTY:
            inner_patterns = pattern.patterns[:1]
            return (examples(inner_patterns[0]) if inner_patterns else []) or [_EMPTY[name]]
    return []


def class_names(pattern: ast.pattern) -> list[str]:
    """The classes, as the source writes them, that the pattern names anywhere, without the plain builtin ones."""
    named = [ast.unparse(node.cls) for node in ast.walk(pattern) if isinstance(node, ast.MatchClass)]
    return [name for name in dict.fromkeys(named) if name not in _EMPTY]


def _literal(value: ast.expr) -> list[Any]:
    try:
        return [ast.literal_eval(value)]
    except ValueError:  # a dotted name such as Color.RED
        return []


def _sequences(patterns: list[ast.pattern]) -> list[Any]:
    fixed = [examples(one) or [None] for one in patterns if not isinstance(one, ast.MatchStar)]
    widest = max((len(choices) for choices in fixed), default=1)
    return [[choices[number % len(choices)] for choices in fixed] for number in range(min(widest, _MOST))]


def _mapping(keys: list[ast.expr], patterns: list[ast.pattern]) -> list[Any]:
    pairs = [(_literal(key), examples(one) or [None]) for key, one in zip(keys, patterns, strict=True)]
    if not all(key for key, _ in pairs):
        return []
    widest = max((len(choices) for _, choices in pairs), default=1)
    return [{key[0]: choices[number % len(choices)] for key, choices in pairs} for number in range(min(widest, _MOST))]
