"""What the source of a test says: planted weaknesses, and what only looks like one."""

from __future__ import annotations

from textwrap import dedent

import pytest

from testwright.nouns import Patch, WrittenTest
from testwright.python_source.written_tests import read_tests

HEAD = """
import asyncio, contextlib, os, random, subprocess, time, unittest
from unittest.mock import MagicMock, Mock, patch
import pytest
import calc
from calc import add, STATE
from thirdparty import expect, roundtrip
"""


def read(text: str, node: str = "test_a") -> WrittenTest:
    return read_tests(HEAD + dedent(text), frozenset({"calc"}))[node]


def body(text: str, *, name: str = "test_a", parameters: str = "") -> WrittenTest:
    lines = dedent(text).strip().splitlines()
    return read(f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in lines), name)


@pytest.mark.parametrize(
    "text",
    [
        "add(1, 2)",
        "add(1, 2) == 3",
        "result = add(1, 2)\nprint(result)",
        "assert True",
        "assert (add(1, 2) == 3, 'message')",
        "total = add(1, 2)\nassert total == total",
        "assert add(1, 2) or True",
        "assert len(add([], [])) >= 0",
        "x = 3\nadd(x, 1)\nassert x == 3",
        "m = Mock()\nadd(m)\nassert m.called_once_with(1)",
        "try:\n    assert add(1, 2) == 3\nexcept Exception:\n    pass",
        "try:\n    assert add(1, 2) == 3\nexcept:\n    print('oh')",
        "with contextlib.suppress(AssertionError):\n    assert add(1, 2) == 3",
    ],
)
def test_no_wrong_result_breaks_it(text):
    found = body(text)
    assert (found.effective, found.may_assert) == (0, False)


@pytest.mark.parametrize(
    "text",
    [
        "assert add(1, 2) == 3",
        "assert add(1, 2) is not None",
        "assert add(1, 2)",
        "assert add(1, 2) == add(1, 2)",
        "with pytest.raises(TypeError):\n    add(1, 'x')",
        "pytest.raises(TypeError, add, 1, 'x')",
        "try:\n    add(1, 'x')\nexcept TypeError:\n    pass\nelse:\n    pytest.fail('no error')",
        "try:\n    add(1, 'x')\n    assert False\nexcept TypeError:\n    pass",
        "try:\n    add(1, 'x')\nexcept TypeError as error:\n    assert 'x' in str(error)",
        "if add(1, 2) != 3:\n    raise AssertionError",
        "subprocess.run(['calc'], check=True)",
        "for n in (1, 2):\n    assert add(n, 1)",
        "items = [1]\nadd(items, 2)\nassert items == [1]",
    ],
)
def test_a_wrong_result_breaks_it(text):
    assert body(text).effective > 0


@pytest.mark.parametrize(
    "text",
    ["expect(add(1, 2)).to.equal(3)", "roundtrip(add)", "x = expect(add(1, 2))\nx.to_be(3)", "self.check_all(add)"],
)
def test_what_unknown_code_may_assert_is_not_denied(text):
    assert read(
        "class TestA:\n    def test_a(self):\n" + "".join(f"        {t}\n" for t in text.splitlines()), "TestA::test_a"
    ).may_assert


@pytest.mark.parametrize("name", ["test_empty_does_not_raise", "test_add_without_error", "test_never_fails"])
def test_who_wants_no_more_than_no_error_may_say_so(name):
    assert body("add(1, 2)", name=name).may_assert
    assert body('"""It must not raise."""\nadd(1, 2)').may_assert
    assert body("add(1, 2)  # doesn't crash").may_assert
    assert not body("add(1, 2)  # this raises").may_assert


def test_helpers_and_fixtures_of_the_file_are_read():
    text = """
        def check(value):
            assert value == 3

        @pytest.fixture
        def checked():
            yield 1
            assert STATE == []

        def test_helper():
            check(add(1, 2))

        def test_fixture(checked):
            add(checked, 2)

        class TestMethods:
            def verify(self, value):
                assert value == 3

            def test_method(self):
                self.verify(add(1, 2))
        """
    for node in ("test_helper", "test_fixture", "TestMethods::test_method"):
        assert read(text, node).effective == 1


def test_a_fixture_from_elsewhere_may_assert_only_where_it_is_called_or_speaks_of_it():
    assert body("benchmark(add, 1, 2)", parameters="benchmark").may_assert
    assert body("snapshot.check(add(1, 2))", parameters="snapshot").may_assert
    assert not body("cart.total()", parameters="cart").may_assert


def test_equality_itself_may_be_tested():
    assert body("x = add(1, 2)\nassert x == x", name="test_equal_to_itself").effective == 1


def test_where_errors_are_swallowed_is_told():
    found = body("try:\n    add(1, 2)\nexcept ValueError:\n    pass")
    assert found.swallowing is not None
    assert found.swallowing.text == "except ValueError"
    assert body("try:\n    add(1, 2)\nexcept ValueError as e:\n    seen.append(e)").swallowing is None


def test_a_comparison_without_assert_is_told():
    found = body("add(1, 2) == 3")
    assert found.idle is not None
    assert found.idle.text == "add(1, 2) == 3"


