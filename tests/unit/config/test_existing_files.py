"""Which test files of a project can matter for some modules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from testwright.config.existing_files import TestFiles, find_test_files

FILES = {
    "pyproject.toml": "",
    "cart.py": "",
    "mail.py": "",
    "tests/test_cart.py": "import cart\n",
    "tests/test_mail.py": "import mail\n",
    "tests/deep/test_more.py": "",
    ".venv/tests/test_foreign.py": "import cart\n",
}


def found(root: Path, files: Mapping[str, str], module: str = "cart.py", own: tuple[str, ...] = ()) -> TestFiles:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return find_test_files(str(root), [str(root)], [str(root / module)], [str(root / each) for each in own])


def names(root: Path, files: TestFiles) -> set[str]:
    return {str(Path(path).relative_to(root.resolve())) for path in files.left_out}


def test_those_that_cannot_import_the_module_are_left_out(tmp_path: Path) -> None:
    files = found(tmp_path, FILES)
    assert names(tmp_path, files) == {"tests/test_mail.py", "tests/deep/test_more.py"}
    assert files.wanted
    assert files.paths == ()


def test_nothing_is_wanted_where_none_is_left(tmp_path: Path) -> None:
    assert not found(tmp_path, {**FILES, "tests/test_cart.py": ""}).wanted
    assert not found(tmp_path / "without", {"pyproject.toml": "", "cart.py": ""}).wanted


def test_our_own_do_not_count(tmp_path: Path) -> None:
    files = found(tmp_path, FILES, own=("tests/test_cart.py",))
    assert "tests/test_cart.py" in names(tmp_path, files)
    assert not files.wanted


def test_a_conftest_counts_for_the_files_below_it(tmp_path: Path) -> None:
    files = found(tmp_path, {**FILES, "tests/deep/conftest.py": "import cart\n"})
    assert names(tmp_path, files) == {"tests/test_mail.py"}


def test_where_settings_load_plugins_all_files_are_run(tmp_path: Path) -> None:
    settings = '[tool.pytest.ini_options]\naddopts = "-p ours"\n'
    assert names(tmp_path, found(tmp_path, {**FILES, "pyproject.toml": settings})) == set()


def test_where_settings_name_other_files_some_may_be_left(tmp_path: Path) -> None:
    settings = '[tool.pytest.ini_options]\npython_files = "check_*.py"\n'
    assert found(tmp_path, {"pyproject.toml": settings, "cart.py": "", "check_cart.py": ""}).wanted


def test_a_loose_script_has_only_the_tests_beside_it(tmp_path: Path) -> None:
    files = {"script.py": "", "elsewhere/test_far.py": "import script\n", "test_script.py": "import script\n"}
    beside = found(tmp_path, files, "script.py")
    assert beside.paths == (str(tmp_path / "test_script.py"),)
    assert beside.wanted
    (tmp_path / "test_script.py").unlink()
    assert not found(tmp_path, {"script.py": ""}, "script.py").wanted
