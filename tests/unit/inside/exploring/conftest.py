"""A builder over a small module that is written for one test."""

import itertools
import random
import sys
import types

import pytest

from testwright.inside.exploring.building import Builder
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Surroundings
from testwright.inside.running import run_scenario
from testwright.python_source.read_module import read_module

COUNTER = itertools.count()


@pytest.fixture
def builder_of(tmp_path, monkeypatch):
    def make(source, seed=1):
        name = f"linked_module_{next(COUNTER)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, str(path), "exec"), vars(module))
        live = LiveModule(module, read_module(source, module=name, path=str(path)).to_plain())
        callables = live.callables()
        builder = Builder(live, Maker(live, random.Random(seed)), callables)
        builder.links.evaluated = lambda scenario: run_scenario(scenario, Surroundings()).value
        return builder, {c.qualname: c for c in callables}

    return make
