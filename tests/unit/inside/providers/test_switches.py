"""Flags by which a function decides are found in its source, and get other values of their sort."""

from __future__ import annotations

import ast
import json
import random
import sys
import types

import pytest

from testwright.inside.providers.switches import flipped, registered, switches_of
from testwright.inside.recipes import Call, Const, Dictionary, Name, Sequence
from testwright.inside.scenario import Scenario, Step


class Planted:
    _fast = True
    label = "abc"
    helper = print


def found(source: str, qualname: str = "f", bound: tuple[str, ...] = ()) -> list[str]:
    module = types.ModuleType("planted")
    vars(module).update(DEBUG=False, LIMIT=3, NAME="abc", json=json, known={}, Planted=Planted)
    deep = types.SimpleNamespace(handlers={}, full={"a": 1})
    vars(module).update(full={"a": 1}, sys=sys, settings=types.SimpleNamespace(deep=deep))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return list(switches_of(qualname, function, module, set(bound)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1 if DEBUG else 2", ["DEBUG"]),
        ("def f():\n    fast = DEBUG\n    return fast", ["DEBUG"]),
        ("def f(x):\n    if x > LIMIT: return 1", ["LIMIT"]),
        ("def f(x): return x + LIMIT", []),
        ("def f():\n    if json is None: return 1", ["json"]),
        ("def f():\n    if json.loads('1'): return 1", []),
        ("def f(x):\n    if not known: return x", ["known"]),
        ("def f(x): return known[x]", ["known"]),
        ("def f(x): return full[x]", []),
        ("def f(x): return x in settings.deep.handlers", ["settings.deep.handlers"]),
        ("def f(x):\n    handlers = settings.deep.full\n    return handlers[x]", ["settings.deep.full"]),
        ("def f(x): return settings.deep.missing[x]", []),
        ("def f(x): return sys.modules[x]", []),
        ("def f():\n    return UNKNOWN", []),
    ],
)
def test_globals_that_are_asked_are_found(source: str, expected: list[str]) -> None:
    assert found(source) == expected


def test_attributes_of_the_class_are_found_with_its_name() -> None:
    assert found("def f(self): return self._fast", "Planted.f") == ["Planted._fast"]
    assert found("def f(self): return getattr(self, 'label', None)", "Planted.f") == ["Planted.label"]
    assert found("def f(self): return self.helper(self.other)", "Planted.f") == []


def test_a_name_of_its_own_is_no_flag() -> None:
    assert found("def f(DEBUG):\n    if DEBUG: return 1", bound=("DEBUG",)) == []


@pytest.mark.parametrize("held", [True, False, None, 1, 2.5, "abc", "", json])
def test_another_value_takes_its_place(held: object) -> None:
    made = flipped(held, random.Random(1))
    assert isinstance(made, Const)
    assert made.value != held


def test_what_is_full_is_emptied() -> None:
    assert flipped({"a": 1}, random.Random(1)) == Dictionary(())
    assert flipped((1, 2), random.Random(1)) == Sequence("tuple", ())


def test_what_is_registered_is_what_the_scenario_asks_for() -> None:
    scenario = Scenario((Step(Call(Name("planted", "f"), (Const("tea"),)), "result"),), "f")
    made = [registered(scenario, random.Random(seed)) for seed in range(40)]
    assert all(isinstance(one, Dictionary) and len(one.items) == 1 for one in made)
    keys = {key for one in made if isinstance(one, Dictionary) for key, _ in one.items}
    assert {Const("tea"), Name("builtins", "str")} <= keys
