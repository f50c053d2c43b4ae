"""Real tiny projects, whose suites are run once in a real worker under the real coverage.py."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from coverage import CoverageData

from testwright.errors import ProjectError
from testwright.execute import suite_coverage
from testwright.execute.suite_coverage import PLAIN, SuiteRun, run_suite

CODE = """
    def size(number):
        if number > 9:
            return "big"
        return "small"

    def hello():
        print("hello")
        return 3
    """
TESTS = """
    from shop import size

    def test_big():
        assert size(10) == "big"
    """
RUNS_ITSELF = """
    import os, subprocess, sys

    def test_child():
        subprocess.run([sys.executable, "-c", "import shop; shop.hello()"], check=True)
    """

Run = Callable[..., SuiteRun]
Project = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "project"
        for name, text in {"shop.py": CODE, "test_shop.py": TESTS, "pytest.ini": "[pytest]\n", **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return root

    return make


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def suite(root: Path, *arguments: str, **more: Any) -> SuiteRun:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        told = {"python": sys.executable, "tests": [], "sources": [str(root)], "seconds": 60.0, **more}
        return run_suite(root=str(root), arguments=arguments, scratch=scratch, **told)

    return suite


def contexts(suite: SuiteRun, path: Path) -> dict[int, set[str]]:
    data = CoverageData(suite.data_files[0])
    data.read()
    return {line: set(names) for line, names in data.contexts_by_lineno(os.path.realpath(path)).items()}


def snapshot(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "scratch" not in path.parts)
    return {str(path): path.read_text() for path in files}


def only_where_apart(suite: SuiteRun) -> None:
    if suite.isolation == PLAIN:
        pytest.skip("this system gives no namespaces")


def test_each_line_knows_the_tests_that_ran_it(project: Project, run: Run) -> None:
    seen: list[tuple[int, int, str]] = []
    root = project({})
    suite = run(root, on_progress=lambda *step: seen.append(step))
    assert suite.outcomes == {"test_shop.py::test_big": "passed"}
    assert suite.durations.keys() == suite.outcomes.keys()
    assert (suite.exit_code, suite.collected, suite.problem) == (0, 1, "")
    found = contexts(suite, root / "shop.py")
    assert found[3] == found[4] == {"test_shop.py::test_big"}
    assert found[2] == {""}
    assert 5 not in found
    assert seen[-1] == (1, 1, "test_shop.py::test_big")


@pytest.mark.parametrize("layered", [True, False], ids=["layer", "copy"])
def test_nothing_that_tests_write_is_there_afterwards(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, layered: bool
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(suite_coverage, "LAYERED", layered)
    tests = """
        import os, pathlib, tempfile

        def test_writes():
            pathlib.Path("pytest.ini").write_text("changed")
            pathlib.Path("new").write_text("new")
            os.remove("kept/old")
            pathlib.Path.home().joinpath("new").write_text("new")
            tempfile.mkstemp()

        def test_reads_them():
            assert pathlib.Path("new").read_text() == "new"
        """
    root = project({"test_shop.py": tests, "kept/old": "old"})
    before = snapshot(tmp_path)
    suite = run(root)
    only_where_apart(suite)
    assert set(suite.outcomes.values()) == {"passed"}
    assert snapshot(tmp_path) == before
    assert (tmp_path / "scratch/suite/project").exists() is not (tmp_path / "scratch/suite/upper").exists()


def test_other_files_cannot_be_written(project: Project, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    root = project({"test_shop.py": f"def test_writes():\n    open({str(other)!r}, 'w')\n"})
    suite = run(root)
    only_where_apart(suite)
    assert list(suite.outcomes.values()) == ["failed"]
    assert not other.exists()


def test_an_environment_in_the_project_is_shown_and_not_copied(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(suite_coverage, "LAYERED", False)
    tests = """
        import pathlib, pytest

        def test_it_is_read_only():
            for folder in ("env", ".git"):
                assert pathlib.Path(folder, "big").read_text() == "big"
                with pytest.raises(OSError):
                    pathlib.Path(folder, "new").touch()
        """
    root = project({"test_shop.py": tests, "env/pyvenv.cfg": "", "env/big": "big", ".git/big": "big"})
    suite = run(root)
    only_where_apart(suite)
    assert list(suite.outcomes.values()) == ["passed"]
    assert list((tmp_path / "scratch/suite/project/env").iterdir()) == []


def test_the_scratch_folder_may_lie_in_the_project(project: Project, tmp_path: Path) -> None:
    root = project({})
    (root / "scratch").mkdir()
    suite = run_suite(
        root=str(root),
        python=sys.executable,
        tests=["test_shop.py"],
        sources=[str(root)],
        arguments=[],
        seconds=60.0,
        scratch=root / "scratch",
    )
    assert suite.outcomes == {"test_shop.py::test_big": "passed"}
    assert contexts(suite, root / "shop.py")


def test_it_may_talk_to_itself_and_to_nobody_else(project: Project, run: Run) -> None:
    tests = """
        import socket

        def test_itself():
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname()).close()

        def test_others():
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        """
    suite = run(project({"test_shop.py": tests}))
    assert list(suite.outcomes.values()) == ["passed", "failed"]
    if suite.isolation != PLAIN:
        assert "unreachable" in suite.notices[0]


def test_what_a_child_process_executes_counts_for_the_test_that_started_it(project: Project, run: Run) -> None:
    root = project({"test_shop.py": RUNS_ITSELF})
    suite = run(root)
    assert suite.notices == () or suite.isolation == PLAIN
    assert contexts(suite, root / "shop.py")[8] == {"test_shop.py::test_child"}


def test_the_environments_own_sitecustomize_still_runs(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "customized").mkdir()
    (tmp_path / "customized/sitecustomize.py").write_text("import sys\nsys.was_customized = True\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "customized"))
    root = project({"test_shop.py": "import sys, shop\ndef test_it():\n    assert sys.was_customized\n"})
    suite = run(root)
    assert list(suite.outcomes.values()) == ["passed"]


@pytest.mark.usefixtures("with_plugins")
def test_workers_of_xdist_are_measured_too(project: Project, run: Run) -> None:
    pytest.importorskip("xdist")
    files = {"test_child.py": RUNS_ITSELF}
    root = project(files | {"pytest.ini": "[pytest]\naddopts = -n 2\n"})
    suite = run(root)
    assert suite.outcomes == {"test_shop.py::test_big": "passed", "test_child.py::test_child": "passed"}
    assert (suite.collected, suite.problem) == (2, "")
    found = contexts(suite, root / "shop.py")
    assert found[4] == {"test_shop.py::test_big"}
    assert found[8] == {"test_child.py::test_child"}


@pytest.mark.usefixtures("with_plugins")
def test_an_xdist_worker_that_crashes_costs_its_test_alone(project: Project, run: Run) -> None:
    pytest.importorskip("xdist")
    tests = TESTS + "\n    def test_crash():\n        import os; os.abort()\n"
    root = project({"pytest.ini": "[pytest]\naddopts = -n 1\n", "test_shop.py": tests})
    suite = run(root)
    assert suite.outcomes == {"test_shop.py::test_big": "passed", "test_shop.py::test_crash": "error"}
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize("more", ["", " -n 1"], ids=["alone", "with-xdist"])
def test_pytest_cov_in_the_projects_settings_does_not_measure_again(
    project: Project, run: Run, tmp_path: Path, more: str
) -> None:
    pytest.importorskip("pytest_cov")
    options = f"addopts = --cov=shop --cov-fail-under=100 --cov-report=term{more}\nfilterwarnings = error"
    root = project({"pytest.ini": f"[pytest]\n{options}\n"})
    suite = run(root)
    assert (suite.exit_code, suite.problem) == (0, "")
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}
    assert "TOTAL" not in (tmp_path / "scratch/suite/output.txt").read_text()


def test_each_kind_of_outcome_is_told_apart(project: Project, run: Run) -> None:
    tests = """
        import pytest

        @pytest.fixture
        def broken():
            raise ValueError("no")

        @pytest.fixture
        def breaks_later():
            yield
            raise ValueError("later")

        def test_passed(): pass
        def test_failed(): assert 1 == 2
        def test_error(broken): pass
        def test_late_error(breaks_later): pass
        @pytest.mark.skip
        def test_skipped(): pass
        @pytest.mark.xfail
        def test_xfailed(): assert 0
        @pytest.mark.xfail(strict=False)
        def test_xpassed(): pass
        """
    suite = run(project({"test_shop.py": tests}))
    assert {node.rpartition("_")[2]: outcome for node, outcome in suite.outcomes.items() if "late" not in node} == {
        word: word for word in ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    }
    assert suite.outcomes["test_shop.py::test_late_error"] == "error"
    assert suite.exit_code == 1
    assert suite.problem == ""
    assert suite.notices[-1].startswith("3 tests did not pass: test_shop.py::test_failed: assert 1 == 2; ")


def test_all_tests_are_run_though_the_project_stops_at_the_first_failure(project: Project, run: Run) -> None:
    tests = "def test_a():\n    assert 0\ndef test_b():\n    pass\n"
    suite = run(project({"pytest.ini": "[pytest]\naddopts = -x --lf\n", "test_shop.py": tests}))
    assert list(suite.outcomes.values()) == ["failed", "passed"]


def test_a_file_that_cannot_be_collected_costs_its_tests_alone(project: Project, run: Run) -> None:
    suite = run(project({"test_broken.py": "import absent_module\n"}))
    assert suite.outcomes == {"test_shop.py::test_big": "passed"}
    assert suite.problem == ""
    assert "1 test file cannot be collected: test_broken.py: ModuleNotFoundError" in suite.notices[-1]


@pytest.mark.parametrize(
    "hang",
    ["import time\n        time.sleep(600)", "import subprocess\n        subprocess.run(['sleep', '600'])"],
    ids=["test", "child"],
)
def test_a_suite_that_hangs_is_stopped_and_what_it_did_is_kept(project: Project, run: Run, hang: str) -> None:
    tests = f"{TESTS}\n    def test_hangs():\n        from shop import hello\n        hello()\n        {hang}\n"
    root = project({"test_shop.py": tests})
    suite = run(root, seconds=10.0)
    assert suite.problem == "it was stopped after 10 s at test_shop.py::test_hangs, after 1 of 2 tests"
    assert suite.outcomes == {"test_shop.py::test_big": "passed"}
    found = contexts(suite, root / "shop.py")
    assert found[4] == {"test_shop.py::test_big"}
    assert found[8] == {"test_shop.py::test_hangs"}


def test_a_suite_that_does_not_listen_to_signals_loses_its_last_test_alone(project: Project, run: Run) -> None:
    tests = TESTS + "\n    def test_hangs():\n        import signal, time\n"
    tests += "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n        time.sleep(600)\n"
    root = project({"test_shop.py": tests})
    suite = run(root, seconds=10.0)
    assert suite.problem.startswith("it was stopped after 10 s")
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}


@pytest.mark.parametrize(
    ("crash", "how"),
    [
        ("os.kill(os.getpid(), 11)", "it was ended by SIGSEGV at test_shop.py::test_ends, after 1 of 2 tests"),
        ("os._exit(0)", "its process ended with status 0 at test_shop.py::test_ends, after 1 of 2 tests"),
        ("pytest.exit('enough')", "pytest gave up at test_shop.py::test_ends, after 1 of 2 tests: "),
    ],
    ids=["signal", "exit", "given-up"],
)
def test_a_suite_that_ends_too_early_says_where(project: Project, run: Run, crash: str, how: str) -> None:
    tests = TESTS + f"\n    def test_ends():\n        import os, pytest\n        {crash}\n"
    root = project({"test_shop.py": tests})
    suite = run(root)
    assert suite.problem.startswith(how)
    assert suite.outcomes["test_shop.py::test_big"] == "passed"
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}


def test_nothing_of_the_suite_is_left_running(project: Project, run: Run, tmp_path: Path) -> None:
    tests = "def test_it():\n    import subprocess\n    subprocess.Popen(['sleep', '617'], start_new_session=True)\n"
    run(project({"test_shop.py": tests}))
    living = subprocess.run(["ps", "-axo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 617" not in living.splitlines()


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({"conftest.py": "import absent_module\n"}, [], "No module named 'absent_module'"),
        ({}, ["--no-such-option"], "unrecognized arguments: --no-such-option"),
        ({"test_shop.py": ""}, ["test_shop.py"], "no tests ran"),
        ({"test_shop.py": "import absent_module\n"}, [], "No module named 'absent_module'"),
        ({}, ["absent_folder"], "absent_folder"),
    ],
    ids=["conftest", "usage", "no-tests", "none-collected", "no-folder"],
)
def test_a_suite_that_cannot_begin_is_an_error_in_pytests_own_words(
    project: Project, run: Run, files: Mapping[str, str], arguments: list[str], words: str
) -> None:
    with pytest.raises(ProjectError) as caught:
        run(project(files), *arguments)
    assert caught.value.slug == "suite-not-runnable"
    assert words in caught.value.message
    assert "-m pytest" in caught.value.hint


def test_a_project_without_tests_is_told_to_have_none(project: Project, run: Run) -> None:
    suite = run(project({"test_shop.py": ""}))
    assert (suite.collected, suite.data_files, suite.problem) == (0, (), "")
    assert [notice for notice in suite.notices if "pytest found no tests" in notice]


def bare_environment(folder: Path, *packages: str) -> str:
    """An interpreter that sees these packages of ours alone."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
    for name in packages:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        for path in (found, *found.parent.glob(f"{name}-*.dist-info")):
            os.symlink(path, os.path.join(site, path.name))
    return str(folder / "bin" / "python")


