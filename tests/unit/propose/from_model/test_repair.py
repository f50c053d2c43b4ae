"""Slips that models make around a test, each with the test that rules make of it."""

from __future__ import annotations

import pytest

from testwright.propose.from_model.repair import Repaired, written_candidates
from testwright.propose.from_model.target_facts import TargetFacts, facts_of
from testwright.python_source.read_module import read_module

SOURCE = """\
import datetime
from decimal import Decimal

def add(a, b=0):
    return a + b

def split(text, *, sep=","):
    return text.split(sep)

async def fetch(x):
    return x

class ShopCart:
    def put(self, name, quantity=1):
        return 1

    @staticmethod
    def parse(text):
        return int(text)
"""


def facts(**more: object) -> TargetFacts:
    model = read_module(SOURCE, module="shop.calc", path="/p/shop/calc.py")
    return facts_of(model, modules=["shop.calc", "shop.other"], **more)  # type: ignore[arg-type]


def repaired(code: str, **more: object) -> Repaired:
    return written_candidates(code, "add", facts(**more))


def one(code: str, **more: object) -> str:
    candidates = repaired(code, **more).candidates
    assert len(candidates) == 1
    return candidates[0].source


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        pytest.param("from your_module import add", "from shop.calc import add", id="a-placeholder"),
        pytest.param("from calc import add", "from shop.calc import add", id="without-its-package"),
        pytest.param("from .calc import add", "from shop.calc import add", id="relative"),
        pytest.param("from src.shop.calc import add", "from shop.calc import add", id="with-a-folder"),
        pytest.param("from adders import add", "from shop.calc import add", id="made-up"),
        pytest.param("from shop.calc import *", "from shop.calc import add", id="a-star"),
        pytest.param("", "from shop.calc import add", id="missing"),
        pytest.param("from shop.calc import add", "from shop.calc import add", id="right"),
        pytest.param("from shop.other import add", "from shop.other import add", id="another-module-of-the-project"),
        pytest.param("from operator import add", "from operator import add", id="the-standard-library"),
    ],
)
def test_the_module_is_imported_by_its_real_name(wrong, right):
    assert one(f"{wrong}\n\ndef test_a():\n    assert add(1) == 1\n").startswith(f"{right}\n")


def test_a_placeholder_is_no_text_to_be_replaced():
    source = one('import your_module\n\ndef test_a():\n    assert your_module.add("your_module") == "your_module"\n')
    assert source == 'from shop import calc\n\n\ndef test_a():\n    assert calc.add("your_module") == "your_module"\n'


@pytest.mark.parametrize("place", ["your_module.add", "calc.add", "shop.calc.add"])
def test_what_is_patched_is_named_by_its_real_place(place):
    source = one(
        f'from unittest.mock import patch\n\n@patch("{place}")\ndef test_a(mocked):\n    assert add(1) == mocked\n'
    )
    assert '@patch("shop.calc.add")' in source


def test_what_is_used_is_imported_from_where_it_is():
    source = one(
        "def test_a(tmp_path):\n    with pytest.raises(ValueError):\n        add(Decimal(1), datetime.date(2020, 1, 1))\n"
        "    assert json.dumps(add(MagicMock(), Path('a'))) == 1\n"
    )
    lines = source.partition("\n\n")[0].splitlines()
    assert sorted(lines) == [
        "from decimal import Decimal",
        "from pathlib import Path",
        "from shop.calc import add",
        "from unittest.mock import MagicMock",
        "import datetime",
        "import json",
        "import pytest",
    ]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        pytest.param("split('a;b', ';') == 1", "split('a;b', sep=';') == 1", id="keywords-only"),
        pytest.param("ShopCart().put('a', qantity=2)", "ShopCart().put('a', quantity=2)", id="another-keyword"),
        pytest.param("fetch(3) == 3", "asyncio.run(fetch(3)) == 3", id="a-coroutine"),
        pytest.param("parse('3') == 3", "ShopCart.parse('3') == 3", id="without-its-class"),
        pytest.param("splitt('a') == 3", "split('a') == 3", id="a-slip-of-the-pen"),
        pytest.param("add(1, 2, 3) == 6", "add(1, 2, 3) == 6", id="too-many-are-not-taken-away"),
    ],
)
def test_calls_are_made_as_the_module_takes_them(wrong, right):
    assert f"\n    assert {right}  # kept\n" in one(f"def test_a():\n    assert {wrong}  # kept\n")


