"""Loads source as a module of its own, and as one that can be switched."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from testwright.inside.surviving.switching import SwitchedModule


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[ModuleType, SwitchedModule]]:
    def loaded(source: str) -> tuple[ModuleType, SwitchedModule]:
        text = textwrap.dedent(source)
        path = tmp_path / "switched_module.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("switched_module", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "switched_module", module)
        spec.loader.exec_module(module)
        return module, SwitchedModule(module, str(path), text.encode())

    return loaded
