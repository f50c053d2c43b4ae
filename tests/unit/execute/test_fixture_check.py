"""Fixtures in real runs of pytest: those that cannot be set up there are told, and cost no other."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.execute.fixture_check import failing_fixtures
from testwright.execute.kill_matrix import kill_matrix
from testwright.execute.pytest_gate import gate
from testwright.execute.pytest_worker import Limits
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Target

CONFTEST = """
    import pathlib
    import socket
    import pytest
    from numbers_of_ours import THREE

    @pytest.fixture
    def three():
        return THREE

    @pytest.fixture
    def broken():
        raise RuntimeError("no such thing")

    @pytest.fixture
    def beside():
        return pathlib.Path(__file__).with_name("data.txt").read_text()

    @pytest.fixture
    def online():
        return socket.create_connection(("192.0.2.1", 80))

    @pytest.fixture
    def endless():
        while True: pass
    """
INNER = """
    import pytest

    @pytest.fixture
    def four(three):
        return three + 1
    """
CODE = "def double(n):\n    return n * 2\n"


@pytest.fixture
def setup(tmp_path: Path) -> PytestSetup:
    """Two conftests, and a module that only the project's tests import."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "numbers_of_ours.py").write_text("THREE = 3\n")
    conftests = ((".", dedent(CONFTEST)), ("tests/unit", dedent(INNER)))
    return PytestSetup(folder="tests/unit", conftests=conftests, sys_path=(str(tmp_path / "ours"),))


def failing(tmp_path: Path, setup: PytestSetup, *names: str) -> dict[str, str]:
    quick = Limits(test_seconds=1.0)
    return failing_fixtures(
        names, setup, python=sys.executable, sys_path=(), scratch_root=tmp_path / "work", limits=quick
    )


def test_each_that_cannot_be_set_up_is_told(tmp_path: Path, setup: PytestSetup) -> None:
    found = failing(tmp_path, setup, "three", "four", "broken", "beside", "online", "endless")
    assert set(found) == {"broken", "beside", "online", "endless"}
    assert "no such thing" in found["broken"]
    assert found["endless"].startswith("timeout")


def test_a_conftest_that_cannot_be_loaded_fells_them_all(tmp_path: Path) -> None:
    broken = PytestSetup(folder=".", conftests=((".", "import nowhere_at_all\n"),))
    assert set(failing(tmp_path, broken, "one", "two")) == {"one", "two"}


def test_the_gate_and_the_mutants_run_tests_that_take_them(tmp_path: Path, setup: PytestSetup) -> None:
    source = tmp_path / "doubling.py"
    source.write_text(CODE)
    text = "from doubling import double\n\n\ndef test_double(four):\n    assert double(four) == 8\n"
    target = Target("doubling", str(source), (str(tmp_path),))
    around = {"python": sys.executable, "target": target, "sys_path": (str(tmp_path),), "nodes": ["test_double"]}
    evidence, _ = gate(text, file_name="test_doubling.py", scratch_root=tmp_path / "g", setup=setup, **around)  # type: ignore[arg-type]
    assert [run.outcome for run in evidence["test_double"].runs] == ["passed"] * 5
    alone, _ = gate(text, file_name="test_doubling.py", scratch_root=tmp_path / "a", **around)  # type: ignore[arg-type]
    assert alone["test_double"].runs[0].outcome == "error"
    matrix = kill_matrix(text, file_name="test_doubling.py", scratch_root=tmp_path / "m", setup=setup, **around)  # type: ignore[arg-type]
    assert matrix.caught["test_double"] == {mutant.number for mutant in matrix.mutants}
    assert matrix.mutants
