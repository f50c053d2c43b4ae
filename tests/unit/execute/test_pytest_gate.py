"""Planted bad tests, each of which the gate has to see through."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from testwright.errors import ProjectError
from testwright.execute.coverage_figures import figures
from testwright.execute.pytest_gate import GateReport, gate
from testwright.execute.pytest_worker import Limits
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Evidence, Target

TARGET = """\
    STATE = []

    def add(a, b):
        if a > 3:
            return a + b + 1
        return a + b

    def remember(x):
        STATE.append(x)
        return len(STATE)
    """
QUICK = Limits(test_seconds=1.0)  # five times that where it is traced
HEAD = """\
import os, random, time
import pytest
from calc import STATE, add, remember

"""


def through_gate(
    tmp_path: Path, text: str, nodes: Sequence[str], **more: Any
) -> tuple[dict[str, Evidence], GateReport]:
    source = tmp_path / "calc.py"
    source.write_text(dedent(TARGET))
    return gate(
        HEAD + dedent(text),
        file_name="test_calc.py",
        python=more.pop("python", sys.executable),
        target=Target("calc", str(source), (str(tmp_path),)),
        sys_path=[str(tmp_path)],
        scratch_root=tmp_path / "work",
        nodes=nodes,
        limits=more.pop("limits", None),
        **more,
    )


def outcomes(evidence: Evidence) -> dict[str, str]:
    return {run.condition: run.outcome for run in evidence.runs}


def test_good_tests_pass_every_run_and_their_coverage_is_told(tmp_path: Path) -> None:
    text = """
        @pytest.mark.parametrize(("a", "sum"), [pytest.param(1, 2, id="small"), pytest.param(4, 6, id="big")])
        def test_add(a, sum):
            assert add(a, 1) == sum
        def test_add_again():
            assert add(2, 1) == 3
        """
    evidence, report = through_gate(tmp_path, text, ["test_add[small]", "test_add[big]", "test_add_again"])

    assert list(evidence) == ["test_add[small]", "test_add[big]", "test_add_again"]
    for one in evidence.values():
        assert [run.outcome for run in one.runs] == ["passed"] * 5
        assert one.assertions == 1
        assert one.touched == ()
    small, big, again = evidence.values()
    assert (small.new_lines, small.new_arcs) == ({4, 6}, {(4, 6)})
    assert (big.new_lines, big.new_arcs) == ({5}, {(4, 5)})
    assert (again.lines, again.new_lines, again.new_arcs) == ({4, 6}, frozenset(), frozenset())
    assert {line for arc in report.import_arcs for line in arc if line > 0} == {1, 3, 8}
    assert len(report.conditions) == 5
    assert report.isolation


def test_bad_tests_are_seen_through(tmp_path: Path) -> None:
    text = """
        def test_wrong():
            assert add(1, 1) == 3
        def test_exit():
            os._exit(0)
        def test_endless():
            while True:
                pass
        def test_writes_outside():
            try:
                open("/tmp/testwright-was-here", "w")
            except OSError:
                pass
            assert add(1, 1) == 2
        @pytest.mark.xfail
        def test_marked():
            assert add(1, 1) == 3
        def test_skipped():
            pytest.skip("no")
        def test_stops_all():
            pytest.exit("no more")
        def test_random():
            assert random.getrandbits(256) == 0
        def test_good():
            assert add(1, 1) == 2
        """
    names = ["wrong", "exit", "endless", "writes_outside", "marked", "skipped", "stops_all", "random", "good", "absent"]
    evidence, _ = through_gate(tmp_path, text, [f"test_{name}" for name in names], runs=1, limits=QUICK)

    assert {node.removeprefix("test_"): one.runs[-1].outcome for node, one in evidence.items()} == {
        "wrong": "failed",
        "exit": "crashed",
        "endless": "timeout",
        "writes_outside": "escaped",
        "marked": "xfailed",
        "skipped": "skipped",
        "stops_all": "crashed",
        "random": "failed",
        "good": "passed",
        "absent": "missing",
    }
    assert evidence["test_writes_outside"].touched == ("open /tmp/testwright-was-here",)
    assert not Path("/tmp/testwright-was-here").exists()
    assert evidence["test_good"].new_lines == {4, 6}


def test_what_depends_on_seed_or_order_is_seen_through(tmp_path: Path) -> None:
    text = """
        def test_first():
            assert remember(1) == 1
        def test_second():
            assert remember(1) == 2
        def test_set_order():
            assert list({"a", "b", "c", "d", "e", "f", "g", "h"}) == ORDER
        ORDER = list({"a", "b", "c", "d", "e", "f", "g", "h"}) if hash("a") == SEED_0 else []
        def test_good():
            assert add(1, 1) == 2
        """
    seed_0 = "SEED_0 = " + str(_hash_of_a_with_seed_0())
    nodes = ["test_first", "test_second", "test_set_order", "test_good"]
    evidence, _ = through_gate(tmp_path, seed_0 + "\n" + dedent(text), nodes)

    assert outcomes(evidence["test_first"])["hash seed 1, reversed, elsewhere"] == "failed"
    assert outcomes(evidence["test_second"])["hash seed 1, reversed, elsewhere"] == "failed"
    assert outcomes(evidence["test_set_order"])["hash seed 0, in order"] == "passed"
    assert outcomes(evidence["test_set_order"])["hash seed 1, reversed, elsewhere"] == "failed"
    assert set(outcomes(evidence["test_good"]).values()) == {"passed"}
    assert len(evidence["test_good"].runs) == 5
    assert len(evidence["test_first"].runs) == 3  # not run any further


def test_what_depends_on_zone_terminal_or_user_is_seen_through(tmp_path: Path) -> None:
    text = """
        def test_zone():
            assert time.localtime(0).tm_hour == time.gmtime(0).tm_hour
        def test_columns():
            assert os.environ.get("COLUMNS") is None
        def test_user():
            assert os.environ.get("USER") is None
    """
    nodes = ["test_zone", "test_columns", "test_user"]
    evidence, _ = through_gate(tmp_path, text, nodes)

    assert {outcomes(evidence[node])["hash seed 1, reversed, elsewhere"] for node in nodes} == {"failed"}


def test_what_is_left_changed_for_others_is_seen_through(tmp_path: Path) -> None:
    text = """
        def test_variable():
            os.environ["SOME"] = "x"
            assert add(1, 1) == 2
        def test_home(tmp_path):
            open(os.path.expanduser("~/.of-mine"), "w").close()
            assert add(1, 1) == 2
        def test_put_back(monkeypatch, tmp_path):
            monkeypatch.setenv("SOME", "x")
            monkeypatch.chdir(tmp_path)
            assert add(1, 1) == 2
    """
    evidence, _ = through_gate(tmp_path, text, ["test_variable", "test_home", "test_put_back"], runs=1)

    assert evidence["test_variable"].touched == ("the environment variable SOME left changed",)
    assert evidence["test_home"].touched == ("a file left in the home or temporary folder (.of-mine)",)
    assert [run.outcome for run in evidence["test_put_back"].runs] == ["passed"]


def test_what_a_destructor_raises_is_seen_through(tmp_path: Path) -> None:
    text = """
        class Loud:
            def __del__(self):
                raise ValueError("too late")
        def test_at_once():
            Loud()
            assert add(1, 1) == 2
        def test_later():
            loud = Loud()
            loud.itself = loud
            assert add(1, 1) == 2
        def test_quiet():
            assert add(1, 1) == 2
    """
    evidence, _ = through_gate(tmp_path, text, ["test_at_once", "test_later", "test_quiet"])

    said = "an exception in a destructor, which nothing can catch (ValueError)"
    assert said in evidence["test_at_once"].touched
    assert said in evidence["test_later"].touched
    assert evidence["test_quiet"].touched == ()


def _hash_of_a_with_seed_0() -> int:
    command = [sys.executable, "-c", "print(hash('a'))"]
    return int(subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True).stdout)


def test_what_fails_alone_is_seen_through(tmp_path: Path) -> None:
    """It needs another test before it, and finds one in whatever order of all of them."""
    names = ["test_a", "test_b", "test_c", "test_needs_another", "test_d", "test_e"]
    bodies = dict.fromkeys(names, "STATE.append(1)\n    assert add(1, 1) == 2") | {names[3]: "assert STATE"}
    evidence, _ = through_gate(tmp_path, "\n".join(f"def {n}():\n    {b}" for n, b in bodies.items()), names)

    runs = outcomes(evidence["test_needs_another"])
    assert runs.pop("hash seed 1, each alone") == "failed"
    assert set(runs.values()) == {"passed"}
    assert all(run.outcome == "passed" for name in names if name != names[3] for run in evidence[name].runs)


def test_alone_the_end_of_a_process_or_a_hanging_test_costs_itself(tmp_path: Path) -> None:
    """Both do it only where no other test has run before them."""
    text = """
        def test_good():
            STATE.append(1)
            assert add(1, 1) == 2
        def test_exit():
            if not STATE:
                os._exit(3)
        def test_hangs():
            while not STATE:
                pass
    """
    names = ["test_good", "test_exit", "test_hangs", "test_good_too"]
    again = "def test_good_too():\n    test_good()\n"
    evidence, _ = through_gate(tmp_path, dedent(text) + again, names, runs=3, limits=QUICK)

    alone = {name: one.runs[-1] for name, one in evidence.items()}
    assert {run.condition for run in alone.values()} == {"hash seed 1, each alone"}
    assert {name: run.outcome for name, run in alone.items()} == {
        "test_good": "passed",
        "test_exit": "crashed",
        "test_hangs": "timeout",
        "test_good_too": "passed",
    }
    assert alone["test_exit"].detail == "ended the whole process (exit 3)"


@pytest.mark.parametrize("jobs", [1, 4])
def test_runs_side_by_side_tell_the_same(tmp_path: Path, jobs: int) -> None:
    text = """
        def test_first():
            assert remember(1) == 1
        def test_good():
            assert add(9, 1) == 11
    """
    evidence, report = through_gate(tmp_path, text, ["test_first", "test_good"], jobs=jobs)

    assert [run.outcome for run in evidence["test_first"].runs] == ["passed"] * 5
    assert [run.condition for run in evidence["test_good"].runs] == list(report.conditions)
    assert evidence["test_good"].new_lines == {4, 5}


def test_a_file_that_cannot_be_collected_fails_all_its_tests(tmp_path: Path) -> None:
    evidence, report = through_gate(tmp_path, "from calc import gone\ndef test_a(): pass\n", ["test_a"])

    (run,) = evidence["test_a"].runs
    assert run.outcome == "missing"
    assert "cannot import name 'gone'" in run.detail
    assert len(report.collection_errors) == 1


def test_an_import_that_ends_the_process_is_told(tmp_path: Path) -> None:
    evidence, _ = through_gate(tmp_path, "os._exit(5)\ndef test_a(): pass\n", ["test_a"])
    assert evidence["test_a"].runs[0].detail.startswith("importing the test file ended the process")


def test_pytest_that_does_not_come_to_its_end_proves_nothing(tmp_path: Path) -> None:
    text = """
        import atexit

        def test_good(): assert add(1, 2) == 3

        def test_spoiling(): atexit.register(os._exit, 5)
        """
    evidence, _ = through_gate(tmp_path, text, ["test_good", "test_spoiling"], runs=1)
    assert [run.outcome for one in evidence.values() for run in one.runs] == ["missing", "missing"]
    assert "did not come to its end" in evidence["test_good"].runs[0].detail


def test_who_left_a_mark_is_blamed_when_pytest_does_not_come_to_its_end(tmp_path: Path) -> None:
    text = """
        import sys

        def test_good(): assert add(1, 2) == 3

        def test_spoiling(): sys.path = 1.5
        """
    evidence, _ = through_gate(tmp_path, text, ["test_good", "test_spoiling"], runs=1)
    outcomes = {node: [run.outcome for run in one.runs] for node, one in evidence.items()}
    assert outcomes == {"test_good": ["passed"], "test_spoiling": ["escaped"]}
    assert evidence["test_spoiling"].touched == ("the module search path left changed",)


def test_a_syntax_error_is_told(tmp_path: Path) -> None:
    evidence, _ = through_gate(tmp_path, "def test_a(:\n", ["test_a"])
    assert evidence["test_a"].runs[0].outcome == "missing"
    assert "SyntaxError" in evidence["test_a"].runs[0].detail


def test_interrupted_is_not_proven(tmp_path: Path) -> None:
    stopped = threading.Event()
    calls: list[int] = []

    def stop() -> bool:
        calls.append(1)
        return stopped.is_set()

    stopped.set()
    evidence, _ = through_gate(tmp_path, "def test_a(): pass\n", ["test_a"], stop=stop)
    assert [run.outcome for run in evidence["test_a"].runs] == ["missing"]
    assert calls


def test_no_pytest_there_is_explained(tmp_path: Path) -> None:
    """A folder named before site-packages that has a broken pytest stands in for an interpreter without one."""
    (tmp_path / "pytest.py").write_text("raise ImportError('no pytest here')\n")
    with pytest.raises(ProjectError, match="pytest cannot be imported") as caught:
        through_gate(tmp_path, "def test_a(): pass\n", ["test_a"])
    assert caught.value.slug == "pytest-missing"
    assert caught.value.hint.endswith("-m pip install pytest")


def test_scratch_is_cleared_away(tmp_path: Path) -> None:
    through_gate(tmp_path, "def test_a(): pass\n", ["test_a"], runs=1)
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["file"]


def test_the_figures_are_those_that_the_user_will_see(tmp_path: Path) -> None:
    """The same file, run as its user runs it: `coverage run --branch -m pytest`."""
    text = "def test_add():\n    assert add(9, 1) == 11\ndef test_remember():\n    assert remember(1) == 1\n"
    evidence, report = through_gate(tmp_path, text, ["test_add", "test_remember"], runs=1)
    ours = figures(tmp_path / "calc.py", report.import_arcs.union(*(one.arcs for one in evidence.values())))

    (tmp_path / "test_calc.py").write_text(HEAD + text)
    measured = ["coverage", "run", "--branch", "--include=calc.py", "-m", "pytest", "test_calc.py"]
    for command in (measured, ["coverage", "json", "-o", "report.json"]):
        subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, check=True, capture_output=True)
    theirs = json.loads((tmp_path / "report.json").read_text())["files"]["calc.py"]

    assert ours.covered_lines == theirs["summary"]["covered_lines"] == 7
    assert ours.covered_branches == theirs["summary"]["covered_branches"] == 1
    assert list(ours.missing_lines) == theirs["missing_lines"]
    assert [[arc.start, arc.end] for arc in ours.missing_arcs] == theirs["missing_branches"]
    assert ours.percent == theirs["summary"]["percent_covered"]


@pytest.mark.parametrize(
    ("setup", "outcome"),
    [pytest.param(PytestSetup("auto"), "passed", id="told"), pytest.param(PytestSetup(), "failed", id="not told")],
)
def test_async_tests_are_run_by_the_plugin_that_they_rely_on(
    with_asyncio_plugin: Path, setup: PytestSetup, outcome: str
) -> None:
    text = """
        async def test_add():
            assert add(1, 2) == 3
        """
    evidence, _ = through_gate(with_asyncio_plugin, text, ["test_add"], setup=setup)
    assert set(outcomes(evidence["test_add"]).values()) == {outcome}
    assert len(evidence["test_add"].runs) == (5 if outcome == "passed" else 1)
