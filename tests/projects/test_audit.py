"""`audit` on tiny real projects: the suite is run or its coverage read, figures are by function, gates fail the build."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"

CODE = """
    def total(prices: list[float], member: bool) -> float:
        whole = sum(prices)
        if member:
            return whole * 0.9
        return whole

    def untried(text: str) -> int:
        if not text:
            return 0
        return int(text)
    """
TESTS = """
    from shop.price import total

    def test_everybody_pays():
        assert total([1.0, 2.0], member=False) == 3.0
    """


@pytest.fixture
def shop(make_project):
    return make_project(
        {
            "src/shop/__init__.py": "",
            "src/shop/price.py": CODE,
            "src/shop/never.py": "def alone():\n    return 1\n",
            "tests/test_price.py": TESTS,
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
        }
    )


def git(project, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(project.root), *who, *arguments], check=True, capture_output=True)


def functions(document) -> dict[str, dict[str, object]]:
    return {each["function"]: each for each in document["untested"]}


def test_the_suite_is_run_and_told_function_by_function(shop):
    done = shop.run("audit", "--json")
    assert done.code == 0, done.err
    document = done.document
    totals = document["totals"]
    assert (totals["statements"], totals["covered_statements"]) == (11, 5)
    assert (totals["branches"], totals["covered_branches"]) == (4, 1)
    modules = {m["module"]: m for m in document["modules"]}
    assert (modules["shop.never"]["statements"], modules["shop.never"]["percent"]) == (2, 0.0)
    found = functions(document)
    assert set(found) == {"total", "untried", "alone"}
    assert found["total"]["missing_lines"] == [4]
    assert found["total"]["tests"] == ["tests/test_price.py::test_everybody_pays"]
    assert "`if member` is never true" in found["total"]["missing_branches"][0]["words"]
    assert found["untried"]["covered_statements"] == 0
    assert document["suite"]["outcomes"] == {"passed": 1}
    assert not list(shop.root.glob("**/.coverage*"))


def test_figures_equal_those_of_coverage_itself(shop):
    subprocess.run(
        [sys.executable, "-m", "coverage", "run", "--branch", "--source=src", "-m", "pytest", "-q"],
        cwd=shop.root,
        check=True,
        capture_output=True,
    )
    command = [sys.executable, "-m", "coverage", "json", "-o", "coverage.json"]
    subprocess.run(command, cwd=shop.root, check=True, capture_output=True)
    report = json.loads(shop.read("coverage.json"))
    for evidence in (".coverage", "coverage.json"):
        totals = shop.run("audit", "--coverage", evidence, "--json").document["totals"]
        assert totals["covered_statements"] == report["totals"]["covered_lines"], evidence
        assert totals["statements"] == report["totals"]["num_statements"], evidence
        assert totals["covered_branches"] == report["totals"]["covered_branches"], evidence
        assert totals["branches"] == report["totals"]["num_branches"], evidence


def test_an_installed_copy_that_the_tests_import_is_measured_too(shop, tmp_path):
    site = tmp_path / "environment/site-packages"
    shutil.copytree(shop.root / "src/shop", site / "shop")
    shop.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    done = shop.run("audit", "--json", environment={"PYTHONPATH": f"{SOURCE}{os.pathsep}{site}"})
    assert done.code == 0, done.err
    totals = done.document["totals"]
    assert (totals["statements"], totals["covered_statements"]) == (11, 5)
    assert (totals["branches"], totals["covered_branches"]) == (4, 1)


RULES = '[tool.coverage.paths]\nsource = ["src", "*/site-packages/acme", "/ci/*/build", "C:\\\\agent\\\\build"]\n'


def test_places_that_coverage_is_told_are_the_same_are_so_here(shop):
    shop.write("pyproject.toml", RULES)
    for place in ("/ci/7/build/alone.py", "C:\\agent\\build\\alone.py"):
        told = {"meta": {"version": "7.6.0"}, "files": {place: {"executed_lines": [1, 2], "missing_lines": []}}}
        shop.write("src/alone.py", "a = 1\nb = 2\n")
        shop.write("coverage.json", json.dumps(told))
        done = shop.run("audit", "src/alone.py", "--coverage", "coverage.json", "--json")
        assert done.code == 0, done.err
        assert done.document["totals"]["covered_statements"] == 2
    shop.write("pyproject.toml", "")
    shop.run("audit", "src/alone.py", "--coverage", "coverage.json").refused("coverage-of-other-paths")


def test_a_copy_that_is_installed_under_another_name_counts_for_its_source(make_project, tmp_path):
    site = tmp_path / "environment/site-packages"
    tests = TESTS.replace("shop.price", "acme.price")
    project = make_project({"src/price.py": CODE, "tests/test_price.py": tests, "pyproject.toml": RULES})
    shutil.copytree(project.root / "src", site / "acme")
    done = project.run("audit", "--json", environment={"PYTHONPATH": f"{SOURCE}{os.pathsep}{site}"})
    assert done.code == 0, done.err
    assert done.document["totals"]["covered_statements"] == 5


def without_seconds(document):
    return {key: value for key, value in document.items() if key not in ("seconds", "origins", "before", "changes")}


def test_a_second_audit_uses_what_has_not_changed(shop):
    first = shop.run("audit", "--json").document
    assert first["origins"] == ["the project's suite, run for this audit"]
    assert shop.read(".testwright/.gitignore") == "*\n"
    second = shop.run("audit", "--json").document
    assert "nothing has changed since (--fresh runs it again)" in second["origins"][0]
    assert without_seconds(second) == without_seconds(first)
    fresh = shop.run("audit", "--fresh", "--json").document
    assert fresh["origins"] == first["origins"]
    assert fresh["suite"]["outcomes"] == {"passed": 1}


def test_the_suite_is_run_again_when_anything_has_changed_or_failed(shop):
    shop.run("audit")
    shop.write("tests/test_more.py", "from shop.never import alone\n\ndef test_alone():\n    assert alone() == 1\n")
    more = shop.run("audit", "--json").document
    assert more["suite"]["outcomes"] == {"passed": 2}
    assert "alone" not in functions(more)
    shop.write("tests/test_more.py", "def test_alone():\n    assert False\n")
    for _ in range(2):
        failed = shop.run("audit", "--json").document
        assert failed["suite"]["outcomes"] == {"failed": 1, "passed": 1}
        assert failed["origins"] == ["the project's suite, run for this audit"]


def test_given_coverage_is_counted_anew_only_for_sources_that_changed(shop):
    command = [sys.executable, "-m", "coverage", "run", "--branch", "--source=src", "-m", "pytest", "-q"]
    subprocess.run(command, cwd=shop.root, check=True, capture_output=True)
    first = shop.run("audit", "--coverage", ".coverage", "--json").document
    page = shop.run("audit", "--coverage", ".coverage", "--html", "page.html", "--json")
    assert without_seconds(page.document) == without_seconds(first)
    assert "whole * 0.9" in shop.read("page.html")
    shop.write("src/shop/price.py", CODE + "\n    def later():\n        return 2\n")
    edited = shop.run("audit", "--coverage", ".coverage", "--json").document
    assert "later" in functions(edited)
    assert edited == shop.run("audit", "--coverage", ".coverage", "--fresh", "--json").document | {
        key: edited[key] for key in ("seconds", "before", "changes")
    }
    only = shop.run("audit", "src/shop/never.py", "--coverage", ".coverage", "--json").document
    assert [module["module"] for module in only["modules"]] == ["shop.never"]
    whole = shop.run("audit", "--coverage", ".coverage", "--json").document
    assert without_seconds(whole) == without_seconds(edited)


def test_a_folder_with_a_name_that_is_no_text_does_no_harm(make_project, tmp_path):
    place = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(place)
    root = Path(os.fsdecode(place))
    (root / "src").mkdir()
    (root / "src/price.py").write_text("def total():\n    return 1\n")
    report = {"executed_lines": [1], "missing_lines": [2], "summary": {}}
    told = {"meta": {"version": "7.6.0"}, "files": {"src/price.py": report}}
    (root / "coverage.json").write_text(json.dumps(told))
    (root / "pyproject.toml").write_text("")
    for _ in range(2):
        done = make_project({}).run("audit", "--coverage", "coverage.json", folder=str(root))
        assert done.code == 0, done.err
        assert "untested paths: 1 of 1" in done.out


def test_a_folder_that_cannot_be_written_is_a_note(shop):
    shop.write(".testwright", "a file in its place\n")
    done = shop.run("audit")
    assert done.code == 0, done.err
    assert "figures are not kept for the next audit" in done.err
    assert "the next audit will not know of this one" in done.err


def test_the_report_has_its_four_sections(shop):
    done = shop.run("audit", "--markdown", "report.md")
    assert done.code == 0, done.err
    for part in ("health ", "package", "untested paths: 3 of 3 functions lack tests", "plan\n"):
        assert part in done.out, done.out
    assert "src/shop/price.py:7 untried" in done.out
    assert "never called" in done.out
    assert "not measured: diff coverage, strength" in done.out
    assert "`src/shop/price.py:7` `untried`" in shop.read("report.md")


@pytest.mark.parametrize(
    ("gate", "slug"),
    [
        (("--fail-under", "80"), "gate-coverage"),
        (("--max-crap", "3"), "gate-crap"),
        (("--diff-fail-under", "100", "--diff", "HEAD"), "gate-diff-coverage"),
    ],
)
def test_a_gate_that_is_not_met_exits_with_1_and_says_what_to_do(shop, gate, slug):
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "first")
    shop.write("src/shop/price.py", CODE.replace("return whole * 0.9", "return whole * 0.8"))
    done = shop.run("audit", *gate, "--github")
    assert done.code == 1, done.out + done.err
    assert "file=src/shop/" in done.err
    assert f"[{slug}]" in done.err
    assert "  try: " in done.err


def test_gates_that_are_met_exit_with_0(shop):
    done = shop.run("audit", "--fail-under", "40", "--max-crap", "6")
    assert done.code == 0, done.err


def test_reports_for_machines_are_written(shop):
    files = ("--html", "a.html", "--sarif", "a.sarif", "--junit", "a.xml", "--badge", "a.svg")
    done = shop.run("audit", *files, "--github", "--fail-under", "99", "--max-crap", "99")
    assert done.code == 1, done.err
    assert "::error file=src/shop/" in done.err
    (run,) = json.loads(shop.read("a.sarif"))["runs"]
    assert {each["ruleId"] for each in run["results"]} == {"gate-coverage", "untested-path"}
    root = ElementTree.fromstring(shop.read("a.xml"))
    cases = {case.get("name"): len(case) for case in root.iter("testcase")}
    assert cases == {"--fail-under 99": 1, "--max-crap 99": 0}
    assert "coverage: 40.0%" in shop.read("a.svg")
    assert "tests/test_price.py::test_everybody_pays" in shop.read("a.html")
    assert "is never true" in shop.read("a.html")


def written_tests(project) -> str:
    return "".join(project.read(file) for file in project.files() if file != "tests/test_price.py")


WORK = ("--max-executions", "200", "--no-mutants")


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_a_plan_is_all_that_generate_needs(shop, kind):
    done = shop.run("audit", "--plan", f"plan.{kind}", "--task", "1")
    assert done.code == 0, done.err
    assert "untried" in done.out
    assert "health" not in done.out
    made = shop.run("generate", "--plan", f"plan.{kind}", *WORK)
    assert made.code == 0, made.err
    assert all(f"{name}(" in written_tests(shop) for name in ("untried", "alone", "total"))


def test_the_first_functions_of_the_audit_get_tests(shop):
    first = shop.run("audit", "--json").document["untested"][0]["function"]
    made = shop.run("generate", "--top", "1", *WORK)
    assert made.code == 0, made.err
    assert [name for name in ("untried", "alone", "total") if f"{name}(" in written_tests(shop)] == [first]


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("audit", "--plan", "plan.txt"), "bad-value"),
        (("audit", "--task", "9"), "plan-task-not-found"),
        (("generate", "--task", "1"), "bad-usage"),
        (("generate", "shop.price", "--plan", "plan.json"), "bad-usage"),
        (("generate", "--plan", "absent.json"), "plan-not-found"),
        (("generate", "--plan", "pyproject.toml"), "plan-unreadable"),
    ],
)
def test_a_plan_that_cannot_be_had_is_refused(shop, arguments, slug):
    shop.run(*arguments).refused(slug)


def test_floors_rise_and_are_held(shop):
    assert shop.run("audit", "--ratchet", "floors.json", "--update").code == 0
    floors = shop.read("floors.json")
    shop.write("tests/test_price.py", "def test_nothing():\n    pass\n")
    done = shop.run("audit", "--ratchet", "floors.json")
    assert done.code == 1
    assert "[gate-ratchet]" in done.err
    assert "src/shop/price.py" in done.err
    assert shop.run("audit", "--ratchet", "floors.json", "--update").code == 1
    assert shop.read("floors.json") == floors


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("--coverage", "absent.json"), "coverage-not-found"),
        (("--coverage", "junk.xml"), "coverage-unreadable"),
        (("--coverage", "elsewhere.json"), "coverage-of-other-paths"),
        (("--remap", "nothing", "--coverage", "elsewhere.json"), "bad-value"),
        (("no/such/folder",), "target-not-found"),
        (("--diff", "HEAD"), "no-repository"),
        (("--sort", "luck"), "config-invalid"),
        (("--markdown", "no/such/folder/report.md"), "output-not-writable"),
        (("--tests", "tests/absent.py"), "tests-not-found"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(shop, arguments, slug):
    shop.write("junk.xml", "<report><nothing/>")
    file = {"executed_lines": [1], "missing_lines": [], "excluded_lines": [], "summary": {}}
    shop.write("elsewhere.json", json.dumps({"meta": {"version": "7.6.0"}, "files": {"lib/other.py": file}}))
    shop.run("audit", *arguments).refused(slug)


def test_a_suite_that_cannot_begin_is_refused(shop):
    shop.write("tests/conftest.py", "raise RuntimeError('no database')\n")
    assert "no database" in shop.run("audit").refused("suite-not-runnable")


def test_without_tests_everything_is_untested(shop):
    (shop.root / "tests/test_price.py").unlink()
    done = shop.run("audit", "--json", "--fail-under", "1")
    assert done.code == 1, done.err
    assert done.document["totals"]["covered_statements"] == 0
    assert len(done.document["untested"]) == 3
    assert any("pytest found no tests" in notice for notice in done.document["notices"])


def test_failing_tests_are_told_and_count_as_unsteady(shop):
    shop.write("tests/test_more.py", "def test_wrong():\n    assert False\n")
    done = shop.run("audit", "--json")
    assert done.code == 0, done.err
    parts = {part["name"]: part["value"] for part in done.document["health"]["parts"]}
    assert parts["stability"] == 50.0
    assert any("test_wrong" in notice for notice in done.document["notices"])


def test_a_suite_that_hangs_is_stopped_and_what_it_covered_is_told(shop):
    shop.write("tests/test_zzz.py", "import time\n\ndef test_hangs():\n    time.sleep(600)\n")
    done = shop.run("audit", "--json", "--suite-seconds", "30")
    assert "test_hangs" in done.refused("suite-not-finished", code=1)
    assert done.document["totals"]["covered_statements"] == 5
    parts = {part["name"]: part["value"] for part in done.document["health"]["parts"]}
    assert parts["stability"] == 50.0
    assert not (shop.root / ".testwright/audit.json").exists()  # half a run is nothing to compare with


def test_evidence_of_another_state_of_the_source_is_said_to_be(shop):
    command = [sys.executable, "-m", "coverage", "run", "--branch", "--source=src", "-m", "pytest", "-q"]
    subprocess.run(command, cwd=shop.root, check=True, capture_output=True)
    assert "has changed since" not in shop.run("audit", "--coverage", ".coverage").err
    shop.write("src/shop/price.py", '"""New."""\n\n\n' + shop.read("src/shop/price.py"))
    done = shop.run("audit", "--coverage", ".coverage")
    assert done.code == 0
    assert "src/shop/price.py has changed since it was measured" in done.err
    assert "never.py has changed" not in done.err


def test_source_that_cannot_be_read_is_said_and_the_rest_is_told(shop):
    shop.write("src/shop/broken.py", "def half(:\n")
    done = shop.run("audit", "--json")
    assert done.code == 0, done.err
    assert any("broken.py" in notice for notice in done.document["notices"])
    assert "untried" in functions(done.document)


SICK = """
    import time
    import socket
    from shop import price

    def test_sets_up():
        price.UNIT = "lb"
        assert price.UNIT == "lb"

    def test_waits():
        time.sleep(0.02)
        assert price.total([1.0], True) == 0.9

    def test_asks_others():
        try:
            socket.create_connection(("example.invalid", 80), timeout=1)
        except OSError as error:
            assert error

    def test_asserts_nothing():
        price.total([1.0], True)

    def test_hashes():
        assert list({"alpha", "beta", "gamma", "delta"}) == %s
    """


def test_the_suite_is_diagnosed(shop):
    hashed = subprocess.run(
        [sys.executable, "-c", "print(list({'alpha', 'beta', 'gamma', 'delta'}))"],
        env={"PYTHONHASHSEED": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    shop.write("tests/test_a_sick.py", SICK % hashed.stdout.strip())
    shop.write(
        "tests/test_victim.py", "from shop import price\n\ndef test_unit():\n    assert not hasattr(price, 'UNIT')\n"
    )
    done = shop.run("audit", "--suite", "--json", "--sarif", "a.sarif", "--markdown", "a.md")
    assert done.code == 0, done.err
    diagnosis = done.document["diagnosis"]
    found = {(each["test"].partition("::")[2], each["slug"]): each for each in diagnosis["findings"]}
    assert set(found) == {
        ("test_unit", "order-dependent"),
        ("test_waits", "sleeps"),
        ("test_asks_others", "touches-the-network"),
        ("test_asserts_nothing", "asserts-nothing"),
        ("test_hashes", "hash-seed-dependent"),
    }
    unit = found["test_unit", "order-dependent"]
    assert "passes alone, and fails after tests/test_a_sick.py::test_sets_up" in unit["message"]
    assert (diagnosis["tests"], diagnosis["steady_tests"]) == (7, 5)
    assert {part["name"] for part in done.document["health"]["parts"] if part["value"] is not None} >= {"strength"}
    rules = [each["ruleId"] for each in shop.findings("a.sarif").values()]
    assert "order-dependent" in rules
    assert "hash-seed-dependent" in shop.read("a.md")


def test_a_suite_is_diagnosed_beside_coverage_that_is_given(shop):
    report = {"executed_lines": [2], "missing_lines": [], "summary": {}}
    shop.write("coverage.json", json.dumps({"meta": {"version": "7.6.0"}, "files": {"src/shop/never.py": report}}))
    done = shop.run("audit", "--coverage", "coverage.json", "--suite", "--mutants", "--json")
    assert done.code == 0, done.err
    assert done.document["suite"] is None
    assert (done.document["diagnosis"]["tests"], done.document["diagnosis"]["findings"]) == (1, [])
    assert {module["module"]: module["mutants"]["tried"] > 0 for module in done.document["modules"]}["shop.price"]


def test_planted_bugs_are_counted_by_module(shop):
    done = shop.run("audit", "--mutants", "--json")
    assert done.code == 0, done.err
    counts = {module["module"]: module["mutants"] for module in done.document["modules"]}
    assert counts["shop.price"]["tried"] > counts["shop.price"]["caught"] > 0
    assert counts["shop.never"] == {"tried": counts["shop.never"]["tried"], "caught": 0}
    shown = shop.run("audit", "--mutants")
    assert f"  src/shop/price.py: {counts['shop.price']['caught']} of {counts['shop.price']['tried']}" in shown.out


PACKAGES = ("packages/a", "packages/b")


@pytest.fixture
def monorepo(make_project):
    """Two projects whose modules and tests go by the same names; the second one's tests need its own settings."""
    files = {}
    for place in PACKAGES:
        name = place[-1]
        files[f"{place}/src/app/__init__.py"] = ""
        files[f"{place}/src/app/core.py"] = CODE
        files[f"{place}/pyproject.toml"] = (
            f'[project]\nname = "{name}"\n[tool.pytest.ini_options]\npythonpath = ["src"]\n'
        )
        files[f"{place}/tests/test_core.py"] = TESTS.replace("shop.price", "app.core")
    files["packages/b/pyproject.toml"] += 'python_functions = ["check_*"]\n'
    files["packages/b/tests/test_core.py"] = """
        from app.core import untried

        def check_nothing():
            assert untried("") == 0
        """
    project = make_project(files)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    return project


