"""A maker over a small module that is written for one test."""

import itertools
import random
import sys
import types

import pytest

from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Surroundings, evaluate
from testwright.python_source.read_module import read_module

COUNTER = itertools.count()


@pytest.fixture
def maker_of(tmp_path, monkeypatch):
    def make(source, seed=1):
        name = f"planted_module_{next(COUNTER)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, str(path), "exec"), vars(module))
        model = read_module(source, module=name, path=str(path)).to_plain()
        return Maker(LiveModule(module, model), random.Random(seed))

    return make


@pytest.fixture
def values():
    """Evaluates what `make` gives, many times, leaving out the times that it gives nothing."""

    def collect(make, times=60):
        made = (make() for _ in range(times))
        return [evaluate(recipe, Surroundings()) for recipe in made if recipe is not None]

    return collect
