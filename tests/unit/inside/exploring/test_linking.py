"""Arguments that depend on each other: what a sibling gave, parts of the object, parts of another argument."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

import pytest

from testwright.inside.exploring.linking import parts_of, undoes
from testwright.inside.recipes import Call, Const, Name, Surroundings, Variable, evaluate
from testwright.inside.running import run_scenario

SIGNER = """
import string

class Base:
    def mark(self, text: str) -> str:
        return "<" + text + ">"

class Signer(string.Formatter):
    def __init__(self):
        self.jobs = []

    def sign(self, text: str) -> str:
        return text + "#"

    def unsign(self, text: str) -> str:
        if not text.endswith("#"):
            raise ValueError(text)
        return text[:-1]

    def add(self, job):
        self.jobs.append([job])

    def cancel(self, job: list):
        return any(job is j for j in self.jobs)
"""
TREES = """
import ast

def is_below(tree: ast.AST, node: ast.AST) -> bool:
    return any(node is n for n in ast.walk(tree) if n is not tree)
"""


def results(builder: Any, target: Any, times: int) -> list[Any]:
    made = (builder.build(target) for _ in range(times))
    return [run_scenario(s, Surroundings()).value for s in made if s is not None]


def test_a_method_takes_what_its_inverse_gives(builder_of: Any) -> None:
    builder, callables = builder_of(SIGNER)
    builder.links.learn("Signer.sign", "a#")
    given = results(builder, callables["Signer.unsign"], 400)
    assert [v for v in given if v]


def test_a_method_takes_a_part_of_its_object(builder_of: Any) -> None:
    builder, callables = builder_of(SIGNER)
    assert True in results(builder, callables["Signer.cancel"], 1500)


def test_a_function_takes_a_part_of_an_earlier_argument(builder_of: Any) -> None:
    builder, callables = builder_of(TREES)
    assert True in results(builder, callables["is_below"], 800)


def test_methods_of_bases_that_the_module_does_not_define_are_called_too(builder_of: Any) -> None:
    builder, callables = builder_of(SIGNER)
    owner = callables["Signer.sign"].owner
    names = {c.qualname for c in builder.links.peers(owner)}
    assert {"Signer.sign", "Signer.add", "Formatter.format_field"} <= names
    assert not any("._" in name for name in names)


def test_a_string_of_calls_that_worked_begins_with_the_object_at_hand(builder_of: Any) -> None:
    builder, callables = builder_of(SIGNER)
    owner = callables["Signer.sign"].owner
    module = builder.live.name
    made = Call(Name("builtins", "repr"), (Call(Name(module, "Signer")),))
    builder.maker.by_result[object] = [made, Call(Name("builtins", "repr"), (Const(1),))]
    assert builder.links.grafts(owner, "signer") == [Call(Name("builtins", "repr"), (Variable("signer"),))]


def test_a_pair_of_iterators_is_listed_each(builder_of: Any) -> None:
    builder, callables = builder_of("def halves(items=(1, 2)):\n    return (i for i in items), iter(items)\n")
    scenario = builder.build(callables["halves"])
    further = builder.layered_again(scenario, run_scenario(scenario, Surroundings()).value)
    assert all(type(half) is list for half in run_scenario(further, Surroundings()).value)


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("unsign", "sign", True),
        ("loads", "dumps", True),
        ("from_text", "to_text", True),
        ("sign", "unsign", False),
        ("load", "dumps", False),
    ],
)
def test_names_of_inverses(name: str, other: str, expected: bool) -> None:
    assert undoes(name, other) is expected


def test_parts_are_reached_from_the_whole() -> None:
    tree = ast.parse("x = f(1)")
    whole = SimpleNamespace(tree=tree, sizes={"a": [3]}, _hidden=1)
    around = Surroundings(variables={"whole": whole})
    parts = list(parts_of(whole, Variable("whole")))
    assert all(type(evaluate(recipe, around)) is kind for recipe, kind in parts)
    held = [evaluate(recipe, around) for recipe, _ in parts]
    assert tree.body[0] in held
    assert [3] in held
    assert 3 in held


JAR = """
class Jar:
    def __setitem__(self, key, value): pass
    def __call__(self): pass
    def __len__(self): return 0
    def _fill(self): pass
    def put(self): pass
"""


def test_the_methods_that_others_call_are_peers(builder_of: Any) -> None:
    builder, callables = builder_of(JAR)
    peers = {peer.qualname for peer in builder.links.peers(callables["Jar.put"].owner)}
    assert peers == {"Jar.__setitem__", "Jar.__call__", "Jar.put"}