def by_path(document) -> dict[str, tuple[str, str, int]]:
    return {m["path"]: (m["project"], m["module"], m["covered_statements"]) for m in document["modules"]}


def test_several_projects_are_measured_each_by_its_own_suite(monorepo):
    named = monorepo.run("audit", *PACKAGES, "--json", "--html", "a.html", "--sarif", "a.sarif", "--diff", "HEAD")
    assert named.code == 0, named.err
    document = named.document
    assert by_path(document) == {
        "packages/a/src/app/__init__.py": ("packages/a", "app", 0),
        "packages/a/src/app/core.py": ("packages/a", "app.core", 5),
        "packages/b/src/app/__init__.py": ("packages/b", "app", 0),
        "packages/b/src/app/core.py": ("packages/b", "app.core", 4),
    }
    assert [each["name"] for each in document["packages"]] == ["packages/a: app", "packages/b: app"]
    assert document["totals"]["covered_statements"] == 9
    assert document["suite"]["outcomes"] == {"passed": 2}
    tests = {(each["path"], each["function"]): each["tests"] for each in document["untested"]}
    assert tests["packages/a/src/app/core.py", "total"] == ["packages/a/tests/test_core.py::test_everybody_pays"]
    assert tests["packages/b/src/app/core.py", "untried"] == ["packages/b/tests/test_core.py::check_nothing"]
    assert tests["packages/b/src/app/core.py", "total"] == []
    assert {each["commits"] for each in document["untested"]} == {1}
    planned = [name for batch in document["plan"] for name in batch["functions"]]
    assert sorted(planned) == sorted(f"{path}:{function}" for path, function in tests)
    assert [batch["project"] for batch in document["plan"]] in ([*PACKAGES], [*reversed(PACKAGES)])
    assert len(monorepo.findings("a.sarif")) == 4
    page = monorepo.read("a.html")
    assert "packages/b/tests/test_core.py::check_nothing" in page
    assert all(f"<code>{name}</code></a>" in page for name in planned)


