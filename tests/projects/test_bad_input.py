"""Whatever is wrong with the input, the user gets one message (slug, place, next step), an exit code, no traceback."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from venv import EnvBuilder

import pytest

GOOD = """
    def sign(number: int) -> str:
        if number < 0:
            return "negative"
        return "positive" if number else "zero"
    """


def test_a_missing_file_is_refused_with_the_closest_one(make_project):
    project = make_project({"src/shop/__init__.py": "", "src/shop/prices.py": GOOD})
    error = project.run("generate", "src/shop/price.py").refused("target-not-found")
    assert "'src/shop/price.py'" in error
    assert "src/shop/prices.py" in error


def test_a_missing_module_is_refused_with_the_closest_one(make_project):
    project = make_project({"src/shop/__init__.py": "", "src/shop/prices.py": GOOD})
    assert "'shop.prices'" in project.run("generate", "shop.pricse").refused("target-not-found")


def test_a_missing_function_is_refused_with_the_closest_one(make_project):
    project = make_project({"numbers_.py": GOOD})
    assert "'numbers_:sign'" in project.run("generate", "numbers_:sing").refused("function-not-found")


def test_a_file_of_another_kind_is_refused(make_project):
    project = make_project({"notes.md": "# notes"})
    project.run("generate", "notes.md").refused("not-a-python-file")


def test_an_extension_module_is_refused(make_project):
    project = make_project({"shop.py": GOOD})
    project.run("generate", "sys").refused("extension-module")


def test_a_folder_without_source_is_refused(make_project):
    project = make_project({"empty/notes.txt": "", "tests/test_a.py": "def test_a(): pass"})
    project.run("generate", "empty").refused("no-source-found")
    project.run("generate", "tests").refused("no-source-found")
    project.run("generate").refused("no-source-found")


def test_an_unknown_option_is_refused_with_the_closest_one(make_project):
    project = make_project({"shop.py": GOOD})
    assert "'--budget'" in project.run("generate", "shop.py", "--buget", "1").refused("unknown-option")


def test_an_unknown_command_is_refused_with_the_closest_one(make_project):
    assert "'generate'" in make_project({}).run("genrate").refused("unknown-command")


def test_an_option_without_its_value_is_refused(make_project):
    make_project({"shop.py": GOOD}).run("generate", "--seed").refused("bad-usage")


def test_all_problems_of_all_sources_are_told_at_once(make_project):
    project = make_project(
        {
            "shop.py": GOOD,
            "pyproject.toml": """
                [project]
                name = "shop"
                version = "1"

                [tool.testwright]
                buget = 3
                seed = "one"
                """,
        }
    )
    done = project.run("generate", "--jobs", "0", environment={"TESTWRIGHT_MAX_EXECUTIONS": "many"})
    error = done.refused("config-invalid")
    for part in (
        "4 options",
        "'buget'",
        "'budget'",
        "pyproject.toml:6",
        "'one'",
        "pyproject.toml:7",
        "'many'",
        "--jobs",
    ):
        assert part in error
    assert project.files() == []


def test_a_broken_pyproject_is_refused_with_its_line(make_project):
    project = make_project({"shop.py": GOOD, "pyproject.toml": "[project]\nname = 'shop\n"})
    assert "pyproject.toml:2" in project.run("generate").refused("config-invalid")


def test_an_interpreter_that_is_not_there_is_refused(make_project):
    project = make_project({"shop.py": GOOD})
    assert "'/no/such/python'" in project.run("generate", "--python", "/no/such/python").refused("python-not-found")


def test_an_interpreter_that_is_no_interpreter_is_refused(make_project):
    project = make_project({"shop.py": GOOD})
    fake = project.write("fake-python", "#!/bin/sh\necho not a python >&2\nexit 1\n")
    fake.chmod(0o755)
    assert "not a python" in project.run("generate", "--python", str(fake)).refused("python-not-usable")


def test_an_interpreter_without_pytest_is_refused(make_project, tmp_path):
    EnvBuilder(with_pip=False, symlinks=True).create(tmp_path / "bare")
    python = str(tmp_path / "bare" / "bin" / "python")
    error = make_project({"shop.py": GOOD}).run("generate", "--python", python).refused("pytest-missing")
    assert "pip install pytest" in error


def test_output_that_is_a_file_is_refused_before_any_work(make_project):
    project = make_project({"shop.py": GOOD, "taken": "a file\n"})
    project.run("generate", "-o", "taken").refused("output-not-writable")
    project.run("generate", "-o", "taken/below").refused("output-not-writable")
    assert project.read("taken") == "a file\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can make folders in")
def test_output_where_not_even_root_may_write_is_refused_before_any_work(make_project):
    project = make_project({"shop.py": GOOD})
    error = project.run("generate", "-o", "/proc/tests").refused("output-not-writable")
    assert "exploring" not in error


@pytest.mark.skipif(os.geteuid() == 0, reason="SKIPPED AS ROOT: root may write to read-only folders")
def test_output_that_may_not_be_written_to_is_refused(make_project):
    project = make_project({"shop.py": GOOD})
    closed = project.root / "closed"
    closed.mkdir(mode=0o555)
    project.run("generate", "-o", "closed").refused("output-not-writable")


def test_a_syntax_error_is_told_with_its_line(make_project):
    project = make_project({"shop.py": "def broken(:\n    pass\n"})
    assert "shop.py:1" in project.run("generate", "shop.py").refused("syntax-error")
    assert "shop.py:1" in project.run("generate", "shop:broken").refused("syntax-error")


def test_a_module_that_fails_when_imported_is_told_with_its_error(make_project):
    project = make_project({"shop.py": "raise RuntimeError('no shop today')\n\ndef open_():\n    return 1\n"})
    assert "no shop today" in project.run("generate", "shop.py").refused("import-failed")


def test_a_missing_dependency_is_told_with_what_to_install(make_project):
    project = make_project({"shop.py": "import not_installed_anywhere.part\n\ndef open_():\n    return 1\n"})
    error = project.run("generate", "shop.py").refused("missing-dependency")
    assert "'not_installed_anywhere'" in error
    assert f"  try: {sys.executable} -m pip install not_installed_anywhere\n" in error


def test_a_missing_module_of_the_project_itself_is_nothing_to_install(make_project):
    project = make_project(
        {"shop/__init__.py": "", "shop/till.py": "import shop.drawer\n\ndef open_():\n    return 1\n"}
    )
    error = project.run("generate", "shop/till.py").refused("import-failed")
    assert "'shop.drawer'" in error
    assert "pip install" not in error


def test_an_empty_module_is_told_and_is_no_failure_to_start(make_project):
    project = make_project({"shop.py": ""})
    project.run("generate", "shop.py").refused("nothing-to-test", code=1)
    assert project.files() == []


def test_a_module_of_which_nothing_can_be_proven_is_told_and_is_no_failure_to_start(make_project):
    project = make_project({"shop.py": "import os\n\n\ndef call():\n    return os.fork()\n"})
    error = project.run("generate", "shop.py", "--max-executions", "100").refused("nothing-kept", code=1)
    assert "'shop'" in error
    assert project.files() == []


def test_source_that_pytest_will_not_find_is_told_with_what_to_add(make_project):
    project = make_project({"src/shop/__init__.py": "", "src/shop/prices.py": GOOD})
    done = project.run("generate", "--max-executions", "200")
    assert done.code == 0, done.err
    assert "note: pytest cannot import 'shop' yet" in done.err
    assert project.pytest().code != 0
    line = re.search(r"add `(pythonpath = .*?)` to \[(.*?)\]", done.err)
    assert line is not None
    project.write("pyproject.toml", project.read("pyproject.toml") + f"\n[{line[2]}]\n{line[1]}\n")
    assert project.pytest().code == 0
    again = project.run("generate", "--max-executions", "200", "--json")
    assert again.document["advice"] == ""


def test_one_bad_module_does_not_stop_the_others(make_project):
    project = make_project({"good.py": GOOD, "bad.py": "def broken(:\n"})
    done = project.run("generate", "--max-executions", "300")
    done.refused("syntax-error", code=1)
    assert project.files() == ["tests/test_good.py"]
    assert "good" in done.out


def test_json_keeps_stdout_one_document_even_with_problems(make_project):
    project = make_project({"good.py": GOOD, "bad.py": "def broken(:\n"})
    done = project.run("generate", "--max-executions", "300", "--json")
    assert done.document["schema"] == 1
    assert done.document["exit_code"] == done.code == 1


def test_a_file_that_testwright_did_not_write_is_never_overwritten(make_project):
    own = "def test_mine():\n    assert True\n"
    project = make_project({"good.py": GOOD, "tests/test_good.py": own})
    done = project.run("generate", "good.py", "--max-executions", "300")
    assert done.code in (0, 1), done.err
    assert own in project.read("tests/test_good.py")


def test_the_command_also_runs_from_a_folder_of_the_project(make_project):
    project = make_project({"src/shop/__init__.py": "", "src/shop/prices.py": GOOD})
    done = project.run("config", folder="src/shop")
    assert done.code == 0
    assert str(project.root) in done.out


def test_the_running_interpreter_is_the_default(make_project):
    options = make_project({}).run("config", "--json").document["options"]
    assert options["python"] == {"value": sys.executable, "source": "default"}
    assert Path(options["python"]["value"]).exists()
