"""Whole generated files, from observations made by hand: as expected, well-formed, and passing."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import black
import pytest

from testwright.nouns.verdict import Proof
from testwright.propose.from_observations import candidates
from testwright.write.render_file import render_file

HERE = Path(__file__).parent


def _observed() -> ModuleType:
    spec = importlib.util.spec_from_file_location("observed", HERE / "observed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OBSERVED = _observed().ALL
PARAMETERS = {"ordinal": ["value"], "parse_amount": ["text"], "split": ["amount", "parts"]}


def _written(name: str) -> str:
    tests = candidates(OBSERVED[name], module="ledger")
    proofs = {node: Proof(5, 5, 2, 1) for test in tests[:3] for node in test.node_names}
    proofs |= {node: Proof(5, 5, 0, 0) for test in tests[3:4] for node in test.node_names}
    return render_file(tests, module="ledger", version="0.1", seed=1, proofs=proofs, parameter_names=PARAMETERS)


@pytest.mark.parametrize("name", sorted(OBSERVED))
def test_the_file_is_as_expected(name: str, matches_golden: Callable[[str, str], None]) -> None:
    matches_golden(f"test_{name}.py", _written(name))


@pytest.mark.parametrize("name", sorted(OBSERVED))
def test_formatters_and_linters_have_nothing_to_say(name: str, tmp_path: Path) -> None:
    source = _written(name)
    assert black.format_str(source, mode=black.Mode()) == source
    path = tmp_path / f"test_{name}.py"
    path.write_text(source, encoding="utf-8")
    (tmp_path / "ledger.py").touch()  # so that isort's order knows the target as the project's own
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    for arguments in (["format", "--diff"], ["check", "--select", "E,F,I,UP,PT,B,SIM,C4", "--ignore", "E501,PT011"]):
        run = subprocess.run(
            [ruff, *arguments, "--isolated", "--no-cache", path.name],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_tests_pass_as_a_person_would_run_them(tmp_path: Path) -> None:
    """One run over all files: what is written here is also true."""
    shutil.copy(HERE / "project" / "ledger.py", tmp_path)
    for name in OBSERVED:
        (tmp_path / f"test_{name}.py").write_text(_written(name), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    nodes = sum(len(test.node_names) for name in OBSERVED for test in candidates(OBSERVED[name], module="ledger"))
    assert f"{nodes} passed" in run.stdout


@pytest.mark.parametrize("name", sorted(OBSERVED))
def test_names_are_unique_and_say_something(name: str) -> None:
    functions = [n.name for n in ast.parse(_written(name)).body if isinstance(n, ast.FunctionDef)]
    assert len(set(functions)) == len(functions)
    assert not [f for f in functions if f.rpartition("_")[2].isdigit()]