def test_a_root_without_source_stands_for_the_projects_in_it(monorepo):
    done = monorepo.run("audit", "--json")
    assert done.code == 0, done.err
    named = monorepo.run("audit", *PACKAGES, "--json").document
    assert named["untested"] == done.document["untested"]
    assert named["totals"] == done.document["totals"]
    assert named["before"]["covered"] == 9
    monorepo.write("packages/a/tests/test_core.py", "def test_nothing():\n    pass\n")
    worse = monorepo.run("audit", "packages")
    assert "last audit: " in worse.out
    assert "less than then is covered of packages/a/src/app/core.py" in worse.out
    assert "packages/a: app" in worse.out


def measured_in(project, place: str) -> None:
    command = [sys.executable, "-m", "coverage", "run", "--branch", "--source=src", "-m", "pytest", "-q"]
    subprocess.run(command, cwd=project.root / place, check=True, capture_output=True)


def test_coverage_of_several_projects_is_told_apart(monorepo):
    suites = monorepo.run("audit", *PACKAGES, "--json").document
    for place in PACKAGES:
        monorepo.write(f"{place}/.coveragerc", "[run]\nrelative_files = true\n")
        measured_in(monorepo, place)
    subprocess.run(
        [sys.executable, "-m", "coverage", "json"], cwd=monorepo.root / "packages/b", check=True, capture_output=True
    )
    files = ("--coverage", "packages/a/.coverage", "--coverage", "packages/b/coverage.json")
    done = monorepo.run("audit", *files, "--json")
    assert done.code == 0, done.err
    assert by_path(done.document) == by_path(suites)
    assert done.document["notices"] == []
    assert done.document["suite"] is None
    only = monorepo.run("audit", *PACKAGES, *files[:2], "--json").document
    assert [covered for _, _, covered in by_path(only).values()] == [0, 5, 0, 0]


