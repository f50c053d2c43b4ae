"""What a new test file can build on, read from folders of tests."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.assess.tests_beside import SampleTests, existing_fixtures

NAMES = frozenset({"shop"})


def write(root: Path, **texts: str) -> None:
    """By path, with "__" for "/"."""
    for name, text in texts.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))


def sample(root: Path, module: str = "shop.cart", test_file: str = "tests/test_cart.py") -> str:
    return SampleTests(str(root / "tests"), NAMES).for_module(module, str(root / test_file))


def test_a_fixture_is_told_with_what_it_takes_gives_and_says(tmp_path: Path) -> None:
    text = '''
        import pytest
        @pytest.fixture(scope="session", name="cart")
        def make_cart(owner: str) -> Cart:
            """A cart with two items.

            More.
            """
        @pytest.fixture(autouse=True)
        def clean(): ...
        def helper(): ...
        '''
    write(tmp_path, tests__conftest=text)
    assert existing_fixtures(str(tmp_path / "tests"), str(tmp_path)) == (
        "cart(owner: str) -> Cart: A cart with two items. (tests/conftest.py)",
        "clean() (tests/conftest.py, autouse)",
    )


def test_only_conftests_above_a_file_are_seen_and_the_nearest_wins(tmp_path: Path) -> None:
    one = "import pytest\n@pytest.fixture\ndef {}(): ...\n"
    write(
        tmp_path,
        conftest=one.format("top") + one.format("both"),
        tests__unit__conftest=one.format("both"),
        tests__other__conftest=one.format("other"),
    )
    assert existing_fixtures(str(tmp_path / "tests" / "unit" / "new"), str(tmp_path)) == (
        "both() (tests/unit/conftest.py)",
        "top() (conftest.py)",
    )


def test_a_folder_elsewhere_sees_none(tmp_path: Path) -> None:
    write(tmp_path, a__conftest="import pytest\n@pytest.fixture\ndef f(): ...\n")
    assert existing_fixtures(str(tmp_path / "b"), str(tmp_path / "a")) == ()


def test_a_damaged_conftest_has_none(tmp_path: Path) -> None:
    write(tmp_path, conftest="def f(:\n")
    assert existing_fixtures(str(tmp_path), str(tmp_path)) == ()


def test_the_sample_is_the_shortest_test_with_what_it_names(tmp_path: Path) -> None:
    text = """
        import os
        from shop.cart import Cart, unused
        LIMIT = 3

        def test_long():
            cart = Cart()
            cart.add(1)
            assert cart.size == LIMIT

        def test_short():
            cart = Cart()
            assert cart.size == 0
        """
    write(tmp_path, tests__test_cart=text)
    assert sample(tmp_path) == (
        "from shop.cart import Cart\ndef test_short():\n    cart = Cart()\n    assert cart.size == 0"
    )


def test_a_method_is_shown_in_its_class(tmp_path: Path) -> None:
    write(
        tmp_path,
        tests__test_cart="""
        import unittest
        class TestCart(unittest.TestCase):
            def test_it(self):
                self.assertEqual(1, len("a"))
        """,
    )
    assert sample(tmp_path).splitlines()[-3:] == [
        "class TestCart(unittest.TestCase):",
        "    def test_it(self):",
        '        self.assertEqual(1, len("a"))',
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "def test_bad():\n    size()\n",
        "def test_bad():\n    assert True\n",
        "@pytest.mark.skip\ndef test_bad():\n    assert size() == 1\n",
        "@pytest.mark.xfail(reason='x')\ndef test_bad():\n    assert size() == 1\n",
        "def test_bad():\n    time.sleep(1)\n    assert size() == 1\n",
        "def check():\n    assert size() == 1\n",
        "def test_bad():\n" + "    size()\n" * 30 + "    assert size() == 1\n",
        "def test_bad(:\n",
    ],
)
def test_what_is_no_example_to_follow_is_not_shown(tmp_path: Path, bad: str) -> None:
    head = "import time\nimport pytest\nfrom shop.cart import size\n"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_cart.py").write_text(head + bad)
    assert sample(tmp_path) == ""
    good = "def test_good():\n    first = size()\n    second = size()\n    assert first == second + 1\n"
    (tmp_path / "tests" / "test_zzz.py").write_text(head + good)
    assert "test_good" in sample(tmp_path)


def test_the_modules_own_test_file_comes_before_nearer_ones(tmp_path: Path) -> None:
    text = "from shop import f\ndef test_{}():\n    assert f() == 1\n"
    places = ("tests__unit__test_a", "tests__test_b", "tests__deep__down__test_cart_more")
    write(tmp_path, **{place: text.format(place[-4:]) for place in places})
    samples = SampleTests(str(tmp_path / "tests"), NAMES)
    new = os.path.join(str(tmp_path), "tests", "unit", "test_new.py")
    assert "test_more" in samples.for_module("shop.cart", new)
    assert "test_st_a" in samples.for_module("shop.new", new)


def test_environments_and_hidden_folders_are_not_read(tmp_path: Path) -> None:
    text = "from shop import f\ndef test_it():\n    assert f() == 1\n"
    write(tmp_path, tests__env__test_cart=text, tests__node_modules__test_cart=text)
    (tmp_path / "tests" / "env" / "pyvenv.cfg").touch()
    assert sample(tmp_path) == ""


def test_without_a_folder_there_is_no_sample(tmp_path: Path) -> None:
    assert sample(tmp_path) == ""
