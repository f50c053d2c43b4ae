"""`generate` in projects that have tests: only what they do not do is written, and nothing that is wrong with them hurts."""

from __future__ import annotations

import re
from textwrap import dedent

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

        def accept(word: str) -> str:
            return word

        def unlock(word: str) -> str:
            if bytes(ord(c) & 127 for c in word) == KEY:
                return "open"
            return "shut"
        """
    tests = 'from calc import accept\n\ndef test_accept():\n    assert accept("xyzzy") == "xyzzy"\n'
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
    tests = (
        "import time\nfrom calc import sign\n\ndef test_a():\n    assert sign(-1) == 'negative'\n\n"
        "def test_b():\n    time.sleep(600)\n"
    )
    project = make_project({"calc.py": CODE, "tests/test_sign.py": tests})
    done = project.run("generate", "calc:sign", *WORK, "--no-mutants", "--existing-seconds", "15", "--json")
    assert "stopped after 15 s: 1 of 2 were run" in done.err
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


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(("mode", "mark"), [("auto", ""), ("strict", "@pytest.mark.asyncio\n")])
def test_async_tests_are_written_for_the_plugin_that_runs_those_of_the_project(make_project, mode, mark):
    pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
    settings = f'[tool.pytest.ini_options]\nasyncio_mode = "{mode}"\npythonpath = ["."]\n'
    tests = (
        f"import pytest\nfrom waiting import count\n\n{mark}async def test_count():\n    assert await count([]) == 0\n"
    )
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


SHOP = """
    from pathlib import Path

    class Basket:
        def __init__(self, owner: str) -> None:
            self.owner = owner
            self.prices: list[int] = []

        def add(self, price: int) -> None:
            self.prices.append(price)

    def shipping(basket: Basket) -> int:
        if sum(basket.prices) > 100:
            return 0
        return 5

    class Rates:
        def __init__(self, **known: int) -> None:
            self.known = known

    def rated(rates, name: str) -> str:
        if name not in rates.known:
            return "unknown"
        return "rated " + str(rates.known[name])

    def settings(config_file: Path) -> dict[str, str]:
        lines = config_file.read_text().splitlines()
        return dict(line.split(" = ") for line in lines)

    def seen(basket: Basket) -> str:
        return basket.owner
    """
SHOP_CONFTEST = """
    import pytest
    from shop import Basket, Rates

    @pytest.fixture
    def rates():
        return Rates(EUR=1, USD=2, GBP=3)

    @pytest.fixture
    def full_basket():
        basket = Basket("Ann")
        basket.add(70)
        basket.add(50)
        yield basket
        basket.prices.clear()

    @pytest.fixture
    def config_file(tmp_path):
        path = tmp_path / "shop.ini"
        path.write_text("currency = EUR")
        return path
    """
SHOP_TESTS = """
    from shop import seen

    def test_fixtures(rates, full_basket, config_file):
        assert rates.known and config_file.exists()
        assert seen(full_basket) == "Ann"
    """
TAKING = {"shop.py": SHOP, "tests/conftest.py": SHOP_CONFTEST, "tests/test_seen.py": SHOP_TESTS}


def test_fixtures_are_taken_by_name_and_by_class(make_project):
    project = make_project({**TAKING, "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n'})
    done = project.run("generate", "shop.py", *WORK, "--json")
    text = project.read("tests/test_shop.py")
    assert "def test_shipping(full_basket):\n    assert shipping(full_basket) == 0\n" in text
    assert re.search(r"def test_rated\w*\((name, expected, )?rates\):\n    assert rated\(rates, ", text)
    assert 'def test_settings(config_file):\n    assert settings(config_file) == {"currency": "EUR"}\n' in text
    assert all(proof.startswith("5/5 runs") for proof in proofs(text))
    taking = [
        proof
        for proof, takes in re.findall(r"# proof: (.*)\n(?:@.*\n(?:.*\n)*?\)\n)?def (.*)", text)
        if "full_basket" in takes
    ]
    assert taking
    assert all("catches" in proof for proof in taking)
    assert done.document["modules"][0]["after"] == 100
    assert done.document["modules"][0]["rejected"] == []
    assert project.pytest().code == 0

    for option in (["--ignore-existing"], ["--without", "fixtures"]):
        without = project.run("generate", "shop.py", *WORK, "--no-mutants", "--diff", *option).out
        assert "full_basket" not in re.sub(r"(?m)^-.*", "", without)

    project.write("tests/conftest.py", SHOP_CONFTEST.replace("50", "5"))
    project.run("generate", "shop.py", *WORK, "--no-mutants", "--resume")
    assert "assert shipping(full_basket) == 0" not in project.read("tests/test_shop.py")
    assert project.pytest().code == 0


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(
            'import os\n\nif os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):\n    raise RuntimeError("nowhere but at home")\n',
            id="conftest",
        ),
        pytest.param(
            "import pathlib\n\nDATA = pathlib.Path(__file__).with_name('data.txt').read_text()\n", id="a file beside it"
        ),
    ],
)
def test_fixtures_that_work_in_the_project_alone_cost_no_test(make_project, spoilt):
    conftest = f"{spoilt}\n{dedent(SHOP_CONFTEST)}"
    project = make_project({**TAKING, "tests/conftest.py": conftest, "tests/data.txt": "abc"})
    done = project.run("generate", "shop.py", *WORK, "--no-mutants", "--json")
    (module,) = done.document["modules"]
    assert "fixtures that do not work in the sandbox are not used" in done.err
    without = project.run("generate", "shop.py", *WORK, "--no-mutants", "--json", "--diff", "--without", "fixtures")
    assert (module["kept"], module["after"]) == tuple(without.document["modules"][0][key] for key in ("kept", "after"))
    assert module["kept"] > 3
    assert not re.search(r"def test_.*(full_basket|config_file)\)", project.read("tests/test_shop.py"))


def test_modules_that_take_fixtures_are_proven_together(make_project):
    other = SHOP.replace("def shipping", "def postage")
    conftest = SHOP_CONFTEST.replace("    from shop import Basket\n", "    from shop import Basket\n    import post\n")
    settings = '[tool.pytest.ini_options]\npythonpath = ["."]\n'
    project = make_project({**TAKING, "post.py": other, "tests/conftest.py": conftest, "pyproject.toml": settings})
    done = project.run("generate", "shop:rated", "post:rated", *WORK, "--no-mutants", "--json")
    assert "proving 2 files of tests together" in done.err
    assert [module["kept"] > 0 for module in done.document["modules"]] == [True, True]
    for name in ("shop", "post"):
        assert "    assert rated(rates, " in project.read(f"tests/test_{name}_rated.py")
    assert project.pytest().code == 0