PYTESTS = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")


def test_an_interpreter_without_coverage_is_lent_ours(project: Project, run: Run, tmp_path: Path) -> None:
    root = project({"test_child.py": RUNS_ITSELF})
    suite = run(root, python=bare_environment(tmp_path / "env", *PYTESTS))
    assert "has no coverage.py" in suite.notices[-1]
    found = contexts(suite, root / "shop.py")
    assert found[4] == {"test_shop.py::test_big"}
    assert found[8] == {"test_child.py::test_child"}


def test_an_interpreter_without_pytest_is_an_error(project: Project, run: Run, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        run(project({}), python=bare_environment(tmp_path / "env"))
    assert caught.value.slug == "pytest-missing"


def test_without_namespaces_it_runs_as_the_users_own_and_says_so(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(suite_coverage, "APART", "basic")
    monkeypatch.setenv("HOME", str(tmp_path / "my-home"))
    tests = "import os, shop\ndef test_it():\n    open('written', 'w').close()\n    assert 'my-home' in os.environ['HOME']\n"
    root = project({"test_shop.py": tests})
    suite = run(root)
    assert list(suite.outcomes.values()) == ["passed"]
    assert suite.isolation == PLAIN
    assert "with network and your files" in suite.notices[0]
    assert sorted(path.name for path in root.iterdir()) == ["pytest.ini", "shop.py", "test_shop.py", "written"]


def test_without_namespaces_a_hang_is_stopped_too(project: Project, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_coverage, "APART", "basic")
    tests = TESTS + "\n    def test_hangs():\n        import subprocess\n"
    tests += "        subprocess.run(['sleep', '618'], start_new_session=True)\n"
    root = project({"test_shop.py": tests})
    suite = run(root, seconds=10.0)
    assert suite.problem.startswith("it was stopped after 10 s at test_shop.py::test_hangs")
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}
    living = subprocess.run(["ps", "-axo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 618" not in living.splitlines()


def test_a_run_that_is_interrupted_keeps_what_it_has(project: Project, run: Run) -> None:
    ended: list[str] = []
    tests = TESTS + "\n    def test_slow():\n        import time\n        time.sleep(600)\n"
    root = project({"test_shop.py": tests})
    suite = run(root, on_progress=lambda *step: ended.append(step[2]), stop=lambda: "test_shop.py::test_slow" in ended)
    assert suite.problem == "it was interrupted at test_shop.py::test_slow, after 1 of 2 tests"
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}


SETTINGS = r"""
    [tool.coverage.run]
    omit = ["*"]
    source = ["elsewhere"]
    dynamic_context = "test_function"
    concurrency = ["thread"]
    [tool.coverage.report]
    exclude_lines = ["# pragma: no cover", "def hello\\(\\):$", "é\"x"]
    """


def totals(data_file: str, settings: str, root: Path, report: Path) -> Any:
    command = [sys.executable, "-m", "coverage", "json", "-q", f"--data-file={data_file}", f"--rcfile={settings}"]
    subprocess.run([*command, "-o", str(report)], cwd=root, check=True)
    return json.loads(report.read_text())["totals"]


def test_the_projects_own_settings_say_what_does_not_count_and_ours_what_is_measured(
    project: Project, run: Run, tmp_path: Path
) -> None:
    root = project({"pyproject.toml": SETTINGS})
    suite = run(root)
    assert contexts(suite, root / "shop.py")[4] == {"test_shop.py::test_big"}
    found = totals(suite.data_files[0], suite.settings, root, tmp_path / "report.json")
    assert found["excluded_lines"] == 3


def test_settings_that_cannot_be_read_are_told_of(project: Project, run: Run) -> None:
    suite = run(project({".coveragerc": "[run]\nbranch = perhaps\n"}))
    assert ".coveragerc' are left out: " in suite.notices[0]
    assert suite.data_files


def test_a_plugin_of_coverage_that_is_missing_is_an_error(project: Project, run: Run) -> None:
    with pytest.raises(ProjectError) as caught:
        run(project({".coveragerc": "[run]\nplugins = absent_plugin\n"}))
    assert caught.value.slug == "suite-not-runnable"
    assert "absent_plugin" in caught.value.message


def test_the_figures_are_those_of_coverage_run(project: Project, run: Run, tmp_path: Path) -> None:
    files = {
        "src/shop/__init__.py": CODE,
        "tests/test_shop.py": TESTS,
        "pytest.ini": "[pytest]\npythonpath = src\ntestpaths = tests\n",
    }
    root = project(files)
    (root / "shop.py").unlink()
    (root / "test_shop.py").unlink()
    suite = run(root, sources=[str(root / "src")])
    data_file = tmp_path / "theirs"
    command = [sys.executable, "-m", "coverage", "run", "--branch", "--source=src", f"--data-file={data_file}"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    subprocess.run([*command, "-m", "pytest", "-q"], cwd=root, check=True, capture_output=True, env=clean)
    ours = totals(suite.data_files[0], suite.settings, root, tmp_path / "ours.json")
    assert ours == totals(str(data_file), suite.settings, root, tmp_path / "theirs.json")
    assert ours["covered_branches"] == 1


def test_an_installed_copy_under_another_name_is_measured_where_paths_say_so(
    project: Project, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "environment" / "site-packages"
    (site / "acme").mkdir(parents=True)
    (site / "acme" / "store.py").write_text(dedent(CODE))
    monkeypatch.setenv("PYTHONPATH", str(site))
    rules = "[paths]\nsource =\n    .\n    */site-packages/acme/\n    */site-packages\n    C:\\build\\x\n"
    root = project({".coveragerc": rules, "test_shop.py": TESTS.replace("from shop", "from acme.store")})
    suite = run(root, packages=["shop"])
    assert suite.outcomes == {"test_shop.py::test_big": "passed"}
    assert contexts(suite, site / "acme" / "store.py")
