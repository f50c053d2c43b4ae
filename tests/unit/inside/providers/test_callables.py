"""Small functions answer, or raise what code commonly handles."""

import random

import pytest

from testwright.inside.providers.callables import RAISING, any_function
from testwright.inside.recipes import Surroundings, evaluate


@pytest.mark.parametrize("recipe", RAISING)
def test_those_that_raise_do(recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, KeyError, IndexError, FileNotFoundError, StopIteration)):
        evaluate(recipe, Surroundings())("given", key=1)


def test_all_kinds_of_errors_are_offered():
    rng = random.Random(1)
    offered = [any_function(rng) for _ in range(500)]
    assert set(RAISING) <= set(offered)
    assert sum(recipe in RAISING for recipe in offered) < 150
