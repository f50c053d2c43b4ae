"""Only `cli` prints or exits; below it, problems are raised and results returned."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testwright"
MAY_SPEAK = {
    "__main__.py": "its one line hands over to cli",
    "inside/recording/run_main.py": "it stands for the interpreter, which tells of what nobody caught and exits with 1",
    "inside/isolation/children.py": "a bug of ours in a worker goes to its captured standard error",
}
EXITS = {"sys.exit", "exit", "quit", "SystemExit"}
STREAMS = ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__")


def noises(text: str) -> list[str]:
    """Calls that print or exit, and writes to the standard streams."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Raise) and node.exc is not None and _name(node.exc) in EXITS:
            found.append("raise SystemExit")
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in {"print", "pprint", "pprint.pprint", "sys.exit", "exit", "quit"} or _writes(name):
            found.append(name)
    return found


def _name(raised: ast.expr) -> str:
    return ast.unparse(raised.func if isinstance(raised, ast.Call) else raised)


def _writes(name: str) -> bool:
    return any(name == f"{stream}.{method}" for stream in STREAMS for method in ("write", "writelines"))


FILES = [
    path
    for path in sorted(file.relative_to(SOURCE).as_posix() for file in SOURCE.rglob("*.py"))
    if not path.startswith("cli/")
]


def test_nothing_below_cli_speaks_or_exits():
    heard = {path: noises((SOURCE / path).read_text(encoding="utf-8")) for path in FILES if path not in MAY_SPEAK}
    assert {path: found for path, found in heard.items() if found} == {}


def test_each_exception_is_still_one():
    assert {path for path in MAY_SPEAK if not noises((SOURCE / path).read_text(encoding="utf-8"))} <= {"__main__.py"}


@pytest.mark.parametrize(
    "text",
    [
        "print('x')",
        "import sys\nsys.exit(1)",
        "raise SystemExit",
        "raise SystemExit(2)",
        "sys.stderr.write('x')",
        "exit()",
    ],
)
def test_planted_noise_is_heard(text):
    assert noises(text)


def test_what_only_looks_like_noise_is_not():
    assert noises("report.print()\ndef exit_code(): return 1\nexcept_ = SystemExit\nstream = sys.stdout") == []
