"""Tests of some functions alone stand beside those of the whole module, and take nothing from them."""

from __future__ import annotations

SOURCE = """
    def sign(number: int) -> str:
        return "negative" if number < 0 else "other"

    def twice(number: int) -> int:
        return 2 * number
    """
WORK = ("--max-executions", "200")


def test_one_function_never_costs_the_tests_of_the_others(make_project):
    project = make_project({"calc.py": SOURCE})
    assert project.run("generate", "calc.py", *WORK).code == 0
    whole = project.read("tests/test_calc.py")
    assert "sign(" in whole
    assert "twice(" in whole

    done = project.run("generate", "calc:sign", *WORK)
    assert done.code == 0, done.err
    assert project.files() == ["tests/test_calc.py", "tests/test_calc_sign.py"]
    assert project.read("tests/test_calc.py") == whole
    assert "twice" not in project.read("tests/test_calc_sign.py")
    assert project.pytest().code == 0


def test_nothing_is_said_of_what_other_functions_leave_uncovered(make_project):
    project = make_project({"calc.py": SOURCE})
    [alone] = project.run("generate", "calc:sign", *WORK, "--json").document["modules"]
    assert alone["after"] < 100
    assert alone["uncovered"] == []
