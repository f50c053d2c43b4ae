"""Request tests are run in the project's own set-up, from a file that is lent to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testwright.errors import ProjectError
from testwright.execute.request_gate import lent_cassettes, lent_file, request_gate
from testwright.nouns import Evidence
from testwright.write.ownership import MARK

pytestmark = pytest.mark.usefixtures("with_plugins")

TESTS = """
from shop.models import Customer


def test_good(client, db):
    Customer.objects.create(name="Ada", code="a")
    response = client.get("/listed/")
    assert response.status_code == 200
    assert response.json() == {"orders": []}


def test_bad(client, db):
    assert client.get("/listed/").status_code == 404


def test_no_database(client):
    assert Customer.objects.count() == 0


class TestOrders:
    def test_method(self, client, db):
        assert not Customer.objects.exists()


def test_ends(client, db):
    client.get("/ends/")


def test_after(client, db):
    assert Customer.objects.count() == 0
"""
NODES = ["test_good", "test_bad", "test_no_database", "TestOrders::test_method", "test_ends", "test_after"]


def gate(root: Path, scratch: Path, text: str, nodes: list[str]) -> dict[str, Evidence]:
    scratch.mkdir(exist_ok=True)
    with lent_file(root / "tests" / "test_requests.py", text, MARK) as file:
        return request_gate(
            file, nodes, root=str(root), sys_path=[str(root)], python=sys.executable, scratch=scratch, runs=2, jobs=1
        )


def test_each_test_has_its_own_outcome(shop: Path, tmp_path: Path) -> None:
    """Planted: one that fails, one without the database, and one that ends its process."""
    pytest.importorskip("pytest_django", reason="SKIPPED FOR WANT OF A PLUGIN: pytest-django")
    found = gate(shop, tmp_path / "scratch", TESTS, NODES)
    passed = {node: [run.outcome for run in evidence.runs] for node, evidence in found.items()}
    assert set(passed["test_good"]) == {"passed"}
    assert len(passed["test_good"]) >= 2
    assert set(passed["TestOrders::test_method"]) == set(passed["test_after"]) == {"passed"}
    assert "passed" not in {*passed["test_bad"], *passed["test_no_database"], *passed["test_ends"]}
    assert (found["test_good"].assertions, found["test_ends"].assertions) == (2, 0)
    assert not list((shop / "tests").glob("*unproven*"))


def test_what_cannot_be_collected_is_told(shop: Path, tmp_path: Path) -> None:
    pytest.importorskip("pytest_django", reason="SKIPPED FOR WANT OF A PLUGIN: pytest-django")
    with pytest.raises(ProjectError, match="no_such_module") as caught:
        gate(shop, tmp_path / "scratch", "import no_such_module\n\ndef test_it():\n    pass\n", ["test_it"])
    assert caught.value.slug == "tests-not-collected"


# -- the file ---------------------------------------------------------------------------------------------------------


def test_lent_cassettes_are_taken_back_with_what_killed_runs_have_left(tmp_path: Path) -> None:
    (tmp_path / "cassettes_unproven_999999999").mkdir()
    (tmp_path / "cassettes").mkdir()
    with lent_cassettes(tmp_path, {"a.json": "{}"}) as folder:
        assert (tmp_path / folder / "a.json").read_text() == "{}"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["cassettes", folder]
    assert [path.name for path in tmp_path.iterdir()] == ["cassettes"]
    with lent_cassettes(tmp_path, {}) as folder:
        assert folder == ""
    with lent_cassettes(tmp_path / "new" / "tests", {"a.json": "{}"}):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["cassettes"]


def test_what_fails_while_cassettes_are_lent_is_not_said_of_their_folder(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError), lent_cassettes(tmp_path, {"a.json": "{}"}):
        raise TimeoutError("of a worker")
    assert list(tmp_path.iterdir()) == []


def test_a_lent_file_is_taken_back_with_the_folders_that_were_made(tmp_path: Path) -> None:
    with lent_file(tmp_path / "a" / "b" / "requests.py", "x = 'é'", MARK) as file:
        assert file == tmp_path / "a" / "b" / f"test_requests_unproven_{os.getpid()}.py"
        assert file.read_text(encoding="utf-8") == "x = 'é'"
    assert list(tmp_path.iterdir()) == []


def test_it_takes_the_place_of_no_other_file(tmp_path: Path) -> None:
    taken = tmp_path / f"test_a_unproven_{os.getpid()}.py"
    taken.write_text("mine")
    with pytest.raises(ProjectError) as caught, lent_file(tmp_path / "test_a.py", "", MARK):
        pass
    assert caught.value.slug == "output-not-writable"
    assert taken.read_text() == "mine"


def test_what_a_run_that_was_killed_has_left_goes_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, mine = (tmp_path / f"test_{name}_unproven_{ended.pid}.py" for name in ("a", "b"))
    left.write_text(f"# {MARK}")
    mine.write_text("mine")
    running = tmp_path / f"test_a_unproven_{os.getppid()}.py"
    running.write_text(f"# {MARK}")
    for name in ("a", "b"):
        with lent_file(tmp_path / f"test_{name}.py", "", MARK):
            pass
    assert sorted(tmp_path.iterdir()) == sorted([mine, running])


def borrow_and_fail(path: Path) -> None:
    with lent_file(path, "", MARK) as file:
        (file.parent / "left.txt").write_text("by the tests")
        raise LookupError("planted")


def test_it_is_taken_back_after_an_error_too_but_nothing_of_others(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        borrow_and_fail(tmp_path / "a" / "test_x.py")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["left.txt"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(ProjectError) as caught, lent_file(tmp_path / "a" / "test_x.py", "", MARK):
        pass
    assert caught.value.slug == "output-not-writable"
