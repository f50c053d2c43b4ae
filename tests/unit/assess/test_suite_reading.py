from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from testwright.assess.suite_reading import ReadSuite, Skipped, read_suite

HEAD = """
import asyncio, datetime, time, unittest
from time import monotonic
import pytest
from freezegun import freeze_time
from shop import total
"""


def read(tmp_path: Path, text: str, *, outcome: str = "passed", days: float | None = None) -> ReadSuite:
    (tmp_path / "tests").mkdir(exist_ok=True)
    (tmp_path / "tests/test_a.py").write_text(HEAD + dedent(text))
    nodes = {"tests/test_a.py::test_x": outcome, "tests/test_a.py::test_x[row]": outcome}
    return read_suite(nodes, str(tmp_path), frozenset({"shop"}), lambda skipped: days)


def slugs(tmp_path: Path, body: str, head: str = "def test_x():") -> list[str]:
    return [each.slug for each in read(tmp_path, f"{head}\n{indent(dedent(body), '    ')}\n").findings]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("total([1])", ["asserts-nothing"]),
        ("total([1]) == 1", ["asserts-nothing"]),
        ("assert True", ["cannot-fail"]),
        ("assert total([1]) is not None", ["asserts-only-not-none"]),
        ("a = total([1])\nassert a is not None\nassert a != None", ["asserts-only-not-none"]),
        ("a = total([1])\nassert a is not None\nassert a == 1", []),
        ("assert total([1]) == 1", []),
        ("with pytest.raises(TypeError):\n    total(1)", []),
        ("assert total([1]) is not None\nwith pytest.raises(TypeError):\n    total(1)", []),
        ("assert total(None) is None", []),
    ],
)
def test_assertions_that_tell_nothing_are_named(tmp_path: Path, body: str, expected: list[str]) -> None:
    assert slugs(tmp_path, body) == expected


def test_those_of_unittest_too(tmp_path: Path) -> None:
    text = "class TestX(unittest.TestCase):\n    def test_x(self):\n        self.assertIsNotNone(total([1]))\n"
    (tmp_path / "test_u.py").write_text(HEAD + text)
    found = read_suite({"test_u.py::TestX::test_x": "passed"}, str(tmp_path), frozenset({"shop"}), lambda _: None)
    assert [each.slug for each in found.findings] == ["asserts-only-not-none"]


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("time.sleep(1)\nassert total([1]) == 1", "def test_x():", ["sleeps"]),
        ("assert total([datetime.datetime.now()])", "def test_x():", ["asks-the-clock"]),
        ("assert total([datetime.datetime(2020, 1, 1)])", "def test_x():", []),
        ("start = monotonic()\nassert total([monotonic() - start])", "def test_x():", []),
        ("assert total([datetime.datetime.now()])", "@freeze_time('2020-01-01')\ndef test_x():", []),
        ("assert total([datetime.datetime.now()])", "def test_x(freezer):", []),
        ("with freeze_time('2020-01-01'):\n    assert total([datetime.datetime.now()])", "def test_x():", []),
    ],
)
def test_what_depends_on_time_is_named(tmp_path: Path, body: str, head: str, expected: list[str]) -> None:
    assert slugs(tmp_path, body, head) == expected


@pytest.mark.parametrize(
    ("outcome", "days", "expected"),
    [("skipped", 400.0, 1), ("skipped", 20.0, 0), ("skipped", None, 0), ("passed", 400.0, 0)],
)
def test_what_is_skipped_for_long_is_named(tmp_path: Path, outcome: str, days: float | None, expected: int) -> None:
    text = "@pytest.mark.skip\ndef test_x():\n    assert total([1]) == 1\n"
    found = read(tmp_path, text, outcome=outcome, days=days).findings
    assert [each.slug for each in found] == ["skipped-for-long"] * expected
    assert all("13 months" in each.message and each.line == 7 for each in found)


def test_the_age_is_asked_of_the_mark(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("import pytest\n\n@pytest.mark.skip(\n  reason='x')\ndef test_x():\n    pass\n")
    asked: list[Skipped] = []
    read_suite({"test_a.py::test_x": "skipped"}, str(tmp_path), frozenset(), lambda s: asked.append(s))
    assert asked == [Skipped("test_a.py", 3, 4)]


def test_each_function_is_told_once_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "def test_x():\n    total([1])\n")
    assert [(each.node, each.line) for each in found.findings] == [("tests/test_a.py::test_x", 7)]
    assert found.lines == {"tests/test_a.py::test_x": 7}


@pytest.mark.parametrize("text", ["def f(:\n", None])
def test_what_cannot_be_read_has_no_findings(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "test_a.py").write_text(text)
    assert read_suite({"test_a.py::test_x": "passed"}, str(tmp_path), frozenset(), lambda _: None).findings == []
