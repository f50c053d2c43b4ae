"""Functions are short: half of them ten lines or fewer, none over eighty; files stay under five hundred."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testwright"
LONGEST_FUNCTION = 80
MEDIAN_FUNCTION = 10
LONGEST_FILE = 500
UNNAMEABLE = {"util", "utils", "helper", "helpers", "misc", "common"}


def sizes(text: str) -> dict[str, int]:
    """Lines of each function (its decorators and docstring included), by "name:line"."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {f"{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}


def all_sizes() -> dict[str, int]:
    return {
        f"{path.relative_to(SOURCE).as_posix()}:{name}": size
        for path in sorted(SOURCE.rglob("*.py"))
        for name, size in sizes(path.read_text(encoding="utf-8")).items()
    }


def test_no_function_is_too_long():
    assert {name: size for name, size in all_sizes().items() if size > LONGEST_FUNCTION} == {}


def test_half_of_the_functions_are_short():
    assert median(all_sizes().values()) <= MEDIAN_FUNCTION


def test_no_file_is_too_long():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [path.name for path in SOURCE.rglob("*.py") if path.stem in UNNAMEABLE] == []


def test_every_module_opens_with_its_docstring():
    silent = [path for path in SOURCE.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert [path.relative_to(SOURCE).as_posix() for path in silent] == []


def test_a_planted_long_function_is_seen():
    text = "class A:\n    async def f(self):\n" + "        x = 1\n" * 80
    assert sizes(text) == {"f:2": 81}
