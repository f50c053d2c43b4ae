"""`pytest --testwright-audit`: a short report at the end of a normal run, and nothing at all without the option."""

from __future__ import annotations

import importlib.metadata

import pytest

CODE = """
    def total(prices, member):
        if member:
            return sum(prices) * 0.9
        return sum(prices)

    def untried(text):
        return int(text)
    """
TESTS = """
    from shop import total

    def test_everybody_pays():
        assert total([1, 2], False) == 3

    def test_nothing():
        pass
    """


@pytest.fixture
def shop(make_project):
    return make_project({"shop.py": CODE, "tests/test_shop.py": TESTS}, environment={"PYTHONPATH": ""})


@pytest.fixture(autouse=True)
def installed(with_plugins):
    points = importlib.metadata.entry_points(group="pytest11")
    assert "testwright.pytest_plugin" in [point.value for point in points], "reinstall: .ci/environment"


def test_the_report_stands_at_the_end(shop):
    done = shop.pytest("--testwright-audit", "--rootdir=.", "-p", "no:xdist", "--import-mode=append")
    assert done.code == 0, done.out + done.err
    assert "testwright audit" in done.out
    assert "shop.py:6 untried" in done.out
    assert "line 2: `if member` is never true" in done.out
    assert "reached by 1 test" in done.out
    assert "2 passed" in done.out


def test_the_workers_of_xdist_are_measured_too(shop):
    pytest.importorskip("xdist")
    done = shop.pytest("--testwright-audit", "-n", "2")
    assert done.code == 0, done.out + done.err
    assert "shop.py:1 total" in done.out
    assert "reached by 1 test" in done.out


def test_without_the_option_nothing_is_measured_or_said(shop):
    shop.write("tests/test_quiet.py", "import sys\n\ndef test_quiet():\n    assert 'coverage' not in sys.modules\n")
    done = shop.pytest("-p", "no:xdist", "-p", "no:cov")
    assert done.code == 0, done.out + done.err
    assert "audit" not in done.out