def test_evidence_that_may_be_of_either_project_is_not_guessed(monorepo):
    entry = {"executed_lines": [1], "missing_lines": [2], "summary": {}}
    for place in PACKAGES:
        monorepo.write(f"{place}/src/alone.py", "a = 1\nb = 2\n")
    told = {"/ci/src/app/core.py": entry, "/ci/packages/a/src/alone.py": entry}
    monorepo.write("coverage.json", json.dumps({"meta": {"version": "7.6.0"}, "files": told}))
    done = monorepo.run("audit", "--coverage", "coverage.json", "--json")
    assert done.code == 0, done.err
    (notice,) = [each for each in done.document["notices"] if "may be" in each]
    assert "'/ci/src/app/core.py'" in notice
    assert sum(covered for _, _, covered in by_path(done.document).values()) == 1
    monorepo.write("packages/b/.coveragerc", "[paths]\nsource =\n    src\n    /ci/src\n")
    ruled = by_path(monorepo.run("audit", "--coverage", "coverage.json", "--json").document)
    assert ruled["packages/b/src/app/core.py"][2] == 1


def test_gates_are_held_by_all_and_by_each_project_of_its_own(monorepo):
    own = monorepo.read("packages/b/pyproject.toml") + "[tool.testwright]\naudit-fail-under = 60\n"
    monorepo.write("packages/b/pyproject.toml", own)
    done = monorepo.run("audit", "--fail-under", "40", "--junit", "a.xml", "--ratchet", "floors.json", "--update")
    assert done.code == 1, done.err
    assert "error: packages/b: of all lines and branches" in done.err
    assert "[gate-coverage]\n  where: packages/b/src/app/core.py:" in done.err
    cases = {case.get("name"): len(case) for case in ElementTree.fromstring(monorepo.read("a.xml")).iter("testcase")}
    floors = f"--ratchet {monorepo.root}/floors.json"
    assert cases == {"--fail-under 40": 0, floors: 0, "packages/b --fail-under 60": 1}
    assert "floors: 4 added, 0 raised, 0 dropped" in done.err
    assert '"packages/b/src/app/core.py"' in monorepo.read("floors.json")
    monorepo.write("packages/a/tests/test_core.py", "def test_nothing():\n    pass\n")
    failed = monorepo.run("audit", *PACKAGES, "--ratchet", "floors.json", "--fail-under", "99", "--json")
    gates = {(gate["slug"], gate["project"]) for gate in failed.document["gates"]}
    assert gates == {("gate-ratchet", ""), ("gate-coverage", ""), ("gate-coverage", "packages/b")}


