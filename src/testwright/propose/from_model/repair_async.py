"""Mends async tests by what runs them: a marker where one is wanted, asyncio.run where nothing else does."""

from __future__ import annotations

import ast

from testwright.propose.from_model.target_facts import TargetFacts
from testwright.python_source.file_of_tests import decorator_names
from testwright.python_source.function_head import in_scenario, with_head
from testwright.python_source.parsing import parse_source

__all__ = ["repair_async"]

_MARKS = ("pytest.mark.asyncio", "pytest.mark.anyio", "pytest.mark.trio", "mark.asyncio", "asyncio_mark")


def repair_async(body: str, facts: TargetFacts, test: str) -> tuple[str, list[str]]:
    """The body with its test made to run, and what was mended."""
    function = next(
        each
        for each in ast.walk(parse_source(body))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == test
    )
    is_marked = any(name in _MARKS for name in decorator_names(function))
    if isinstance(function, ast.FunctionDef):
        return (
            (_without_marks(body, function), [f"{test} needs no marker: it is not async"]) if is_marked else (body, [])
        )
    if facts.asyncio == "auto" or (facts.asyncio == "strict" and is_marked):
        return body, []
    if facts.asyncio == "strict":
        mark = ast.Attribute(ast.Attribute(ast.Name("pytest", ast.Load()), "mark", ast.Load()), "asyncio", ast.Load())
        function.decorator_list = [*function.decorator_list, mark]
        return with_head(body, function), ["it is marked as async"]
    function.decorator_list = _unmarked(function)
    return in_scenario(body, function), ["asyncio.run runs it: nothing else does"]


def _without_marks(body: str, function: ast.FunctionDef) -> str:
    function.decorator_list = _unmarked(function)
    return with_head(body, function)


def _unmarked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    names = decorator_names(function)
    return [each for each, name in zip(function.decorator_list, names, strict=True) if name not in _MARKS]
