"""Code that needs something from outside gets tests that a person would write.

`collaborators/test_office.py` shows them; `UPDATE_GOLDEN=1 pytest tests/projects/test_collaborators.py` writes it anew.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

from testwright.execute.assertions import count_assertions

HERE = Path(__file__).parent / "collaborators"
OFFICE = (HERE / "office.py").read_text(encoding="utf-8")
GOLDEN = HERE / "test_office.py"
NEEDS = {
    "count_words": "tmp_path",
    "database_url": "monkeypatch.setenv",
    "greeting": "datetime_fixed_at(",
    "draw_prize": "Random(",
    "fetch_price": "urlopen.assert_called_once_with",
    "add_note": 'connect(":memory:")',
    "current_branch": "run.assert_called_once_with",
    "check_stock": "caplog.messages",
    "send_welcome": "send_message.assert_called_once_with",
    "cache": "office.time.time",
    "drain": ".put(",
    "close_account": "find_email.assert_called_once_with",
}
"""Each function, and how a test of it meets what it needs."""


def functions_testing(source: str, name: str) -> list[str]:
    """The source of the tests of one function."""
    tree = ast.parse(source)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith(f"test_{name}")]
    return [ast.get_source_segment(source, node) or "" for node in found]


def met(source: str) -> set[str]:
    """The functions that have a test which asserts something, and one that meets their need as a person would."""
    counts = count_assertions(source)
    return {
        name
        for name, need in NEEDS.items()
        if any(need in test for test in functions_testing(source, name))
        and all(counts[test.split("(")[0].removeprefix("def ")] for test in functions_testing(source, name))
    }


def test_at_least_eleven_of_twelve_get_what_they_need(make_project):
    project = make_project({"office.py": OFFICE})
    done = project.run("generate", "office.py", "--seed", "1", "--max-executions", "4000", "--json")
    assert done.code == 0, done.err
    source = project.read("tests/test_office.py")
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(source, encoding="utf-8")
    assert len(met(source)) >= 11, set(NEEDS) - met(source)
    assert done.document["modules"][0]["after"] > 95
    assert project.pytest().code == 0
    settings = {"DATABASE_URL": "elsewhere", "APP_MODE": "production"}
    project.environment.update(settings)
    assert project.pytest().code == 0, "the tests depend on the environment that they are run in"


def test_without_patching_most_go_without(make_project):
    project = make_project({"office.py": OFFICE})
    done = project.run("generate", "office.py", "--max-executions", "1500", "--without", "patching", "--json")
    assert done.code == 0, done.err
    assert "monkeypatch.set" not in project.read("tests/test_office.py")


def test_the_file_that_is_shown_is_true(make_project):
    project = make_project({"office.py": OFFICE, "tests/test_office.py": GOLDEN.read_text(encoding="utf-8")})
    assert project.pytest().code == 0
    assert len(met(GOLDEN.read_text(encoding="utf-8"))) >= 11