def test_changed_lines_of_all_projects_are_counted_together(monorepo):
    for place in PACKAGES:
        monorepo.write(f"{place}/src/app/core.py", CODE.replace("whole * 0.9", "whole * 0.8"))
    done = monorepo.run("audit", "--diff-fail-under", "50", "--json")
    assert done.code == 1, done.err
    diff = done.document["diff"]
    assert [file["path"] for file in diff["files"]] == [f"{place}/src/app/core.py" for place in PACKAGES]
    assert (diff["line_percent"], diff["unknown"]) == (0.0, [])


def test_tests_of_several_projects_are_diagnosed_and_bugs_planted(monorepo):
    monorepo.write("packages/b/tests/test_core.py", "from app import core\n\ndef check_it():\n    core.untried('1')\n")
    done = monorepo.run("audit", "--suite", "--mutants", "--json")
    assert done.code == 0, done.err
    found = done.document["diagnosis"]
    assert [(each["slug"], each["path"]) for each in found["findings"]] == [
        ("asserts-nothing", "packages/b/tests/test_core.py")
    ]
    assert (found["tests"], found["steady_tests"]) == (2, 2)
    caught = {m["path"]: m["mutants"]["caught"] for m in done.document["modules"] if m["module"] == "app.core"}
    assert caught["packages/a/src/app/core.py"] > 0
    assert "packages/b/src/app/core.py" in caught


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_plan_of_several_projects_says_of_each_task_where_it_is_done(monorepo, kind):
    assert monorepo.run("audit", "--plan", "plan.json").code == 0
    tasks = json.loads(monorepo.read("plan.json"))["tasks"]
    assert [task["number"] for task in tasks] == [1, 2]
    assert sorted(task["project"] for task in tasks) == [*PACKAGES]
    for task in tasks:
        (module,) = task["modules"]
        assert (module["module"], module["path"], module["test_file"]) == (
            "app.core", "src/app/core.py", "tests/test_core.py"
        )  # fmt: skip
        assert {function["target"].partition(":")[0] for function in module["functions"]} == {"app.core"}
        assert not any("packages/" in command for command in task["validation"])
        assert all(test.startswith("tests/") for f in module["functions"] for test in f["tests"])
    assert monorepo.run("audit", "--plan", f"plan.{kind}").code == 0
    told = monorepo.run("generate", "--plan", f"plan.{kind}", *WORK).refused("bad-usage")
    assert "--task K" in told
    assert all(place in told for place in PACKAGES)
    number = next(task["number"] for task in tasks if task["project"] == "packages/b")
    made = monorepo.run("generate", "--plan", f"plan.{kind}", "--task", str(number), *WORK)
    assert made.code == 0, made.err
    assert "total(" in all_tests(monorepo, "packages/b")
    assert "untried(" not in all_tests(monorepo, "packages/a")
    there = monorepo.run("generate", "--plan", f"../../plan.{kind}", *WORK, folder="packages/a")
    assert there.code == 0, there.err
    assert "the plan is also of packages/b" in there.err
    assert "untried(" in all_tests(monorepo, "packages/a")


