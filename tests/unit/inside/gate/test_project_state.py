"""What the names of the project's modules hold, before and after."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from testwright.inside.gate.project_state import ProjectState

TEXT = """
LIMIT = 1000
NAMES = ["a"]
TABLE = {"a": 1}
KINDS = {1}
_cache = None

class Mode:
    strict = False

def add(a, b):
    return a + b
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "state_of_calc.py").write_text(TEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "state_of_calc", raising=False)
    return importlib.import_module("state_of_calc")


def state(module: ModuleType) -> ProjectState:
    return ProjectState([str(Path(str(module.__file__)).resolve())])


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("module.LIMIT = 1001", ["LIMIT"]),
        ("module.NAMES.append('b')", ["NAMES"]),
        ("module.NAMES[0] = 'b'", ["NAMES"]),
        ("module.TABLE['a'] = 'other'", ["TABLE"]),
        ("module.KINDS.add(2)", ["KINDS"]),
        ("module.Mode.strict = True", ["Mode.strict"]),
        ("module.add = max", ["add"]),
        ("del module.LIMIT", ["LIMIT"]),
        ("module.LIMIT = int('1000')", []),
        ("module.new = 1", []),
        ("module.NAMES.append('b'); module.NAMES.pop()", []),
        ("", []),
    ],
)
def test_what_is_another_is_named(module: ModuleType, change: str, names: list[str]) -> None:
    before = state(module)
    exec(change, {"module": module})
    assert before.changed() == [f"state_of_calc.{name}" for name in names]


def test_modules_of_others_are_not_looked_at(module: ModuleType, tmp_path: Path) -> None:
    before = ProjectState([str(tmp_path / "other.py")])
    module.LIMIT = 2  # type: ignore[attr-defined]
    assert before.changed() == []
