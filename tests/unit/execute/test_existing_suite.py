"""Real suites, run once in a real worker: what they execute, what they pass on, and what goes wrong with them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from testwright.execute.existing_suite import existing_kills, run_existing_suite
from testwright.inside.recipes import Call, Const, Fixture, Name, Sequence, to_plain
from testwright.nouns import ExistingTests, ProjectFixture, Style, Target

CODE = """
    class Cart:
        def __init__(self, owner):
            self.owner = owner

        def total(self, prices, *more, discount=0):
            if discount:
                return sum(prices) - discount
            return sum(prices)

    def greeting(name):
        if name == "":
            return "Hello"
        return "Hello " + name
    """
TESTS = """
    import pytest
    from shop import Cart, greeting

    @pytest.fixture
    def prices():
        return [1, 2]

    @pytest.fixture
    def cart():
        return Cart("Bob")

    def test_owner(cart):
        assert cart.owner == "Bob"

    @pytest.fixture
    def place(tmp_path):
        return tmp_path

    def test_total(prices):
        assert Cart("Ann").total(prices, 7) == 3

    def test_fails():
        assert greeting("") == "Goodbye"

    def test_greeting(place):
        assert greeting("Bob") == "Hello Bob"
        assert greeting(str(place)) != ""
        assert greeting(Local("x")) == "Hello x"

    class Local(str):
        pass
    """


def existing(
    folder: Path, files: Mapping[str, str], *, seconds: float = 60.0, left_out: tuple[str, ...] = ()
) -> tuple[ExistingTests, Target]:
    root = folder.resolve() / "project"
    for name, text in {"shop.py": CODE, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text))
    scratch = folder / "scratch"
    scratch.mkdir()
    target = Target("shop", str(root / "shop.py"), (str(root),))
    found = run_existing_suite(
        [target],
        root=root,
        python=sys.executable,
        tests=(),
        left_out=[str(root / name) for name in left_out],
        seconds=seconds,
        scratch=scratch,
    )
    return found, target


def lines(found: ExistingTests, target: Target) -> set[int]:
    return {line for arc in found.arcs_of(target.source) for line in arc if line > 0}


def calls(found: ExistingTests, target: Target, function: str) -> list[dict[str, Any]]:
    return [call for call in found.seeds_of(target.source)["calls"] if call["function"] == function]


def test_what_passing_tests_execute_is_known_and_what_failing_ones_do_is_not(tmp_path: Path) -> None:
    found, target = existing(tmp_path, {"tests/test_shop.py": TESTS})
    assert found.passed == 3
    assert {4, 9, 14} <= lines(found, target)
    assert not {8, 13} & lines(found, target)
    assert found.tested_by[target.source] == (str(Path(target.source).parent / "tests/test_shop.py"),)
    (notice,) = found.notices
    assert "1 test of the project" in notice
    assert "test_fails" in notice


def test_calls_are_recorded_with_the_instance_and_without_what_only_the_tests_have(tmp_path: Path) -> None:
    found, target = existing(tmp_path, {"tests/test_shop.py": TESTS})
    (total,) = calls(found, target, "Cart.total")
    assert total["arguments"]["prices"] == to_plain(Sequence("list", (Const(1), Const(2))))
    assert total["arguments"]["discount"] == to_plain(Const(0))
    assert total["rest"] == [to_plain(Const(7))]
    assert total["arguments"]["self"] == to_plain(Call(Name("shop", "Cart"), (Const("Ann"),)))
    names = [call["arguments"]["name"] for call in calls(found, target, "greeting")]
    assert names == [to_plain(Const("")), to_plain(Const("Bob")), None]


def test_values_of_fixtures_are_known_by_name(tmp_path: Path) -> None:
    found, _ = existing(tmp_path, {"tests/test_shop.py": TESTS})
    assert found.values == {
        "prices": (to_plain(Sequence("list", (Const(1), Const(2)))),),
        "cart": (to_plain(Call(Name("shop", "Cart"), (Const("Bob"),))),),
    }


def test_a_test_that_traces_by_itself_does_not_blind_us_for_later_ones(tmp_path: Path) -> None:
    tests = "import sys\nimport shop\ndef test_a(): sys.settrace(None)\ndef test_b(): shop.greeting('')\n"
    found, target = existing(tmp_path, {"test_it.py": tests})
    assert 13 in lines(found, target)


@pytest.mark.parametrize(
    ("tests", "style"),
    [
        pytest.param("def test_a(): pass", Style(), id="functions"),
        pytest.param("class TestA:\n    def test_a(self): pass\n", Style(classes=True), id="classes"),
        pytest.param(
            "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n",
            Style(unittest=True),
            id="unittest",
        ),
    ],
)
def test_the_style_is_that_of_most_tests(tmp_path: Path, tests: str, style: Style) -> None:
    assert existing(tmp_path, {"test_it.py": tests})[0].style == style


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.skipif(importlib.util.find_spec("pytest_asyncio") is None, reason="pytest-asyncio is not installed")
def test_the_mode_of_pytest_asyncio_is_part_of_the_style(tmp_path: Path) -> None:
    files = {"pytest.ini": "[pytest]\nasyncio_mode = auto\n", "test_it.py": "async def test_a(): pass\n"}
    assert existing(tmp_path, files)[0].style.asyncio == "auto"


def test_a_file_that_cannot_be_collected_costs_itself_alone(tmp_path: Path) -> None:
    files = {
        "test_bad.py": "import not_there_at_all\n",
        "test_good.py": "import shop\ndef test_a(): shop.greeting('')\n",
    }
    found, target = existing(tmp_path, files)
    assert found.passed == 1
    assert 13 in lines(found, target)
    assert "1 test file of the project cannot be collected" in found.notices[0]


def test_a_file_that_is_left_out_is_not_even_imported(tmp_path: Path) -> None:
    files = {
        "test_bad.py": "import not_there_at_all\n",
        "conftest.py": "def pytest_ignore_collect():\n    return False\n",
    }
    found, _ = existing(tmp_path, files, left_out=("test_bad.py",))
    assert found.notices == ()


def test_what_passed_before_the_time_was_over_counts(tmp_path: Path) -> None:
    tests = "import shop, time\ndef test_a(): shop.greeting('')\ndef test_b(): time.sleep(600)\n"
    found, target = existing(tmp_path, {"test_it.py": tests}, seconds=15.0)
    assert 13 in lines(found, target)
    assert "stopped after 15 s: 1 of 2 were run, at test_it.py::test_b" in found.notices[0]


@pytest.mark.parametrize("conftest", ["raise RuntimeError('no way')", "import os\nos._exit(3)"])
def test_a_suite_that_cannot_be_run_at_all_is_only_told(tmp_path: Path, conftest: str) -> None:
    found, target = existing(tmp_path, {"conftest.py": conftest, "test_it.py": "def test_a(): pass\n"})
    assert (found.passed, found.arcs_of(target.source)) == (0, frozenset())
    assert "did not come to their end" in found.notices[0]


def test_a_project_without_tests_costs_nothing(tmp_path: Path) -> None:
    found, _ = existing(tmp_path, {})
    assert (found.passed, found.notices) == (0, ())


def test_the_mutants_that_the_suite_catches_are_known_by_their_place(tmp_path: Path) -> None:
    found, target = existing(tmp_path, {"tests/test_shop.py": TESTS})
    scratch = tmp_path / "kills"
    scratch.mkdir()
    root = Path(os.path.dirname(target.source))
    caught = existing_kills(target, found, root=root, python=sys.executable, seconds=120, scratch=scratch)
    assert {span[0] for _, span, _ in caught} >= {9, 14}
    assert 8 not in {span[0] for _, span, _ in caught}
    assert existing_kills(target, found, root=root, python=sys.executable, seconds=0, scratch=scratch) == frozenset()
    none = ExistingTests()
    assert existing_kills(target, none, root=root, python=sys.executable, seconds=9, scratch=scratch) == frozenset()


def test_a_result_made_in_another_style_is_none_to_go_on_with() -> None:
    plain, waiting = ExistingTests(), ExistingTests(style=Style(asyncio="auto"))
    assert plain.digest_of("shop.py") != waiting.digest_of("shop.py")


CONFTEST = """
    import pytest
    from shop import Cart

    @pytest.fixture
    def cart(owner, tmp_path):
        yield Cart(owner)

    @pytest.fixture
    def owner():
        return "Ann"

    @pytest.fixture(name="prices")
    def some_prices():
        return [1, 2]

    @pytest.fixture(params=[1, 2])
    def each(request):
        return [request.param]

    @pytest.fixture
    def printed(capsys):
        return [capsys]

    @pytest.fixture(scope="session")
    def shared():
        return [1]

    @pytest.fixture
    async def later():
        return [1]

    @pytest.fixture
    def unused():
        return [1]

    @pytest.fixture(autouse=True)
    def around():
        return [1]

    @pytest.fixture
    def expected():
        return [1]
    """
INNER_CONFTEST = """
    import pytest

    @pytest.fixture
    def prices(prices):
        return [*prices, 3]
    """
TAKING = """
    import pytest
    import shop

    @pytest.fixture
    def own():
        return [1]

    def test_cart(cart, owner): pass
    def test_more(each, printed, shared, own, expected): pass
    def test_prices(prices): pass
    """


def test_fixtures_that_other_tests_could_take_are_known_with_what_they_need(tmp_path: Path) -> None:
    files = {"conftest.py": CONFTEST, "unit/conftest.py": INNER_CONFTEST, "test_a.py": TAKING}
    inner = "import shop\ndef test_prices(prices): pass\n"
    found, target = existing(tmp_path, {**files, "unit/test_b.py": inner})
    path, below = (str(Path(target.source).parent / name / "conftest.py") for name in ("", "unit"))
    prices = Fixture("prices", path, "some_prices")
    cart = Fixture("cart", path, "cart", (Fixture("owner", path, "owner"), Fixture("tmp_path")))
    assert found.fixtures == (
        ProjectFixture(cart, ("shop", "Cart")),
        ProjectFixture(Fixture("owner", path, "owner"), ("builtins", "str"), plain=True),
        ProjectFixture(prices, ("builtins", "list")),
        ProjectFixture(Fixture("prices", below, "prices", (prices,)), ("builtins", "list")),
    )
