"""Which tests of a file catch which bugs of the module, seen in real forks of a real pytest."""

from __future__ import annotations

import sys
from pathlib import Path

from testwright.execute.kill_matrix import kill_matrix
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Evidence, RunResult, Target

CODE = """
def shipping(weight, express=False):
    price = 5 if weight <= 10 else 9
    if express:
        price += 3
    return price
"""
TESTS = """
import pytest
from shipping_costs import shipping

@pytest.mark.parametrize("weight", [pytest.param(10, id="limit"), pytest.param(1, id="light")])
def test_light(weight):
    assert shipping(weight) == 5

def test_express():
    assert shipping(20, express=True) == 12

def test_wrong():
    assert shipping(1) == 77
"""
NODES = ("test_light[limit]", "test_light[light]", "test_express")


def test_each_test_has_what_it_reaches_and_what_it_catches(tmp_path: Path) -> None:
    source = tmp_path / "shipping_costs.py"
    source.write_text(CODE, encoding="utf-8")
    matrix = kill_matrix(
        TESTS,
        file_name="test_shipping_costs.py",
        python=sys.executable,
        target=Target("shipping_costs", str(source), (str(tmp_path),)),
        sys_path=(str(tmp_path),),
        scratch_root=tmp_path,
        nodes=NODES,
    )
    told = {m.number: f"{m.operator} {m.text}" for m in matrix.mutants}
    caught = {node: {told[number] for number in matrix.caught.get(node, ())} for node in NODES}
    assert set(matrix.caught) <= set(NODES)
    assert "comparison weight < 10" in caught["test_light[limit]"]
    assert "comparison weight < 10" not in caught["test_light[light]"] | caught["test_express"]
    assert "assignment price -= 3" in caught["test_express"]
    assert all(matrix.caught[node] <= matrix.reached[node] | matrix.caught[node] for node in NODES)
    light = {told[number] for number in matrix.reached["test_light[light]"]}
    assert "constant 5" not in light
    assert "assignment price -= 3" not in light


def test_async_tests_are_run_by_their_plugin(with_asyncio_plugin: Path) -> None:
    source = with_asyncio_plugin / "waiting.py"
    source.write_text("async def double(n):\n    return n * 2\n", encoding="utf-8")
    matrix = kill_matrix(
        "from waiting import double\n\nasync def test_double():\n    assert await double(3) == 6\n",
        file_name="test_waiting.py",
        python=sys.executable,
        target=Target("waiting", str(source), (str(with_asyncio_plugin),)),
        sys_path=(str(with_asyncio_plugin),),
        scratch_root=with_asyncio_plugin,
        nodes=("test_double",),
        setup=PytestSetup("auto"),
    )
    assert matrix.mutants
    assert matrix.caught["test_double"] == {m.number for m in matrix.mutants}


def test_what_an_earlier_test_catches_is_not_new() -> None:
    from testwright.execute.kill_matrix import KillMatrix

    runs = (RunResult("hash seed 0", "passed"),)
    matrix = KillMatrix(
        reached={"a": frozenset({1, 2}), "b": frozenset({1, 2, 3})},
        caught={"a": frozenset({1}), "b": frozenset({1, 3})},
    )
    evidence = matrix.on({"a": Evidence("a", runs), "b": Evidence("b", runs), "c": Evidence("c", runs)})
    assert [evidence[n].new_caught for n in "abc"] == [{1}, {3}, set()]
    assert evidence["b"].catchable == {1, 2, 3}
