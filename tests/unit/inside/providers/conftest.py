"""A maker over a small module that is written for one test."""

import random

import pytest

from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Surroundings, evaluate


@pytest.fixture
def maker_of(live_module_of):
    return lambda source, seed=1: Maker(live_module_of(source), random.Random(seed))


@pytest.fixture
def values():
    """Evaluates what `make` gives, many times, leaving out the times that it gives nothing."""

    def collect(make, times=60):
        made = (make() for _ in range(times))
        return [evaluate(recipe, Surroundings()) for recipe in made if recipe is not None]

    return collect
