from __future__ import annotations

import pytest

from testwright.execute.assertions import count_assertions


@pytest.mark.parametrize(
    "line",
    [
        "assert f() == 1",
        "assert f() is None",
        "assert x in y and y",
        "with pytest.raises(ValueError): f()",
        "with pytest.warns(UserWarning), room(): f()",
        "mock.assert_called_once_with(1)",
        "await mock.assert_awaited()",
        "self.assertEqual(1, f())",
        "assert isinstance(f(), int)",
        "assert False",
        "assert not f()",
        "assert x is not None and x == 3",
    ],
)
def test_says_something(line: str) -> None:
    assert count_assertions(f"async def test_it(x):\n    {line}\n") == {"test_it": 1}


@pytest.mark.parametrize(
    "line",
    [
        "assert True",
        "assert 1, 'why'",
        "assert x == x",
        "assert f() is not None",
        "assert isinstance(f(), object)",
        "assert (f() == 2, 'always true')",
        "assert x is not None and True",
        "assert f() or True",
        "f()",
        "with room(): f()",
    ],
)
def test_says_nothing(line: str) -> None:
    assert count_assertions(f"def test_it(x):\n    {line}\n") == {"test_it": 0}


def test_counts_by_test_and_class() -> None:
    text = "def test_a():\n    assert f() == 1\n    assert g() == 2\nclass TestX:\n    def test_b(self): pass\n"
    assert count_assertions(text) == {"test_a": 2, "TestX::test_b": 0}
