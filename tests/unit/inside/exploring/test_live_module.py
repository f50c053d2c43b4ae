"""What the live module finds can be named by a test."""

from __future__ import annotations

from testwright.inside.exploring.live_module import name_of
from testwright.inside.recipes import Helper, Name, Surroundings, evaluate


def test_a_class_of_a_helper_cannot_be_imported() -> None:
    kind = evaluate(Helper("Sample", "class Sample:\n    pass\n"), Surroundings())
    assert name_of(kind) is None


def test_other_classes_are_imported_from_where_they_are() -> None:
    assert name_of(Name) == Name("testwright.inside.recipes", "Name")
