"""Decides what to draw for a parameter without annotation: by documented examples, docstring, uses, then its name."""

from __future__ import annotations

import ast
import re

from testwright.propose.properties.strategies import Strategy
from testwright.python_source.model import FunctionModel, ParameterModel
from testwright.python_source.parsing import parse_source

__all__ = ["guessed_strategy"]

_BY_TYPE = {
    "str": "st.text()",
    "string": "st.text()",
    "unicode": "st.text()",
    "text": "st.text()",
    "bytes": "st.binary()",
    "int": "st.integers()",
    "integer": "st.integers()",
    "float": "st.floats(allow_nan=False, allow_infinity=False)",
    "number": "st.integers()",
    "bool": "st.booleans()",
    "list": "st.lists(st.integers())",
    "sequence": "st.lists(st.integers())",
    "iterable": "st.lists(st.integers())",
    "dict": "st.dictionaries(st.text(), st.integers())",
}
_DOCUMENTED = (
    r":type\s+{name}:\s*`*(?P<type>\w+)",
    r":param\s+(?P<type>\w+)\s+{name}\s*:",
    r"(?m)^\s*{name}\s*\((?P<type>\w+)[^)]*\)\s*:",
    r"(?m)^\s*{name}\s*:\s*(?P<type>\w+)\s*$",
)
_METHODS: tuple[tuple[str, frozenset[str]], ...] = (
    ("str", frozenset({"upper", "lower", "casefold", "encode", "format", "isalpha", "isdigit", "splitlines", "title"})),
    ("bytes", frozenset({"decode", "hex"})),
    ("dict", frozenset({"items", "keys", "values", "get", "setdefault"})),
    ("list", frozenset({"append", "extend", "sort", "reverse"})),
    ("str", frozenset({"strip", "lstrip", "rstrip", "split", "startswith", "endswith", "replace", "partition"})),
)
_NAMES = {
    "str": {"text", "string", "s", "word", "sentence", "input_string", "source_string", "phrase", "txt"},
    "bytes": {"data_bytes", "b"},
    "int": {"n", "num", "number", "integer", "count"},
    "iterable": {"iterable", "seq", "sequence", "items", "values", "lst", "elements"},
}
_NESTED = re.compile("flatten|collapse|unnest", re.IGNORECASE)
_CALLEES = {"len": "", "int": "", "sorted": "iterable", "iter": "iterable", "ord": ""}


def guessed_strategy(function: FunctionModel, parameter: ParameterModel) -> Strategy | None:
    """None when nothing tells what the parameter takes."""
    own = function.parameters[1:] if function.kind in ("method", "classmethod") else function.parameters
    position = [p.name for p in own].index(parameter.name)
    source = (
        _by_examples(function, position, parameter.name)
        or _BY_TYPE.get(_documented(function.docstring, parameter.name))
        or _BY_TYPE.get(_by_uses(parameter))
        or _BY_TYPE.get(_by_name(parameter.name))
    )
    if source and source.startswith("st.lists(") and _NESTED.search(function.name):
        source = "st.lists(st.recursive(st.integers(), st.lists))"
    return Strategy(source, guessed=True) if source else None


def _by_examples(function: FunctionModel, position: int, name: str) -> str:
    """What the calls in its documented examples give it, if that is always of one type."""
    found = set()
    for example in function.examples:
        try:
            tree = parse_source(example.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == function.name:
                given = {k.arg: k.value for k in node.keywords}.get(name)
                given = node.args[position] if given is None and len(node.args) > position else given
                found.add(_of_literal(given) if given is not None else "")
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _of_literal(node: ast.expr) -> str:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return ""
    return _of_value(value)


def _of_value(value: object) -> str:
    name = type(value).__name__
    if isinstance(value, (list, tuple)):
        inner = {_of_value(each) for each in value}
        element = inner.pop() if len(inner) == 1 else ""
        return f"st.lists({element})" if element and "None" not in element else ""
    if isinstance(value, dict):
        return _BY_TYPE["dict"]
    return _BY_TYPE.get(name, "")


def _documented(docstring: str, name: str) -> str:
    for pattern in _DOCUMENTED:
        match = re.search(pattern.format(name=re.escape(name)), docstring)
        if match:
            return match["type"].lower()
    return ""


def _by_uses(parameter: ParameterModel) -> str:
    uses = parameter.uses
    for kind, methods in _METHODS:
        if methods & uses.attributes.keys():
            return kind
    if uses.regexes or any(callee.startswith("re.") for callee, _ in uses.passed_to):
        return "str"
    told = {_CALLEES.get(callee, "") for callee, position in uses.passed_to if position in (0, "0")} - {""}
    return told.pop() if len(told) == 1 else ""


def _by_name(name: str) -> str:
    low = name.lower().strip("_")
    return next((kind for kind, names in _NAMES.items() if low in names), "")
