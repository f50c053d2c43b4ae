"""`explain` shows the evidence of a test and the page of a message."""

from __future__ import annotations

import json

import pytest

from testwright.cli.main import run

RECORD = {
    "target": "shop.cart:Cart.add",
    "kept": True,
    "slug": "",
    "reason": "",
    "proof": {"passed": 5, "runs": 5, "new_lines": 12, "new_branches": 7},
    "runs": [{"condition": "hash seed 0", "outcome": "passed", "detail": "", "seconds": 0.1}],
    "new_lines": [4, 3],
    "new_arcs": [[3, 4]],
    "python": "/env/bin/python",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".testwright").mkdir()
    tests = {"tests/test_cart.py::test_add[one]": RECORD, "tests/test_cart.py::test_add[two]": RECORD}
    (tmp_path / ".testwright/evidence.json").write_text(json.dumps({"schema": 1, "tests": tests}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_test_is_explained_with_its_evidence_and_the_command_to_see_it_again(project, capsys):
    assert run(["explain", "tests/test_cart.py::test_add[one]"]) == 0
    out = capsys.readouterr().out
    for part in (
        "kept",
        "shop.cart:Cart.add",
        "5/5 runs · 12 new lines, 7 new branches",
        "hash seed 0: passed",
        "3, 4",
        "3→4",
        f"cd {project} && /env/bin/python -m pytest 'tests/test_cart.py::test_add[one]'",
    ):
        assert part in out
    assert "[two]" not in out


def test_a_table_is_explained_row_by_row(project, capsys):
    assert run(["explain", "tests/test_cart.py::test_add", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["tests"]) == 2


def test_an_unknown_test_is_refused_with_the_closest(project, capsys):
    assert run(["explain", "tests/test_cart.py::test_ad"]) == 2
    error = capsys.readouterr().err
    assert "[no-evidence]" in error
    assert "tests/test_cart.py::test_add[one]" in error


def test_evidence_that_is_damaged_is_refused(project, capsys):
    (project / ".testwright/evidence.json").write_text("{")
    assert run(["explain", "tests/test_cart.py::test_add"]) == 2
    assert "[evidence-unreadable]" in capsys.readouterr().err


def test_a_message_is_explained_by_its_page(capsys):
    assert run(["explain", "config-invalid"]) == 0
    assert capsys.readouterr().out.startswith("# config-invalid")


def test_an_unknown_slug_is_refused_with_the_closest(capsys):
    assert run(["explain", "config-invalit"]) == 2
    error = capsys.readouterr().err
    assert "[page-not-found]" in error
    assert "'config-invalid'" in error
