"""What the tests of one module leave behind must not fail those of another, in the run that a user makes."""

from __future__ import annotations

import json

WORK = ("--max-executions", "300")
STATEFUL = {
    "store.py": "KEPT = []\n",
    "keeping.py": """
        import store


        def keep(text: str) -> str:
            store.KEPT.append(text)
            return text.upper()
        """,
    "telling.py": """
        import store


        def how_many() -> int:
            return len(store.KEPT)


        def plural(count: int) -> str:
            return "one" if count == 1 else "many"
        """,
}


def test_tests_that_only_pass_alone_are_dropped_and_the_others_stay(make_project):
    project = make_project(STATEFUL)
    done = project.run("generate", "keeping.py", "telling.py", *WORK, "--json")
    assert done.code == 0, done.err
    told = next(m for m in done.document["modules"] if m["module"] == "telling")
    assert [r["slug"] for r in told["rejected"] if r["node"].startswith("test_how_many")] == ["passes-every-time"]
    assert "beside the tests of other files" in str(told["rejected"])
    assert "test_plural" in project.read("tests/test_telling.py")
    assert "how_many" not in project.read("tests/test_telling.py")
    assert project.pytest().code == 0


def test_a_module_alone_keeps_them(make_project):
    project = make_project(STATEFUL)
    assert project.run("generate", "telling.py", *WORK).code == 0
    assert "how_many() == 0" in project.read("tests/test_telling.py")


def test_resuming_gives_the_same(make_project):
    project = make_project(STATEFUL)
    arguments = ("generate", "keeping.py", "telling.py", *WORK)
    assert project.run(*arguments).code == 0
    first = [project.read(path) for path in project.files()]
    assert project.run(*arguments, "--resume").code == 0
    assert [project.read(path) for path in project.files()] == first


TELLING = """
    import hashlib

    import store


    def how_many() -> int:
        return len(store.KEPT)


    def tell(word: str) -> str:
        digest = hashlib.sha256(word.encode()).hexdigest()
        if digest.startswith("d0c04f4b"):
            return f"open {len(store.KEPT)}"
        if digest.startswith("%s"):
            return "ajar"
        return "shut"
    """
WHOLE = """```python
from telling import tell

def test_open(length):
    assert tell("sesame sesame"[:length]) == "open 0"

def test_ajar():
    assert tell("adz") == "ajar"
```"""


def test_whole_tests_of_a_model_are_proven_beside_all_others_too(make_project):
    lines = [
        {"when": "You choose inputs", "text": "I do not know.", "again": True},
        {"when": "def tell", "text": WHOLE, "again": True},
        {"text": "No more.", "again": True},
    ]
    project = make_project(
        {
            **STATEFUL,
            "telling.py": TELLING % "474177c9",
            "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef length():\n    return 6\n",
            "tests/test_length.py": "import telling\n\n\ndef test_length(length):\n    assert length == 6\n",
            "replies.jsonl": "".join(json.dumps(line) + "\n" for line in lines),
        }
    )
    work = (*WORK, "--no-mutants", "--model", "scripted:replies.jsonl", "--json")
    alone = project.run("generate", "telling.py", *work)
    assert alone.code == 0, alone.err
    assert 'def test_open(length):\n    assert tell("sesame sesame"[:length]) == "open 0"' in project.read(
        "tests/test_telling_model.py"
    )
    [module] = alone.document["modules"]
    assert (module["after"], module["model"]["gained"]["tests"]) == (100.0, 2)

    arguments = ("generate", "keeping.py", "telling.py", *work)
    done = project.run(*arguments)
    assert done.code == 0, done.err
    told = next(m for m in done.document["modules"] if m["module"] == "telling")
    [fallen] = [each for each in told["rejected"] if each["node"] == "test_open"]
    assert fallen["slug"] == "passes-every-time"
    assert "beside the tests of other files" in fallen["reason"]
    written = project.read("tests/test_telling_model.py")
    assert "def test_ajar" in written
    assert "def test_open" not in written
    assert project.pytest().code == 0

    model = told["model"]
    assert list(model["tests"]) == ["test_ajar"]
    assert told["kept"] == len(told["tests"]) + 1
    assert [each["lines"] for each in told["uncovered"]] == ["7", "13"]
    assert model["engine_and_model"]["percent"] == told["after"] < 100
    assert (model["gained"]["tests"], model["gained"]["branches"]) == (1, 1)
    assert model["engine"]["tests"] == len(told["tests"]) < module["model"]["engine"]["tests"]
    assert json.loads(project.read(".testwright/evidence.json"))["tests"].keys() >= {
        "tests/test_telling_model.py::test_ajar"
    }
    assert "tests/test_telling_model.py::test_open" not in project.read(".testwright/evidence.json")

    first = {path: project.read(path) for path in project.files()}
    assert project.run(*arguments, "--resume").code == 0
    assert {path: project.read(path) for path in project.files()} == first


def test_a_test_after_which_pytest_does_not_end_is_found_and_dropped(make_project):
    source = """
        import atexit
        import os


        def leave(text: str) -> str:
            atexit.register(os._exit, 3)
            return text.upper()


        def sign(number: int) -> str:
            return "negative" if number < 0 else "positive"


        def plural(count: int) -> str:
            return "one" if count == 1 else "many"
        """
    project = make_project({"leaving.py": source})
    assert project.run("generate", *WORK).code == 0
    written = project.read("tests/test_leaving.py")
    assert "leave" not in written
    assert "sign(" in written
    assert "plural(" in written
    assert project.pytest().code == 0


def test_classes_that_pytest_would_collect_are_reached_through_their_module(make_project):
    source = """
        import unittest


        class Rules(unittest.TestCase):
            def __init__(self, name: str = "runTest", limit: int = 3) -> None:
                super().__init__(name)
                self.limit = limit

            def runTest(self) -> None:
                self.fail("is only run where it is configured")

            def allows(self, number: int) -> bool:
                return number <= self.limit


        def plural(count: int) -> str:
            return "one" if count == 1 else "many"
        """
    project = make_project({"rules.py": source})
    assert project.run("generate", *WORK).code == 0
    written = project.read("tests/test_rules.py")
    assert "rules_module.Rules(" in written
    assert "plural(" in written
    assert project.pytest().code == 0