def all_tests(project, folder: str) -> str:
    return "".join(map(project.read, project.files(f"{folder}/**/test_*.py")))


def test_the_commands_of_a_task_work_in_the_root_of_its_project(monorepo):
    done = monorepo.run("audit", "--plan", "plan.json", "--task", "1")
    assert done.code == 0, done.err
    (task,) = [task for task in json.loads(monorepo.read("plan.json"))["tasks"] if task["number"] == 1]
    command, *_ = task["validation"]
    assert command.startswith("python -m coverage run ")
    place = monorepo.root / task["project"]
    arguments = [sys.executable, *shlex.split(command)[1:]]
    run = subprocess.run(arguments, cwd=place, capture_output=True, text=True, check=False)
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def test_a_plan_of_projects_that_are_elsewhere_is_refused(monorepo, tmp_path):
    assert monorepo.run("audit", "--plan", "plan.json").code == 0
    (monorepo.root / "packages/b").rename(monorepo.root / "packages/c")
    told = monorepo.run("generate", "--plan", "plan.json").refused("plan-of-other-projects")
    assert "packages/b" in told


def test_a_suite_that_cannot_begin_is_told_with_its_project(monorepo):
    monorepo.write("packages/b/tests/conftest.py", "raise RuntimeError('no database')\n")
    told = monorepo.run("audit").refused("suite-not-runnable")
    assert f"where: {monorepo.root}/packages/b" in told


