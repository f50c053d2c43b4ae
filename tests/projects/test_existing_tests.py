"""`generate` in projects that have tests: only what they do not do is written, and nothing that is wrong with them hurts."""

from __future__ import annotations

import re

import pytest

CODE = """
    def sign(number: int) -> str:
        if number < 0:
            return "negative"
        if number == 0:
            return "zero"
        return "positive"

    def unlocked(word: str) -> bool:
        if word == "xyzzy-plugh-" + str(len(word)):
            return True
        return False
    """
SIGN_TESTS = """
    import pytest
    from calc import sign

    class TestSign:
        @pytest.mark.parametrize("number", [-1, 0])
        def test_it(self, number, words):
            assert sign(number) == words[number]
    """
CONFTEST = """
    import pytest

    @pytest.fixture
    def words():
        return {-1: "negative", 0: "zero", 1: "positive"}
    """
WORK = ("--max-executions", "300", "--no-private")
EXISTING = {"calc.py": CODE, "tests/conftest.py": CONFTEST, "tests/test_sign.py": SIGN_TESTS}


def proofs(text: str) -> list[str]:
    return re.findall(r"# proof: (.*)", text)


def test_what_the_tests_do_is_not_done_again(make_project):
    project = make_project(EXISTING)
    done = project.run("generate", "calc:sign", *WORK, "--json")
    (module,) = done.document["modules"]
    text = project.read("tests/test_calc_sign.py")
    assert "positive" in text
    assert "negative" not in text
    assert module["kept"] == 1
    assert "class TestSign:\n    # proof: " in text
    assert [proof.partition(" · catches")[0] for proof in proofs(text)] == ["5/5 runs · 1 new line, 1 new branch"]
    assert done.document["existing"]["passed"] == 2
    assert module["after"] > module["before"] > 50
    assert project.pytest().code == 0

    everything = project.run("generate", "calc:sign", *WORK, "--json", "--ignore-existing", "--diff")
    assert everything.document["modules"][0]["kept"] == 3
    assert everything.document["existing"]["passed"] == 0


def test_where_nothing_is_missing_nothing_is_written_and_that_is_well(make_project):
    tests = EXISTING["tests/test_sign.py"].replace("[-1, 0]", "[-1, 0, 1]")
    project = make_project({**EXISTING, "calc.py": CODE.partition("def unlocked")[0], "tests/test_sign.py": tests})
    done = project.run("generate", "calc.py", *WORK, "--json")
    (module,) = done.document["modules"]
    assert (done.code, module["kept"], module["problem"]) == (0, 0, None)
    assert module["before"] == module["after"] == 100
    assert "reach all that was found" in done.err
    assert project.files() == ["tests/test_sign.py"]


def test_values_of_the_tests_lead_further(make_project):
    """No other source gives that text; the existing test passes it on but to another function."""
    code = """
        KEY = bytes(n ^ 5 for n in (125, 124, 127, 127, 124))

        def accept(word: str) -> bool:
            return bool(word)

        def unlock(word: str) -> str:
            if bytes(ord(c) & 127 for c in word) == KEY:
                return "open"
            return "shut"
        """
    tests = 'from calc import accept\n\ndef test_accept():\n    assert accept("xyzzy")\n'
    project = make_project({"calc.py": code, "tests/test_accept.py": tests})
    assert project.run("generate", "calc.py", *WORK).code == 0
    text = project.read("tests/test_calc.py")
    assert '"xyzzy"' in text
    assert "accept(" not in text


