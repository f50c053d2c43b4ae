"""`prove` on planted tests: each weak one is named for what it is, no good one is accused, in whatever company."""

from __future__ import annotations

import datetime
import json

import pytest

PROJECT = {
    "pyproject.toml": """
        [project]
        name = "shop"
        version = "1"
        [tool.pytest.ini_options]
        addopts = "-x --strict-markers --cov=shop -n auto --testwright-audit"
        timeout = 30
        markers = ["slow: takes its time"]
        """,
    "src/shop/__init__.py": "",
    "src/shop/rates.py": """
        def current_rate(currency):
            return {"EUR": 1.0, "USD": 1.25}[currency]
        """,
    "src/shop/cart.py": """
        import os
        from datetime import date

        from shop.rates import current_rate

        DISCOUNT = 0
        BASKET = []

        class EmptyCart(Exception):
            pass

        class Cart:
            def __init__(self):
                self.items = {}

            def add(self, name, price, count=1):
                if count < 1:
                    raise ValueError(f"count must be positive, not {count}")
                self.items[name] = self.items.get(name, 0) + price * count

            def total(self):
                if not self.items:
                    raise EmptyCart("nothing in the cart")
                return sum(self.items.values())

        def convert(amount, currency):
            return amount * current_rate(currency)

        def basket(name):
            BASKET.append(name)
            return len(BASKET)

        def tags(text):
            return [tag for tag in set(text.split())]

        def invoice_number(count):
            return f"{date.today().year}-{count}"

        def discounted(price):
            return price - DISCOUNT

        def receipt(cart, printer):
            printer.send(f"total {cart.total():.2f}")

        def save(path, cart):
            path.write_text(f"{cart.total():.2f}")

        def region():
            return os.environ.get("SHOP_REGION", "EU")

        async def reserve(name):
            return f"reserved {name}"

        def greet():
            print("welcome")
        """,
    "tests/conftest.py": """
        import pytest
        from shop.cart import Cart

        @pytest.fixture
        def full_cart():
            cart = Cart()
            cart.add("pen", 2.5, 4)
            return cart
        """,
}
HEAD = """
    import asyncio
    import os
    import time
    import unittest
    from unittest.mock import Mock, patch

    import pytest

    from shop import cart
    from shop.cart import Cart, EmptyCart, basket, convert, discounted, greet, invoice_number, receipt, region
    from shop.cart import reserve, save, tags

    """
WEAK = """
    def test_total_runs(full_cart):
        full_cart.total()

    def test_total_of_pens(full_cart):
        total = full_cart.total()
        assert total == total

    def test_empty_cart_swallowed():
        try:
            assert Cart().total() == 0
        except Exception:
            pass

    def test_mock_rate():
        rates = Mock()
        rates.current_rate.return_value = 2.0
        assert rates.current_rate("EUR") == 2.0

    def test_add_slowly(full_cart):
        full_cart.add("cup", 3)
        time.sleep(0.05)
        assert full_cart.total() == 13.0

    def test_basket_first():
        assert basket("pen") >= 1

    def test_basket_second():
        assert basket("cup") == 2

    def test_invoice_of_this_year():
        assert invoice_number(7) == "YEAR-7"

    def test_tags_order():
        assert tags("red green blue yellow black") == FOUND

    def test_other_region():
        os.environ["SHOP_REGION"] = "US"
        assert region() == "US"

    def test_total_of_full_cart_again(full_cart):
        amount = full_cart.total()
        assert amount == 10.0

    def test_sum_of_prices():
        prices = [1, 2, 3]
        assert sum(prices) == 6

    def test_convert_with_patched_rate():
        with patch("shop.rates.current_rate", return_value=1.0):
            assert convert(10, "EUR") == 10.0
    """
