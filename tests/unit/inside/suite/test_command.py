from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from testwright.inside.suite.command import environment, words

LENT: Any = SimpleNamespace(folder=Path("lent"), settings=Path("settings.toml"))


def test_the_users_words_come_after_ours() -> None:
    made = words("python", Path("place"), ["tests"], ["--maxfail=3"])
    assert made[:3] == ["python", "-m", "pytest"]
    assert made.index("--maxfail=0") < made.index("--maxfail=3")
    assert made[-1] == "tests"


def test_the_users_environment_is_kept_but_for_the_tools_that_run_us(tmp_path: Path) -> None:
    base = {
        "DATABASE_URL": "sqlite://",
        "PYTHONPATH": "mine",
        "HOME": "my-home",
        "COVERAGE_PROCESS_START": "other",
        "PYTEST_CURRENT_TEST": "other",
        "PYTEST_XDIST_WORKER": "gw1",
        "PYTEST_ADDOPTS": "-q",
    }
    made = environment(base, "root", tmp_path, LENT, private=False)
    assert made["DATABASE_URL"] == "sqlite://"
    assert made["PYTHONPATH"] == "mine:lent"
    assert made["HOME"] == "my-home"
    assert made["COVERAGE_PROCESS_START"] == "settings.toml"
    assert made["PYTEST_ADDOPTS"] == "-q"
    assert made.keys() & base.keys() == base.keys() - {"PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER"}


def test_in_a_world_of_its_own_home_and_temporary_files_are_too(tmp_path: Path) -> None:
    made = environment({"HOME": "my-home", "PYTHONHASHSEED": "7"}, "root", tmp_path, LENT, private=True)
    assert made["HOME"] == str(tmp_path / "home")
    assert Path(made["TMPDIR"]).is_dir()
    assert made["PYTHONHASHSEED"] == "7"
