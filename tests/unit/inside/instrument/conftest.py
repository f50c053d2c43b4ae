"""Runs a small program plain and instrumented, and says what could be seen of it."""

from __future__ import annotations

import ast
import contextlib
import io
import textwrap
import traceback
import types
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.instrument import Recorder, bind, instrument

Load = Callable[[str], tuple[dict[str, Any], Recorder]]
Watch = Callable[..., list[Any]]
_PATH = "program.py"


@pytest.fixture
def load() -> Load:
    """Executes a module's source instrumented; gives its namespace and its recorder, already reset."""

    def loaded(source: str) -> tuple[dict[str, Any], Recorder]:
        recorder = Recorder()
        namespace = _namespace()
        tree = instrument(ast.parse(textwrap.dedent(source)), path=_PATH)
        recorder.attach(tree)
        bind(namespace, recorder)
        exec(compile(tree.tree, _PATH, "exec", dont_inherit=True), namespace)
        recorder.first_line_hits = bytes(recorder.hits)
        recorder.reset()
        return namespace, recorder

    return loaded


@pytest.fixture
def watch() -> Watch:
    """What running a program shows: output, `result` or the exception with its lines. `change` rewrites the tree."""

    def watched(source: str, change: Callable[[ast.Module, dict[str, Any]], ast.Module] | None = None) -> list[Any]:
        namespace = _namespace()
        tree = ast.parse(textwrap.dedent(source))
        if change is not None:
            tree = change(tree, namespace)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            ended = _ended(compile(tree, _PATH, "exec", dont_inherit=True), namespace)
        return [output.getvalue(), *ended, repr(namespace.get("result"))]

    return watched


def _namespace() -> dict[str, Any]:
    module = types.ModuleType("program", "none yet")
    module.__file__ = _PATH
    return vars(module)


def _ended(code: types.CodeType, namespace: dict[str, Any]) -> list[Any]:
    try:
        exec(code, namespace)
    except BaseException as error:  # noqa: BLE001 - the program's own exception is the subject
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _PATH]
        cause = type(error.__cause__).__name__, type(error.__context__).__name__
        return [type(error).__name__, repr(error.args), lines, cause]
    return ["ran"]
