"""The standard library's own tests see no difference, and its modules compile once instrumented."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from testwright.inside.instrument import instrument

# In an order in which none imports one that comes after it.
PAIRS = [
    "ipaddress=test.test_ipaddress",
    "textwrap=test.test_textwrap",
    "shlex=test.test_shlex",
    "json.decoder=test.test_json.test_decode",
    "configparser=test.test_configparser",
    "fractions=test.test_fractions",
    "string=test.test_string",
    "difflib=test.test_difflib",
    "csv=test.test_csv",
    "html.parser=test.test_htmlparser",
    "tomllib._parser=test.test_tomllib",
]
INSIDE = Path(__file__).resolve().parents[4] / "src" / "testwright" / "inside"
LIBRARY = Path(sysconfig.get_path("stdlib"))

needs_test_package = pytest.mark.skipif(
    importlib.util.find_spec("test") is None or not (LIBRARY / "test" / "test_textwrap.py").exists(),
    reason="SKIPPED FOR WANT OF TESTS: this Python came without its `test` package",
)


def start(mode: str, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    script = Path(__file__).with_name("stdlib_suite.py")
    environment = {**os.environ, "PYTHONPATH": str(INSIDE), "PYTHONHASHSEED": "0"}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", str(script), mode, *PAIRS],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@needs_test_package
def test_suites_end_as_without_instrumentation(tmp_path: Path) -> None:
    running = {mode: start(mode, tmp_path / mode) for mode in ("plain", "recording", "not-recording")}
    results = {}
    for mode, process in running.items():
        out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
        results[mode] = ast.literal_eval(out)
    for suite, plain in results["plain"].items():
        for mode in ("recording", "not-recording"):
            assert results[mode][suite][:4] == plain[:4], (mode, suite)
            assert results[mode][suite][4] > 0, (mode, suite)


def library_modules() -> list[Path]:
    tops = sorted(LIBRARY.glob("*.py"))
    inner = sorted(
        path for name in ("asyncio", "email", "json", "xml", "http") for path in (LIBRARY / name).rglob("*.py")
    )
    return [*tops[::5], *inner[::15]]


def test_every_fifth_module_compiles() -> None:
    for path in library_modules():
        tree = ast.parse(path.read_bytes())
        lines = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}
        woven = instrument(tree, path=str(path))
        compile(woven.tree, str(path), "exec", dont_inherit=True)
        assert {line for arc in woven.arcs for line in arc.lines} <= lines | handler_lines(tree), path


def handler_lines(tree: ast.AST) -> set[int]:
    """Lines of clauses and decorators, which are not statements of their own."""
    clauses = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler | ast.pattern)}
    decorated = (node for node in ast.walk(tree) if hasattr(node, "decorator_list"))
    return clauses | {decorator.lineno for node in decorated for decorator in node.decorator_list}