@pytest.mark.parametrize(
    ("wrong", "head"),
    [
        pytest.param("def test_a(tmp_path, nonsense):", "def test_a(tmp_path):\n    add", id="not-used"),
        pytest.param(
            "def test_a(shop_cart):\n    shop_cart", "def test_a():\n    shop_cart = ShopCart()", id="a-class"
        ),
        pytest.param("def test_a(client):\n    client", "def test_a(client):\n    client", id="one-of-the-project"),
        pytest.param("def test_a(unknown):\n    unknown", "def test_a(unknown):\n    unknown", id="not-to-be-mended"),
        pytest.param(
            '@pytest.mark.parametrize("x", [\n    1,  # one\n])\ndef test_a():',
            '@pytest.mark.parametrize("x", [\n    1,  # one\n])\ndef test_a(x):\n    add',
            id="a-column",
        ),
    ],
)
def test_parameters_are_those_that_something_gives(wrong, head):
    assert head in one(f"{wrong}\n    add(x := 1)\n", fixtures=["client"])


ASYNC = "async def test_a():\n    # first\n    got = await fetch(1)\n    assert got == 1  # one\n"


@pytest.mark.parametrize(
    ("mark", "mode", "expected"),
    [
        ("", "auto", ASYNC),
        ("", "strict", f"@pytest.mark.asyncio\n{ASYNC}"),
        ("@pytest.mark.asyncio\n", "strict", f"@pytest.mark.asyncio\n{ASYNC}"),
        (
            "@pytest.mark.asyncio\n",
            "",
            "def test_a():\n    async def scenario():\n        # first\n        got = await fetch(1)\n"
            "        assert got == 1  # one\n\n    asyncio.run(scenario())\n",
        ),
    ],
)
def test_async_tests_are_run_by_what_is_there(mark, mode, expected):
    assert one(mark + ASYNC, asyncio=mode).partition("\n\n\n")[2] == expected


def test_a_text_over_lines_keeps_its_margin_in_a_scenario():
    source = one('async def test_a():\n    assert await fetch("""a\nb""") == "a\\nb"\n')
    namespace: dict[str, object] = {}
    exec(
        compile(source.replace("from shop.calc import fetch", "async def fetch(x):\n    return x"), "x", "exec"),
        namespace,
    )
    namespace["test_a"]()  # type: ignore[operator]


def test_tests_of_one_name_and_of_the_modules_own_names_get_others():
    code = "def test_a():\n    assert add(1) == 1\n\ndef test_a():\n    assert add(2) == 2\n"
    assert [each.name for each in repaired(code).candidates] == ["test_a", "test_a_2"]
    assert "def test_a_2():" in repaired(code).candidates[1].source


def test_tests_of_nothing_and_the_same_again_are_not_run():
    code = 'def test_a():\n    """Adds."""\n    ...\n\ndef test_b():\n    assert add(1)\n\n'
    code += 'def test_c():\n    """!"""\n    assert add(1)\n'
    found = repaired(code)
    assert [each.name for each in found.candidates] == ["test_b"]
    assert [(name, slug) for name, slug, _ in found.rejected] == [
        ("test_a", "asserts-something"),
        ("test_c", "duplicate"),
    ]


def test_the_real_code_is_tested_not_a_copy_of_it():
    code = (
        "import importlib\nmodule = importlib.import_module('module')\nadd = module.add\n"
        "ValueError = getattr(module, 'ValueError', Exception)\n"
        "def split(text):\n    return 1\n\ndef test_a():\n    with pytest.raises(ValueError):\n        assert add(split('a'))\n"
    )
    source = one(code)
    assert "def split" not in source
    assert "ValueError =" not in source
    assert "from shop.calc import add" in source
    assert "from shop.calc import split" in source


def test_each_test_has_what_it_needs_and_no_more():
    code = (
        "import json\nimport os\nLIMIT = 3\nOTHER = 4\n\n@pytest.fixture\ndef two():\n    return helper()\n\n"
        "def helper():\n    return LIMIT\n\ndef test_a(two):\n    assert add(two) == 3\n\n"
        "def test_b():\n    assert json.dumps(add(OTHER)) == '4'\n\nif __name__ == '__main__':\n    pytest.main()\n"
    )
    first, second = (each.source for each in repaired(code).candidates)
    assert "LIMIT = 3" in first
    assert "def helper" in first
    assert "def two" in first
    assert "OTHER" not in first
    assert "json" not in first
    assert "two" not in second
    assert "import os" not in first + second
    assert "__main__" not in first + second


def test_methods_that_need_nothing_of_their_class_become_functions():
    code = (
        "class TestAdd:\n    def test_a(self):\n        assert add(1) == 1\n\n"
        "class TestPut:\n    def setup_method(self):\n        self.cart = ShopCart()\n\n"
        "    def test_b(self):\n        assert self.cart.put('a') == 1\n\n"
        "    def test_c(self):\n        assert self.cart.put('b') == 1\n"
    )
    a, b, c = repaired(code).candidates
    assert (a.node, b.node, c.node) == ("test_a", "TestPut::test_b", "TestPut::test_c")
    assert a.source.endswith("\n\n\ndef test_a():\n    assert add(1) == 1\n")
    assert "test_c" not in b.source
    assert "setup_method" in b.source
    assert "setup_method" in c.source
