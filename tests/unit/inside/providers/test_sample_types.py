"""Every sample class, instance and typing value evaluates."""

import dataclasses
import random

import pytest

from testwright.inside.providers.sample_types import SAMPLE_INSTANCES, SAMPLE_TYPES, TYPING_VALUES, tagged_class
from testwright.inside.recipes import Surroundings, evaluate


@pytest.mark.parametrize("recipe", SAMPLE_TYPES, ids=lambda r: r.name)
def test_sample_types_are_classes(recipe):
    assert isinstance(evaluate(recipe, Surroundings()), type)


@pytest.mark.parametrize("recipe", [*SAMPLE_INSTANCES, *TYPING_VALUES], ids=lambda r: str(r)[:50])
def test_sample_values_evaluate(recipe):
    evaluate(recipe, Surroundings())


def test_a_tagged_class_carries_the_metadata():
    kind = evaluate(tagged_class(["tool"], ["encoder", "decoder"], random.Random(1)), Surroundings())
    assert dataclasses.is_dataclass(kind)
    assert all("tool" in f.metadata for f in dataclasses.fields(kind))
    assert set().union(*(f.metadata["tool"] for _ in range(1) for f in dataclasses.fields(kind))) <= {
        "encoder",
        "decoder",
    }
    assert kind("a", 1).size == 1