@pytest.mark.parametrize(
    "text",
    [
        "m = Mock(return_value=3)\nassert m(1) == 3",
        "m = MagicMock()\nm.fetch.return_value = {'a': 1}\nresult = m.fetch('x')\nassert result == {'a': 1}",
        "m = Mock()\nm.save(1)\nm.save.assert_called_once_with(1)",
        "m = Mock()\nadd(1, 2)\nm.send('x')\nassert m.send.call_count == 1",
        "with patch('calc.add', return_value=3):\n    assert calc.add(calc.one(), 2) == 3",
    ],
)
def test_a_mock_that_only_the_test_uses(text):
    assert body(text).own_mock is not None


@pytest.mark.parametrize(
    "text",
    [
        "m = Mock(return_value=3)\nassert add(m, 1) == 3",
        "m = Mock()\nadd(m, 1)\nm.assert_called_once_with(1)",
        "m = Mock()\nadd(1, then=m.save)\nm.save.assert_called_once_with(1)",
        "m = Mock()\ncalc.printer = m\nadd(1, 2)\nm.send.assert_called_once_with(1)",
        "m = Mock()\nservices = [m]\nadd(services, 2)\nm.send.assert_called_once_with(1)",
        "m = Mock(return_value=3)\nassert m(1) == 3\nassert add(1, 2) == 3",
        "m = Mock(wraps=add)\nassert m(1, 2) == 3",
        "m = Mock()\nm.add.side_effect = add\nassert m.add(1, 2) == 3",
        "m = Mock()\n@calc.logged\ndef f():\n    m(1)\nf()\nm.assert_called_once_with(1)",
        "m = Mock()\nassert m.total == self.client.total",
        "with patch('calc.one', return_value=3) as one:\n    assert calc.add(1, 2) == 3\none.assert_called_once()",
    ],
)
def test_a_mock_that_the_code_was_given(text):
    assert body(text).own_mock is None


def test_what_is_replaced():
    text = """
        @patch("calc.one")
        def test_a(one, monkeypatch):
            monkeypatch.setattr(calc, "two", 2)
            monkeypatch.setattr("calc.three", 3)
            with patch.object(calc, "four"):
                assert add(1, 2) == 3
        """
    assert {(each.owner, each.name) for each in read(text).patches} == {
        ("calc", "one"),
        ("calc", "two"),
        ("calc", "three"),
        ("calc", "four"),
    }
    assert Patch("calc", "two", 11) in read(text).patches


def test_sleeping():
    assert [place.text for place in body("time.sleep(1)\nasyncio.sleep(0)\nassert add(1, 2)").sleeps] == [
        "time.sleep(1)"
    ]
    assert body("def slow():\n    time.sleep(1)\nassert add(slow, 2)").sleeps == ()
    assert body("with patch('time.sleep'):\n    time.sleep(1)").sleeps == ()


def test_what_it_writes_to():
    text = "calc.RATE = 1\nSTATE.append(2)\nSTATE['x'] = 1\nown = []\nown.append(1)\nsetattr(calc, 'MODE', 2)\nx = 1"
    assert body(text).writes - {""} == {"RATE", "STATE", "MODE"}


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("assert sum([1, 2]) == 3", True),
        ("assert random.choice([1]) == 1", True),
        ("def plus(a, b):\n    return a + b\nassert plus(1, 2) == 3", True),
        ("assert add(1, 2) == 3", False),
        ("assert len(STATE) == 0", False),
        ("assert open('calc.py').read()", False),
        ("assert subprocess.run(['calc'])", False),
        ("assert expect(1)", False),
        ("from calc import sub\nassert sub(1)", False),
        ("from .helpers import sub\nassert sub(1)", False),
    ],
)
def test_whether_it_names_anything_of_the_project(text, alone):
    assert body(text).self_contained is alone


def test_what_it_names_by_way_of_others_counts():
    text = """
        WANTED = add(1, 2)

        def helper():
            return calc.add(1, 2)

        class TestA:
            def setup_method(self):
                self.calc = calc

            def test_self(self):
                assert self.calc

        def test_value():
            assert WANTED == 3

        def test_helper():
            assert helper() == 3

        @pytest.mark.parametrize("f", [add])
        def test_row(f):
            assert f(1, 2) == 3

        def test_fixture(full_cart):
            assert full_cart
        """
    for node in ("TestA::test_self", "test_value", "test_helper", "test_row", "test_fixture"):
        assert not read(text, node).self_contained, node


def test_shapes_tell_values_apart_not_names():
    text = """
        def test_a():
            assert add(1, 2) == 3
        def test_b():
            "The same."
            total = add(1, 2)
            assert total == 3, "wrong"
        def test_c():
            other = add(1, 2)
            expected = 3
            assert expected == other
        def test_d():
            assert add(1, 3) == 4
        def test_e(full_cart):
            assert add(1, 2) == 3
        async def test_f():
            assert add(1, 2) == 3
        class TestG:
            def test_a(self):
                assert add(1, 2) == 3
        """
    found = {node: test.shape for node, test in read_tests(HEAD + dedent(text), frozenset({"calc"})).items()}
    assert found["test_a"] == found["test_b"] == found["test_c"]
    assert len({found[node] for node in ("test_a", "test_d", "test_e", "test_f", "TestG::test_a")}) == 5


def test_inherited_tests_are_found_and_odd_files_do_no_harm():
    text = """
        class Base:
            def test_a(self):
                assert self.value
        class TestOne(Base):
            value = 1
        a = b = 1
        def test_cycle():
            a = b
            b = a
            a.check()
        """
    found = read_tests(dedent(text), frozenset())
    assert set(found) == {"Base::test_a", "TestOne::test_a", "test_cycle"}
