from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from testwright.execute import kept_suite
from testwright.execute.kept_suite import kept_run, may_be_kept, suite_state, text_to_keep
from testwright.execute.suite_coverage import SuiteRun


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / "a.py").write_text("A = 1\n")
    (root / "tests/data.txt").write_text("1\n")
    return root


@pytest.fixture
def environment(tmp_path: Path) -> str:
    """The interpreter of one that has nothing in it."""
    (tmp_path / "env/lib/python3.11/site-packages").mkdir(parents=True)
    (tmp_path / "env/bin").mkdir()
    (tmp_path / "env/bin/python").write_text("")
    return str(tmp_path / "env/bin/python")


def run(folder: Path, **more: object) -> SuiteRun:
    (folder / "combined").write_bytes(b"data")
    plain = SuiteRun(
        data_files=(str(folder / "combined"),),
        settings="",
        outcomes={"t.py::test": "passed"},
        durations={"t.py::test": 0.5},
        seconds=1.0,
        exit_code=0,
        collected=1,
        isolation="no outer network",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def edited(project: Path) -> None:
    (project / "a.py").write_text("A = 1234\n")


def added(project: Path) -> None:
    (project / "tests/test_b.py").write_text("")


def data_changed(project: Path) -> None:
    os.utime(project / "tests/data.txt", ns=(1, 1))


def deleted(project: Path) -> None:
    (project / "tests/data.txt").unlink()


def settings_of_coverage_changed(project: Path) -> None:
    (project / ".coveragerc").write_text("[report]\nexclude_also = x\n")


@pytest.mark.parametrize("change", [edited, added, data_changed, deleted, settings_of_coverage_changed])
def test_any_change_of_a_file_is_another_state(project: Path, environment: str, change: Callable[[Path], None]) -> None:
    before = suite_state(str(project), environment, [])
    assert before == suite_state(str(project), environment, []) != ""
    change(project)
    assert suite_state(str(project), environment, []) != before


def test_what_runs_leave_behind_is_no_change(project: Path, environment: str) -> None:
    before = suite_state(str(project), environment, [])
    for name in (".pytest_cache/v", "__pycache__/a.pyc", ".git/index", ".testwright/audit.json", ".coverage"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("")
    assert suite_state(str(project), environment, []) == before


def test_settings_variables_and_packages_belong_to_the_state(
    project: Path, environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [suite_state(str(project), environment, [])]
    states.append(suite_state(str(project), environment, ["-k", "x"]))
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    states.append(suite_state(str(project), environment, []))
    (tmp_path / "env/lib/python3.11/site-packages/new-1.0.dist-info").mkdir()
    states.append(suite_state(str(project), environment, []))
    assert len(set(states)) == 4
    monkeypatch.setenv("COLUMNS", "7")
    assert suite_state(str(project), environment, []) == states[-1]


@pytest.mark.parametrize("how", ["pth", "relative", "finder", "PYTHONPATH"])
def test_a_package_that_is_imported_in_place_belongs_to_it_too(
    project: Path, environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "lib.py").write_text("B = 1\n")
    packages = tmp_path / "env/lib/python3.11/site-packages"
    if how == "pth":
        (packages / "other.pth").write_text(f"{other}\n")
    elif how == "relative":
        (packages / "other.pth").write_text(os.path.relpath(other, packages) + "\n")
    elif how == "finder":
        (packages / "__editable___other_finder.py").write_text(f"MAPPING = {{'lib': '{other}'}}\n")
    else:
        monkeypatch.setenv("PYTHONPATH", str(other))
    before = suite_state(str(project), environment, [])
    (other / "lib.py").write_text("B = 1234\n")
    assert suite_state(str(project), environment, []) != before


def test_what_cannot_be_looked_at_is_no_state(project: Path, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(folder: object) -> list[str]:
        raise PermissionError(folder)

    monkeypatch.setattr(os, "listdir", refused)
    assert suite_state(str(project), environment, []) == ""


def test_too_many_files_are_no_state(project: Path, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_suite, "_MOST_FILES", 1)
    assert suite_state(str(project), environment, []) == ""


def test_a_run_is_kept_with_its_data(tmp_path: Path) -> None:
    done = run(tmp_path)
    (tmp_path / "suite.json").write_bytes(text_to_keep(done, "state"))
    found = kept_run(tmp_path / "suite.json", tmp_path / "combined", "state")
    assert found is not None
    assert found[0] == done
    assert 0 <= found[1] < 60


def test_a_run_with_a_name_that_is_no_text_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "suite.json").write_bytes(text_to_keep(run(tmp_path, outcomes={"t\udcff.py::t": "passed"}), "state"))
    assert kept_run(tmp_path / "suite.json", tmp_path / "combined", "state") is None


def test_what_does_not_stand_for_a_run_of_now_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, data = tmp_path / "suite.json", tmp_path / "combined"
    text.write_bytes(text_to_keep(run(tmp_path), "state"))
    assert kept_run(text, data, "other") is None
    assert kept_run(text, data, "") is None
    assert kept_run(text, tmp_path / "gone", "state") is None
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 13 * 3600)
    assert kept_run(text, data, "state") is None
    monkeypatch.undo()
    text.write_bytes(text.read_bytes()[:40])
    assert kept_run(text, data, "state") is None


def test_only_a_run_with_nothing_amiss_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_be_kept(run(tmp_path))
    assert not may_be_kept(run(tmp_path, exit_code=1))
    assert not may_be_kept(run(tmp_path, problem="it was interrupted"))
    assert not may_be_kept(run(tmp_path, data_files=()))
    monkeypatch.setattr(kept_suite, "_MEGABYTES", 0)
    assert not may_be_kept(run(tmp_path))


def test_the_interpreter_that_runs_this_has_packages() -> None:
    assert kept_suite._packages(sys.executable)
