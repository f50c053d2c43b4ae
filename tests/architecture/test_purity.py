"""`decide` and `nouns` are pure: nothing that they say depends on a file, a process, a clock or chance."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testwright"
IMPURE_MODULES = {
    *(
        "asyncio",
        "datetime",
        "glob",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
    ),
    *("signal", "socket", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
}
IMPURE_NAMES = {"open", "input", "print", "id", "hash", "exec", "eval", "__import__", "globals", "breakpoint"}


def impurities(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in IMPURE_MODULES]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [str(node.module)] if str(node.module).split(".")[0] in IMPURE_MODULES else []
        elif isinstance(node, ast.Name) and node.id in IMPURE_NAMES and not isinstance(node.ctx, ast.Store):
            found.append(node.id)
        elif isinstance(node, ast.Global):
            found.append("global")
    return found


@pytest.mark.parametrize("folder", ["decide", "nouns"])
def test_nothing_impure_is_used(folder):
    files = sorted((SOURCE / folder).rglob("*.py"))
    assert files
    assert {path.name: found for path in files if (found := impurities(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "import os.path",
        "from pathlib import Path",
        "def f():\n    import subprocess",
        "from time import monotonic",
        "import random as r",
        "def f():\n    return open('x')",
        "def f():\n    global x",
    ],
)
def test_a_planted_impurity_is_seen(text):
    assert impurities(text)