def test_our_own_tests_are_made_anew_and_those_that_somebody_edited_count(make_project):
    project = make_project({"calc.py": CODE})
    assert project.run("generate", "calc.py", *WORK).code == 0
    first = project.read("tests/test_calc.py")
    assert project.run("generate", "calc.py", *WORK).code == 0
    assert project.read("tests/test_calc.py") == first

    (project.root / "tests/test_calc.py").write_text(first + "\n# mine now\n", encoding="utf-8")
    done = project.run("generate", "calc.py", *WORK, "--json")
    assert done.document["modules"][0]["kept"] == 0
    assert done.document["existing"]["passed"] > 0
    assert project.files() == ["tests/test_calc.py"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"tests/test_bad.py": "import calc\nimport nowhere_at_all\n"}, "cannot be collected", id="import"),
        pytest.param(
            {"tests/test_bad.py": "import calc\ndef test_a():\n    assert calc.sign(1) == 'other'\n"},
            "do not pass here",
            id="failing",
        ),
        pytest.param(
            {
                "tests/test_net.py": "import calc, socket\ndef test_a():\n    socket.create_connection(('a.example', 80))\n"
            },
            "do not pass here",
            id="network",
        ),
        pytest.param(
            {"conftest.py": "raise RuntimeError('broken')\n", "tests/test_a.py": "import calc\ndef test_a(): pass\n"},
            "broken",
            id="conftest",
        ),
        pytest.param({"tests/test_other.py": "def test_a():\n    assert False\n"}, "", id="not of this module"),
    ],
)
def test_tests_that_are_no_help_are_no_harm(make_project, files, words):
    project = make_project({"calc.py": CODE, **files})
    done = project.run("generate", "calc:sign", *WORK, "--json")
    (module,) = done.document["modules"]
    assert done.code == 0
    assert module["kept"] == 3
    notes = done.document["existing"]["notes"]
    assert words in " ".join(notes)
    assert bool(notes) == bool(words)
    assert all(f"note: {note}" in done.err for note in notes)


def test_a_suite_without_end_is_stopped_and_what_passed_before_counts(make_project):
    tests = 'from calc import sign\n\ndef test_a():\n    assert sign(-1) == "negative"\n\ndef test_b():\n    while True: pass\n'
    project = make_project({"calc.py": CODE, "tests/test_sign.py": tests})
    done = project.run("generate", "calc:sign", *WORK, "--no-mutants", "--existing-seconds", "3", "--json")
    assert "stopped after 3 s: 1 of 2 were run" in done.err
    assert done.document["modules"][0]["kept"] == 2


def test_one_run_serves_all_modules(make_project):
    files = {f"shop/{name}.py": CODE.replace("sign", name) for name in ("one", "two")}
    tests = "import shop.one, shop.two\n\ndef test_both():\n    assert shop.one.one(-1) == shop.two.two(-1)\n"
    project = make_project({**files, "shop/__init__.py": "", "tests/test_both.py": tests})
    done = project.run("generate", *WORK, "--json", "--diff")
    assert done.err.count("running the project's own tests once") == 1
    assert all(module["before"] > 25 for module in done.document["modules"] if module["kept"])


def test_ctrl_c_while_they_run_ends_it_all(make_project):
    tests = "import time\nimport calc\n\ndef test_a():\n    time.sleep(100)\n"
    project = make_project({"calc.py": CODE, "tests/test_slow.py": tests})
    stopped = project.interrupt("generate", "calc.py", *WORK, "--json", after="running the project's own tests")
    assert stopped.code == 130
    assert stopped.document["modules"] == []
    assert project.files() == ["tests/test_slow.py"]


WAITING = """
    import asyncio

    async def fetch(name: str) -> str:
        if not name:
            raise ValueError("a name is needed")
        await asyncio.sleep(0.01)
        return name.title()

    async def count(words: list[str]) -> int:
        return len(words) * 2
    """


@pytest.mark.parametrize(("mode", "mark"), [("auto", ""), ("strict", "@pytest.mark.asyncio\n")])
def test_async_tests_are_written_for_the_plugin_that_runs_those_of_the_project(make_project, mode, mark):
    pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
    settings = f'[tool.pytest.ini_options]\nasyncio_mode = "{mode}"\npythonpath = ["."]\n'
    tests = f"import pytest\nfrom waiting import count\n\n{mark}async def test_count():\n    assert await count([]) == 0\n"
    files = {"waiting.py": WAITING, "pyproject.toml": settings, "tests/test_count.py": tests}
    project = make_project(files)
    done = project.run("generate", "waiting.py", *WORK, "--json")
    text = project.read("tests/test_waiting.py")
    assert f"\n{mark}async def test_fetch():\n    assert await fetch(" in text
    assert "asyncio.run" not in text
    assert bool(mark) == ("mark.asyncio" in text)
    assert all(proof.startswith("5/5 runs") and "catches" in proof for proof in proofs(text))
    assert done.document["modules"][0]["kept"] >= 2
    assert project.pytest().code == 0

    alone = project.run("generate", "waiting.py", *WORK, "--ignore-existing", "--diff")
    assert "asyncio.run(fetch(" in alone.out
