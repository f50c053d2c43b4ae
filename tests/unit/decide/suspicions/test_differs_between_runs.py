"""An order that the hash seed decides is a bug where nobody says that order means nothing."""

import pytest

from testwright.decide.suspicions.differs_between_runs import differs_between_runs
from testwright.inside.scenario import Outcome, Sign

TAGS = 'def tags(text: str) -> list[str]:\n    """{}"""\n    return list(set(text.split()))\n'
SIGN = Sign("unstable", "['a', 'b']", "['b', 'a']")


def of(planted, source, signs=(SIGN,)):
    module = planted(source)
    return differs_between_runs(module.observed("tags", "a b", outcome=Outcome(signs=signs)), module.code)


def test_it_is_suspected(planted):
    found = of(planted, TAGS.format("The words."))
    assert found.confident
    assert "['b', 'a'] in another" in found.happened


@pytest.mark.parametrize("words", ["The words, in no order.", "The unique words."])
def test_what_the_documentation_explains_is_not(planted, words):
    assert not of(planted, TAGS.format(words)).confident


def test_what_draws_at_random_is_not(planted):
    assert of(planted, "import random\n" + TAGS.format("The words.")) is None


def test_what_is_the_same_every_time_is_not(planted):
    assert of(planted, TAGS.format("The words."), ()) is None