SLUGS = {
    "test_total_runs": "asserts-nothing",
    "test_total_of_pens": "cannot-fail",
    "test_empty_cart_swallowed": "swallows-errors",
    "test_mock_rate": "asserts-its-mock",
    "test_add_slowly": "sleeps",
    "test_basket_second": "order-dependent",
    "test_invoice_of_this_year": "clock-dependent",
    "test_tags_order": "hash-seed-dependent",
    "test_other_region": "leaves-state-behind",
    "test_total_of_full_cart_again": "duplicate",
    "test_sum_of_prices": "never-calls-the-project",
    "test_convert_with_patched_rate": "patches-the-wrong-place",
}
GOOD = """
    @pytest.mark.parametrize(("count", "total"), [(1, 2.0), (2, 4.0), (10, 20.0)])
    def test_total_of_several(count, total):
        cart = Cart()
        cart.add("pen", 2.0, count)
        assert cart.total() == total

    @pytest.fixture
    def pens():
        cart = Cart()
        cart.add("pen", 1.5)
        yield cart
        cart.items.clear()

    def test_adding_more(pens):
        pens.add("pen", 1.5)
        assert pens.items == {"pen": 3.0}

    def test_empty_cart_has_no_total():
        with pytest.raises(EmptyCart, match="nothing"):
            Cart().total()

    def test_region_from_environment(monkeypatch):
        monkeypatch.setenv("SHOP_REGION", "JP")
        assert region() == "JP"

    def test_saving(tmp_path, full_cart):
        save(tmp_path / "cart.txt", full_cart)
        assert (tmp_path / "cart.txt").read_text() == "10.00"

    class TestCart:
        def setup_method(self):
            self.cart = Cart()
            self.cart.add("ink", 4.0)

        def test_total(self):
            assert self.cart.total() == 4.0

    def test_reserving():
        assert asyncio.run(reserve("desk")) == "reserved desk"

    def test_receipt_is_printed(full_cart):
        printer = Mock()
        receipt(full_cart, printer)
        printer.send.assert_called_once_with("total 10.00")

    def test_conversion():
        assert convert(0.1, "USD") == pytest.approx(0.125)

    def test_greeting(capsys):
        greet()
        assert capsys.readouterr().out == "welcome\\n"

    def test_total_of_full_cart(full_cart):
        assert full_cart.total() == 10.0

    class CountTest(unittest.TestCase):
        def test_count_must_be_positive(self):
            with self.assertRaises(ValueError):
                Cart().add("pen", 1.0, 0)

    def test_convert_with_rate_replaced_in_place():
        with patch("shop.cart.current_rate", return_value=3.0) as rate:
            assert convert(10, "EUR") == 30.0
        rate.assert_called_once_with("EUR")

    def test_discount_is_put_back(monkeypatch):
        monkeypatch.setattr(cart, "DISCOUNT", 2)
        assert discounted(10) == 8
    """


@pytest.fixture
def planted(make_project):
    def make(body):
        project = make_project(PROJECT)
        # As somebody writes it who has pasted what was printed.
        printed = project.run_python("print(list(set('red green blue yellow black'.split())))", hash_seed="0")
        year = str(datetime.date.today().year)
        project.write("tests/test_shop.py", HEAD + body.replace("YEAR", year).replace("FOUND", printed))
        return project

    return make


def verdicts(finished):
    tests = [test for file in finished.document["files"] for test in file["tests"]]
    return {test["test"]: test for test in tests}


def test_weak_and_good_tests_in_one_file(planted):
    project = planted(GOOD + WEAK)
    done = project.run("prove", "tests/test_shop.py", "--json")

    assert done.code == 1, done.err
    assert done.document["schema"] == 1
    found = verdicts(done)
    named = {name: found[name]["slug"] for name in SLUGS}
    assert named == SLUGS, json.dumps([found[name] for name in SLUGS if named[name] != SLUGS[name]], indent=1)
    others = {name: (test["status"], test["slug"], test["reason"]) for name, test in found.items() if name not in SLUGS}
    assert set(others.values()) == {("ok", "", "")}, others
    assert len({name.partition("[")[0] for name in others}) >= 12


def test_good_tests_alone(planted):
    """Told as people read it; nothing is written into the project."""
    project = planted(GOOD)
    before = project.files("**/*")
    done = project.run("prove", "tests/test_shop.py")

    assert done.code == 0, done.out
    lines = done.out.splitlines()
    assert lines[0].startswith("tests/test_shop.py:")
    assert lines[0].endswith("test_total_of_several (3 rows)  ok")
    assert lines[-1].startswith("16 ok, 0 rejected · 1 file · sandbox ")
    assert project.files("**/*") == before


def test_one_test_by_name_and_sarif(planted):
    project = planted(WEAK)
    done = project.run("prove", "tests/test_shop.py::test_total_runs", "--sarif", "found.sarif")

    assert done.code == 1, done.err
    assert "test_total_runs  asserts-nothing: " in done.out
    assert "test_sum_of_prices" not in done.out
    found = project.findings("found.sarif")
    assert [(each["ruleId"], each["level"]) for each in found.values()] == [("asserts-nothing", "warning")]
    (run,) = json.loads(project.read("found.sarif"))["runs"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"].startswith(
        "Rejects a test without any assertion"
    )
    project.write("tests/test_shop.py", f"# moved\n\n{project.read('tests/test_shop.py')}")
    project.run("prove", "tests/test_shop.py", "--sarif", "moved.sarif")
    assert found.keys() <= project.findings("moved.sarif").keys()


