from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import coverage
import pytest

from testwright.inside.suite import lent_folder
from testwright.inside.suite.lent_folder import OWN_SITECUSTOMIZE, PLUGIN, Lent

OURS = (os.path.dirname(coverage.__file__), "7.17.3")


def lent(place: Path, settings: dict[str, Any] | None = None, python_path: str = "") -> Lent:
    place.mkdir()
    return Lent(place, settings or {"run": {}}, OURS, {"PYTHONPATH": python_path})


def installed(folder: Path, version: str) -> str:
    """A path entry that holds this version of coverage.py, or nothing but its metadata."""
    (folder / f"coverage-{version}.dist-info").mkdir(parents=True)
    (folder / f"coverage-{version}.dist-info" / "METADATA").write_text(f"Name: coverage\nVersion: {version}\n")
    return str(folder)


def test_a_coverage_that_is_there_is_used(tmp_path: Path) -> None:
    made = lent(tmp_path / "suite")
    assert not made.is_lent
    assert made.version == coverage.__version__
    assert sorted(os.listdir(made.folder)) == ["sitecustomize.py", f"{OWN_SITECUSTOMIZE}.py", f"{PLUGIN}.py"]


def test_one_that_is_too_old_is_not(tmp_path: Path) -> None:
    made = lent(tmp_path / "suite", python_path=installed(tmp_path / "old", "6.5"))
    assert made.is_lent
    assert made.version == OURS[1]
    assert os.path.samefile(made.folder / "coverage", OURS[0])


def test_where_there_is_none_ours_is_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent_folder.sys, "path", [])
    assert lent(tmp_path / "suite").is_lent


@pytest.mark.parametrize(("version", "core"), [("7.6.1", None), ("7.9.0", "ctrace")])
def test_a_setting_is_not_given_to_a_version_that_does_not_know_it(
    tmp_path: Path, version: str, core: str | None
) -> None:
    made = lent(tmp_path / "suite", python_path=installed(tmp_path / "other", version))
    assert tomllib.loads(made.settings.read_text())["tool"]["coverage"]["run"].get("core") == core


def test_coverage_reads_the_settings_as_they_were_meant(tmp_path: Path) -> None:
    patterns = ["# pragma: no cover", 'é "quoted"\\$$$', "two\nlines"]
    settings = {
        "run": {"branch": True, "source": ["a b"]},
        "report": {"exclude_lines": patterns},
        "my.plugin": {"x": "1"},
    }
    made = lent(tmp_path / "with $PATH in it", settings)
    read = coverage.Coverage(config_file=str(made.settings))
    assert read.get_option("run:source") == ["a b"]
    assert read.get_option("run:data_file") == str(tmp_path / "with $PATH in it" / "data" / "coverage")
    assert read.get_option("report:exclude_lines") == ["# pragma: no cover", 'é "quoted"\\$$', "two\nlines"]
    assert read.config.get_plugin_options("my.plugin") == {}
