"""A module that misbehaves costs itself only: the run ends, its other functions get tests, nothing outside changes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ORDINARY = """

def ordinary(number: int) -> str:
    return "big" if number > 10 else "small"
"""
MODULES = tomllib.loads(Path(__file__).with_name("hostile_modules.toml").read_text(encoding="utf-8"))
CALLS = {table["name"]: table["source"] for table in MODULES["calls"]}
IMPORTS = {table["name"]: table["source"] for table in MODULES["imports"]}


@pytest.fixture
def grounds(make_project, tmp_path):
    """Makes a project whose module is hostile, beside a home and another project that it may attack."""

    def make(source):
        for name in ("home", "other"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "kept").write_text("as it was")
        aimed = source.replace("@home@", str(tmp_path / "home")).replace("@project@", str(tmp_path / "other"))
        return make_project({"target.py": aimed + ORDINARY}, environment={"HOME": str(tmp_path / "home")})

    return make


def files(folder: Path) -> dict[str, bytes]:
    """What an attack could have changed; what is ours to write is left out."""
    ours = ("tests", ".testwright", "__pycache__")
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not set(p.relative_to(folder).parts) & set(ours)
    }


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_other_function_still_gets_its_tests(grounds, tmp_path, name):
    project = grounds(CALLS[name])
    before = files(tmp_path)
    done = project.run("generate", "target.py", "--budget", "0.5", "--json")
    assert done.code in (0, 1), done.err
    assert "Traceback" not in done.err, done.err
    module = done.document["modules"][0]
    assert "ordinary(" in project.read("tests/test_target.py"), module
    assert module["engine_failures"] == []
    assert files(tmp_path) == before
    assert project.pytest("tests").code == 0
    assert files(tmp_path) == before, "an emitted test does what the sandbox blocked"


@pytest.mark.parametrize("name", sorted(IMPORTS))
def test_an_import_that_misbehaves_is_explained(grounds, tmp_path, name):
    project = grounds(IMPORTS[name])
    before = files(tmp_path)
    project.run("generate", "target.py", "--budget", "0.5").refused("import-failed")
    assert project.files() == []
    assert files(tmp_path) == before