def test_a_test_that_catches_next_to_nothing_is_weaker_than_it_looks(make_project):
    """Only what it calls itself counts, not what prepares it, or what that calls in turn; all rows together."""
    project = make_project(
        {
            "prices.py": """
                def scale(number, factor):
                    if factor < 0:
                        factor = -factor
                    return number * factor + 0

                def price(count, each, rebate):
                    total = scale(count, each)
                    if count > 10 and rebate > 0:
                        total = total - total * rebate
                    if total > 1000:
                        total = total - 5
                    return total
                """,
            "test_prices.py": """
                import pytest
                import prices

                @pytest.fixture
                def made():
                    return prices.price(20, 100, 0.5)

                def test_it_costs_something():
                    assert prices.price(12, 100, 0.1) > 0

                def test_price():
                    assert prices.price(12, 100, 0.1) == 1075.0

                @pytest.mark.parametrize(("count", "total"), [(1, 3), (10, 30)])
                def test_small(count, total):
                    assert prices.price(count, 3, 0.5) == total

                def test_prepared(made):
                    assert made > 0
                """,
        }
    )
    done = project.run("prove", "test_prices.py", "--json")
    assert done.code == 1, done.out
    found = verdicts(done)
    assert {name: test["slug"] for name, test in found.items() if test["slug"]} == {
        "test_it_costs_something": "weaker-than-it-looks"
    }
    weak = found["test_it_costs_something"]
    assert len(weak["mutants"]["survivors"]) > 0.8 * weak["mutants"]["tried"] > 4
    assert {each["file"] for each in weak["mutants"]["survivors"]} == {str(project.root / "prices.py")}
    lines = {each["line"] for each in weak["mutants"]["survivors"]}
    assert lines <= {7, 8, 9, 10, 11, 12}, "the lines of price, none of scale"
    assert all(any(line.startswith("+ ") for line in each["diff"]) for each in weak["mutants"]["survivors"])
    assert found["test_price"]["mutants"]["tried"] >= 10
    assert found["test_prepared"]["mutants"] == {"tried": 0, "survivors": []}


def test_what_the_sandbox_blocks_is_not_judged(make_project):
    project = make_project(
        {
            "calc.py": "import subprocess\n\ndef version():\n    return subprocess.check_output(['true'])\n",
            "test_calc.py": """
                import pytest
                import calc

                def test_version():
                    assert calc.version() == b""

                @pytest.mark.skip(reason="not here")
                def test_skipped():
                    assert calc.version()
                """,
        }
    )
    done = project.run("prove", "test_calc.py", "--json")
    assert done.code == 0, done.out
    assert {name: (test["status"], test["slug"]) for name, test in verdicts(done).items()} == {
        "test_version": ("unjudged", "blocked-side-effect"),
        "test_skipped": ("unjudged", "skipped"),
    }


def test_ctrl_c_ends_it_soon_and_says_so(make_project):
    slow = "import calc\nimport threading\n\ndef test_slow():\n    threading.Event().wait(30)\n    assert calc.one() == 1\n"
    project = make_project({"calc.py": "def one():\n    return 1\n", "test_slow.py": slow})
    done = project.interrupt("prove", "test_slow.py", after="proving test_slow.py")
    assert done.code == 130
    assert "interrupted" in done.err


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (["tests/absent.py"], "target-not-found"),
        (["tests/test_a.py::"], "target-not-found"),
        (["notes.txt"], "not-a-python-file"),
        (["empty"], "no-tests-found"),
        (["tests/test_none.py"], "no-tests-found"),
        (["tests/test_broken.py"], "syntax-error"),
        (["tests/test_unimportable.py"], "tests-not-collected"),
        (["tests/test_a.py::test_b"], "test-not-found"),
        (["tests/test_a.py", "--python", "/absent/python"], "python-not-found"),
        ([], "missing-argument"),
    ],
)
def test_bad_input_is_explained(make_project, arguments, slug):
    project = make_project(
        {
            "calc.py": "def one():\n    return 1\n",
            "tests/test_a.py": "from calc import one\n\ndef test_a():\n    assert one() == 1\n",
            "tests/test_none.py": "X = 1\n",
            "tests/test_broken.py": "def test_a(:\n",
            "tests/test_unimportable.py": "import absent_module\n\ndef test_a():\n    assert absent_module\n",
            "notes.txt": "",
            "empty/readme.txt": "",
        }
    )
    project.run("prove", *arguments).refused(slug)