AS_ELSEWHERE = ("packages[].", "modules[].", "untested[].", "before.", "changes[].before.", "changes[].now.")
"""Below these, a field that is described once is not described again."""


def fields(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}".lstrip(".")
            yield from fields(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")


def test_each_field_of_the_document_is_described_and_no_other(shop):
    git(shop, "init", "-q")
    git(shop, "add", ".")
    git(shop, "commit", "-q", "-m", "all")
    assert shop.run("audit").code == 0
    shop.write("src/shop/price.py", CODE + "\n    def later(a):\n        return open(a)\n")
    shop.write("tests/test_sleepy.py", "import time\n\ndef test_it():\n    time.sleep(0.02)\n")
    done = shop.run("audit", "--json", "--suite", "--mutants", "--diff", "HEAD", "--fail-under", "99")
    page = (SOURCE.parent / "docs/reference/audit-json.md").read_text(encoding="utf-8")
    described = {line.split("`")[1].removesuffix("[]") for line in page.splitlines() if line.startswith("| `")}
    open_keys = ("suite.outcomes.", "suite.slowest.")
    found = {path for path in fields(done.document) if not path.startswith(open_keys)}
    last_names = {path.rpartition(".")[2] for path in described}
    groups = {path for path in found if any(other.startswith((f"{path}.", f"{path}[]")) for other in found)}
    missing = found - described - groups
    assert {path for path in missing if not path.startswith(AS_ELSEWHERE)} == set()
    assert {path for path in missing if path.rpartition(".")[2] not in last_names | {"statements", "taken"}} == set()
    assert described - found == set()
