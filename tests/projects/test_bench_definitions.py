"""`bench new` and `bench validate`, as their user calls them."""

from __future__ import annotations

import re

import pytest

BROKEN = """
    [code_generation]
    name = "find_middle"
    contributor = ""
    criteria = ["parsed", "passed_unittests"]
    prompt = "Write `find`."
    version = "1.0"
    examples = []
    unit_tests = ["@test find_middle([1]) == 1"]
    imports = []
    difficult = "hard"
"""
LEAKING = """
    [code_generation]
    language = "python"
    name = "{name}"
    contributor = "us"
    criteria = ["parsed", "executed", "passed_unit_tests"]
    prompt = "Write a function `{name}(n)` that doubles a number."
    version = "1.0"
    examples = []
    unit_tests = ["assert {name}(0) == 0", "assert {name}(0)  == 0"]
    imports = []
    reference_solution = "def {name}(n): return n * 2"
    wrong_solutions = ["def {name}(n): return n * 3"]
"""


@pytest.mark.parametrize(
    ("options", "folder"),
    [
        (["--category", "shop"], "code_generation/shop/cheapest"),
        (["--category", "shop", "--language", "julia"], "code_generation/shop/cheapest"),
        (["--category", "my-modules", "--kind", "test_generation"], "test_generation/my-modules/cheapest"),
    ],
)
def test_a_new_definition_has_nothing_wrong_and_is_not_written_over(make_project, options, folder):
    project = make_project({})
    made = project.run("bench", "new", "cheapest", *options, "-o", "my definitions")
    path = f"my definitions/{folder}/definition.toml"
    assert (made.code, made.out) == (0, path + "\n")
    assert f"testwright bench validate 'my definitions/{folder}/definition.toml'" in made.err
    text = project.read(path)
    assert project.run("bench", "new", "cheapest", *options, "-o", "my definitions").refused("definition-exists")
    assert project.read(path) == text
    validated = project.run("bench", "validate", "my definitions", "--no-run")
    assert (validated.code, validated.err) == (0, "")
    assert validated.out == f"ok     {path}\n1 definition: 1 ok, 0 unfit\n"


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (["a b", "--category", "c"], "bad-value"),
        (["class", "--category", "c"], "bad-value"),
        (["a", "--category", "../c"], "bad-value"),
        (["a", "--category", "c", "--kind", "test_generation", "--language", "julia"], "bad-usage"),
        (["json", "--category", "c", "--kind", "test_generation"], "definition-invalid"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_written(make_project, arguments, slug):
    project = make_project({})
    project.run("bench", "new", *arguments).refused(slug)
    assert project.files("**/definition.toml") == []


def test_all_problems_of_all_files_are_told_with_file_and_key(make_project):
    project = make_project({"set/find_middle/definition.toml": BROKEN, "set/other/definition.toml": "[code_generaton]"})
    project.write("set/double/definition.toml", LEAKING.format(name="triple"))
    done = project.run("bench", "validate", "set", "--no-run")
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "unfit  set/double/definition.toml",
        "       error: name: 'triple' is in a folder 'double'; they are to be the same [folder-name]",
        "       error: unit_tests[2]: this is the same as unit_tests[1] [duplicate]",
        "unfit  set/find_middle/definition.toml",
        "       warning: difficult: unknown key; did you mean 'difficulty'? [unknown-key]",
        "       error: reference_solution: this key is missing [missing-key]",
        "       error: contributor: this is empty [schema]",
        "       error: criteria[2]: 'passed_unittests' is none of parsed, executed, passed_unit_tests, executed_examples; "
        "did you mean 'passed_unit_tests'? [schema]",
        "unfit  set/other/definition.toml",
        "       error: code_generaton: there is no table [code_generaton]; did you mean 'code_generation'? [unknown-table]",
        "       error: there is neither [code_generation] nor [test_generation] [no-table]",
        "3 definitions: 0 ok, 3 unfit",
    ]
    document = project.run("bench", "validate", "set/find_middle", "--no-run", "--json").document
    assert (document["schema"], document["exit_code"]) == (1, 1)
    (definition,) = document["definitions"]
    assert definition["path"] == "set/find_middle/definition.toml"
    assert {"check": "schema", "level": "error", "key": "contributor", "message": "this is empty"} in definition[
        "findings"
    ]


