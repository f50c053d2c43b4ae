"""A builder over a small module that is written for one test."""

import random

import pytest

from testwright.inside.exploring.building import Builder
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Surroundings
from testwright.inside.running import run_scenario


@pytest.fixture
def builder_of(live_module_of):
    def make(source, seed=1):
        live = live_module_of(source)
        callables = live.callables()
        builder = Builder(live, Maker(live, random.Random(seed)), callables)
        builder.links.evaluated = lambda scenario: run_scenario(scenario, Surroundings()).value
        return builder, {c.qualname: c for c in callables}

    return make
