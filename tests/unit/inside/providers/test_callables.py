"""Small functions answer, or raise what code commonly handles."""

import random

import pytest

from testwright.inside.providers.callables import CHANGING, RAISING, any_function, eventful
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Name, Surroundings, evaluate


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


@pytest.mark.parametrize("recipe", CHANGING)
def test_those_that_change_what_they_are_given_do(recipe):
    changed = 0
    for given in ([1, 2], {"a": 2}):
        before = given.copy()
        for further in ((), ("b",), ("a",)):
            try:
                evaluate(recipe, Surroundings())(given, *further)
            except (AttributeError, TypeError, KeyError, IndexError):
                continue
        changed += given != before
    assert changed


def test_what_the_code_catches_is_raised_at_once_or_in_turn():
    rng = random.Random(1)
    seen = set()
    for _ in range(300):
        call = evaluate(eventful(rng, [Name("builtins", "LookupError")]), Surroundings())
        results = []
        for _ in range(2):
            try:
                results.append(call())
            except LookupError:
                results.append(LookupError)
            except TypeError:
                results.append("called with too little")
        seen.add(tuple(results))
    assert (LookupError, LookupError) in seen
    assert (False, True) in seen
    assert any(first is LookupError and second not in (LookupError, "called with too little") for first, second in seen)


def test_the_exceptions_come_from_the_handlers_of_the_module(live_module_of):
    source = """
class Wrong(Exception):
    pass

def f(action):
    try:
        action()
    except (Wrong, OSError):
        return "wrong"
    except unknown.Error:
        return "unknown"
"""
    live = live_module_of(source)
    maker = Maker(live, random.Random(1))
    made = [maker.uses.any_callable() for _ in range(400)]
    raised = {dict(recipe.kwargs)["side_effect"] for recipe in made if getattr(recipe, "kwargs", ())}
    assert {each for each in raised if isinstance(each, Name)} == {
        Name(live.name, "Wrong"),
        Name("builtins", "OSError"),
    }
    without = Maker(live, random.Random(1), frozenset({"callbacks"}))
    assert not any(getattr(without.uses.any_callable(), "kwargs", ()) for _ in range(400))
