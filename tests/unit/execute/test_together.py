"""Tests of several files in one process: the one that only passes alone falls, in whichever order that shows."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

from testwright.execute.together import ProvenFile, together
from testwright.inside.gate.pytest_setup import PytestSetup

STORE = "KEPT = []\n"
KEEPING = ProvenFile("test_keeping.py", "import store\ndef test_keep():\n    store.KEPT.append(1)\n", ("test_keep",))


def fallen(tmp_path: Path, *files: ProvenFile) -> dict[str, dict[str, str]]:
    (tmp_path / "store.py").write_text(STORE)
    found = together(files, python=sys.executable, sys_path=[str(tmp_path)], scratch_root=tmp_path / "work")
    return {name: {node: result.outcome for node, result in nodes.items()} for name, nodes in found.items()}


def telling(name: str) -> ProvenFile:
    text = """
        import store
        import pytest

        @pytest.mark.parametrize("number", [pytest.param(0, id="none")])
        def test_empty(number):
            assert len(store.KEPT) == number

        def test_keep():
            assert isinstance(store.KEPT, list)
        """
    return ProvenFile(name, dedent(text), ("test_empty[none]", "test_keep"))


def test_what_another_file_left_behind_fells_a_test(tmp_path: Path) -> None:
    assert fallen(tmp_path, KEEPING, telling("test_telling.py")) == {"test_telling.py": {"test_empty[none]": "failed"}}


def test_the_order_of_the_files_saves_nobody(tmp_path: Path) -> None:
    assert fallen(tmp_path, telling("test_a.py"), KEEPING) == {"test_a.py": {"test_empty[none]": "failed"}}


def test_a_test_that_ends_the_process_costs_no_other(tmp_path: Path) -> None:
    ending = ProvenFile("test_end.py", "import os\ndef test_end():\n    os._exit(3)\n", ("test_end",))
    assert fallen(tmp_path, ending, KEEPING) == {"test_end.py": {"test_end": "crashed"}}


def test_one_file_has_nothing_beside_it(tmp_path: Path) -> None:
    assert fallen(tmp_path, telling("test_telling.py")) == {}


def test_one_file_is_run_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    text = "class TestA:\n    def test_fails(self):\n        assert 0\n\n    def test_passes(self):\n        pass\n"
    file = ProvenFile("test_a.py", text, ("TestA::test_fails", "TestA::test_passes"))
    found = together([file], python=sys.executable, sys_path=[], scratch_root=tmp_path, single_too=True)
    assert {node: result.outcome for node, result in found["test_a.py"].items()} == {"TestA::test_fails": "failed"}


def taking(name: str, folder: str, gives: str) -> ProvenFile:
    conftest = f"import pytest\n\n@pytest.fixture\ndef given():\n    return {gives}\n"
    text = f"import store\ndef test_given(given):\n    store.KEPT.append(1)\n    assert given == {gives}\n"
    return ProvenFile(name, text, ("test_given",), PytestSetup(folder=folder, conftests=((folder, conftest),)))


def test_files_that_take_fixtures_of_different_conftests_are_run_apart(tmp_path: Path) -> None:
    files = (taking("test_a.py", "a", "1"), taking("test_b.py", "b", "2"), taking("test_c.py", "b", "2"))
    assert fallen(tmp_path, *files) == {}


def test_one_that_takes_none_is_run_beside_one_that_does(tmp_path: Path) -> None:
    found = fallen(tmp_path, taking("test_a.py", "a", "1"), telling("test_telling.py"))
    assert found == {"test_telling.py": {"test_empty[none]": "failed"}}
