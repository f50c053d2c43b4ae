"""A live module that is written for one test."""

import itertools
import sys
import types

import pytest

from testwright.inside.exploring.live_module import LiveModule
from testwright.python_source.read_module import read_module

COUNTER = itertools.count()


@pytest.fixture
def live_module_of(tmp_path, monkeypatch):
    """Executes the source as a module of its own and reads its static model."""

    def make(source):
        name = f"planted_module_{next(COUNTER)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, str(path), "exec"), vars(module))
        return LiveModule(module, read_module(source, module=name, path=str(path)).to_plain())

    return make
