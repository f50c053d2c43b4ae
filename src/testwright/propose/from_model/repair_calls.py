"""Mends how a written test calls the module: keywords that are called otherwise, coroutines that nobody runs."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence

from testwright.propose.from_model.target_facts import TargetFacts
from testwright.python_source.model import FunctionModel, ParameterModel
from testwright.python_source.parsing import parse_source
from testwright.python_source.text_edits import Span, changed, span_of

__all__ = ["repair_calls"]

_RUNNERS = frozenset({"run", "run_until_complete", "create_task", "gather", "wait_for", "ensure_future"})


def repair_calls(body: str, facts: TargetFacts, test: str) -> tuple[str, list[str]]:
    """The body with such calls mended, and what was mended."""
    told: list[str] = []
    body = changed(body, lambda node: _with_real_keywords(node, facts, told))
    body = changed(body, lambda node: _with_keywords_given(node, facts, told))
    idle = _idle_coroutines(parse_source(body), facts)
    if idle:
        told.append("what is a coroutine is run by asyncio.run")
        body = changed(body, lambda node: _run(node) if span_of(node) in idle else None)
    return body, told


def _callee(node: ast.AST, facts: TargetFacts) -> FunctionModel | None:
    """The function, constructor or method of the module that is called, where there is only one that it can be."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return facts.functions.get(name) or facts.functions.get(f"{name}.__init__")
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if f"{owner}.{name}" in facts.functions:
            return facts.functions[f"{owner}.{name}"]
        case ast.Call(func=ast.Attribute(attr=name)):
            found = [each for each in facts.functions.values() if each.name == name]
            return found[0] if len(found) == 1 else None
    return None


def _own_parameters(function: FunctionModel) -> Sequence[ParameterModel]:
    bound = function.kind in ("method", "classmethod", "property")
    return function.parameters[1:] if bound else function.parameters


def _with_real_keywords(node: ast.AST, facts: TargetFacts, told: list[str]) -> ast.AST | None:
    """A keyword that no parameter has becomes that of the one parameter it can mean."""
    function = _callee(node, facts)
    if function is None or not isinstance(node, ast.Call) or any(each.arg is None for each in node.keywords):
        return None
    parameters = _own_parameters(function)
    if any(each.kind == "var-keyword" for each in parameters):
        return None
    names = [each.name for each in parameters if not each.kind.startswith("var")]
    given = {str(each.arg) for each in node.keywords}
    free = [name for name in names[len(node.args) :] if name not in given]
    required = [each.name for each in parameters if each.name in free and each.default is None]
    unknown = [str(each.arg) for each in node.keywords if each.arg not in names]
    if len(unknown) != 1:
        return None
    close = difflib.get_close_matches(unknown[0], free, n=1, cutoff=0.6)
    real = close[0] if close else required[0] if len(required) == 1 else ""
    if not real:
        return None
    told.append(f"the keyword {unknown[0]!r} of {function.qualname} is {real!r}")
    keywords = [ast.keyword(real, each.value) if each.arg == unknown[0] else each for each in node.keywords]
    return ast.Call(node.func, node.args, keywords)


def _with_keywords_given(node: ast.AST, facts: TargetFacts, told: list[str]) -> ast.AST | None:
    """What was given by position to parameters that take keywords only is given by keyword."""
    function = _callee(node, facts)
    if function is None or not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    parameters = _own_parameters(function)
    if any(each.kind == "var-positional" for each in parameters):
        return None
    positional = [each for each in parameters if each.kind.startswith("positional")]
    given = {each.arg for each in node.keywords}
    named = [each.name for each in parameters if each.kind == "keyword-only" and each.name not in given]
    surplus = node.args[len(positional) :]
    if not surplus or len(surplus) > len(named):
        return None
    told.append(f"{function.qualname} takes {', '.join(named[: len(surplus)])} by keyword")
    more = [ast.keyword(name, value) for name, value in zip(named, surplus, strict=False)]
    return ast.Call(node.func, node.args[: len(positional)], [*more, *node.keywords])


def _idle_coroutines(tree: ast.Module, facts: TargetFacts) -> frozenset[Span]:
    """Calls of coroutine functions, outside of any of the test's own, that nothing awaits or runs."""
    awaited = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Await)}
    inside = {id(n) for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef) for n in ast.walk(each)}
    handed = {id(n) for each in ast.walk(tree) if isinstance(each, ast.Call) and _runs(each) for n in ast.walk(each)}
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    found = set()
    for call in calls:
        function = _callee(call, facts)
        if function is not None and function.is_async and not function.is_generator:
            if id(call) not in awaited | inside | handed:
                found.add(span_of(call))
    return frozenset(span for span in found if span is not None)


def _runs(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return name in _RUNNERS


def _run(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Call):
        return None
    return ast.Call(ast.Attribute(ast.Name("asyncio", ast.Load()), "run", ast.Load()), [node], [])