def test_what_is_not_there_is_refused(make_project):
    project = make_project({"set/definition.toml": BROKEN})
    project.run("bench", "validate", "sett").refused("no-definitions")
    project.run("bench", "validate", "pyproject.toml", "--no-run")
    project.run("bench", "validate", "set", "--julia", "no-such-julia").refused("julia-not-found")
    project.run("bench", "validate", "set", "--python", "no-such-python").refused("python-not-found")


# ── by running them ──────────────────────────────────────────────────────────────────────────────────────────────────

FAULTY = """
    [code_generation]
    language = "python"
    name = "twice"
    contributor = "us"
    criteria = ["parsed", "executed", "passed_unit_tests", "executed_examples"]
    prompt = "Write a function `twice(n)` that doubles a number."
    version = "1.0"
    examples = ["twice(2)", "twice('a') + 1"]
    unit_tests = ["assert twice(0) == 0", "twice(1)"]
    imports = []
    reference_solution = "def twice(n): return n * 2"
"""
WEAK = """
    [code_generation]
    language = "python"
    name = "weak"
    contributor = "us"
    criteria = ["parsed", "executed", "passed_unit_tests"]
    prompt = "Write a function `weak(n)` that doubles a number."
    version = "1.0"
    examples = []
    unit_tests = ["seen = weak(0)\\nassert seen == 0", "assert seen == 0 == weak(0)"]
    unit_tests_teardown = "assert seen == 0"
    imports = []
    isolation = "shared"
    reference_solution = "def weak(n): return n * 2 if n > 0 else n + n"
    wrong_solutions = ["def weak(n): return n", "def weak(n): return 1"]
"""


@pytest.fixture
def evaluator():
    from testwright.bench.evaluating.answers import EvaluatorSettings, evaluate_answers

    try:
        evaluate_answers([], EvaluatorSettings("python"), told=lambda number, judged: None)
    except NotImplementedError:
        pytest.skip("SKIPPED FOR WANT OF AN EVALUATOR: nothing can be run yet")


@pytest.mark.usefixtures("evaluator")
def test_a_new_definition_passes_when_it_is_run(make_project):
    project = make_project({})
    project.run("bench", "new", "cheapest", "--category", "shop")
    done = project.run("bench", "validate", ".", "--bugs", "8", "--json")
    assert (done.code, done.document["definitions"][0]["findings"]) == (0, []), done.err
    assert done.document["definitions"][0]["not_run"] == ""
    assert done.document["definitions"][0]["planted_bugs"]["planted"] == 8


@pytest.mark.usefixtures("evaluator")
def test_what_only_running_tells_is_told(make_project):
    project = make_project({"twice/definition.toml": FAULTY, "weak/definition.toml": WEAK})
    done = project.run("bench", "validate", ".", "--json")
    found = {
        definition["name"]: {(each["check"], each["key"]) for each in definition["findings"]}
        for definition in done.document["definitions"]
    }
    assert done.code == 1
    assert found == {
        "twice": {("reference-fails", "examples[2]"), ("vacuous", "unit_tests[2]")},
        "weak": {
            ("depends-on-others", "unit_tests[2]"),
            ("teardown", "unit_tests_teardown"),
            ("wrong-solution-passes", "wrong_solutions[1]"),
            ("bugs-pass", "unit_tests"),
        },
    }


@pytest.mark.usefixtures("evaluator")
def test_the_worked_example_of_the_page_runs(make_project, checkout):
    page = (checkout / "docs/how-to/write-a-definition.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    project = make_project({})
    project.write("make.py", code)
    done = project.python("make.py")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert project.files("**/definition.toml") == ["definitions/code_generation/lists/longest_run/definition.toml"]
