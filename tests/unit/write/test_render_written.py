"""Tests of several hands in one file: what each needs, once, and no name for two things."""

from __future__ import annotations

import pytest

from testwright.nouns import Proof, WrittenCandidate
from testwright.write.render_written import apart, render_written


def written(source: str, name: str = "test_a", group: str = "") -> WrittenCandidate:
    return WrittenCandidate(name, "f", source, group)


def rendered(*tests: WrittenCandidate) -> str:
    return render_written(apart(tests), module="shop.calc", version="1", proofs={"test_a": [Proof(5, 5, 2, 1)]})


def test_imports_stand_above_and_what_two_need_stands_once():
    first = written(
        "import re\nfrom shop.calc import f\n\n\nA = 1\nB = 2\n\n\n"
        "def helper():\n    return A\n\n\ndef test_a():\n    f(re, helper(), B)\n"
    )
    second = written(
        "from shop.calc import f, g\n\n\nA = 1\n\n\ndef helper():\n    return A\n\n\ndef test_b():\n    g(helper())\n",
        "test_b",
    )
    assert rendered(first, second) == (
        '"""Tests for shop.calc, written by a model and proven by running (testwright 1)."""\n\n'
        "import re\n\nfrom shop.calc import f, g\n\n\nA = 1\nB = 2\n\n\ndef helper():\n    return A\n\n\n"
        "# proof: 5/5 runs · 2 new lines, 1 new branch\ndef test_a():\n    f(re, helper(), B)\n\n\ndef test_b():\n    g(helper())\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("A = 1\n", "A = 2\n", "return A_2", id="another-constant"),
        pytest.param("from x import A\n", "from y import A\n", "return A_2", id="another-object"),
        pytest.param("from x import A\n", "from x import B as A\n", "return A_2", id="another-object-by-that-name"),
        pytest.param("from x import B\n", "from x import B as A\n", "return B", id="the-same-by-another-name"),
        pytest.param("import A.b\n", "import A.c\n", "return A", id="two-modules-of-one-package"),
        pytest.param("import A\n", "from A import A\n", "return A_2", id="a-module-and-what-is-in-it"),
        pytest.param("def A():\n    return 1\n", "import A\n", "return A_2", id="a-function-and-a-module"),
    ],
)
def test_a_name_stands_for_one_thing(first, second, expected):
    text = rendered(
        written(f"{first}\n\ndef test_a():\n    return {'B' if 'B' in first else 'A'}\n"),
        written(f"{second}\n\ndef test_b():\n    return A\n", "test_b"),
    )
    assert text.rstrip().endswith(expected)
    compile(text, "x", "exec")


def test_tests_of_one_name_stand_apart():
    source = "def test_a():\n    assert 1\n"
    method = "class TestA:\n    def test_a(self):\n        assert self\n"
    tests = apart([written(source), written(source), written(method, group="TestA"), written(method, group="TestA")])
    assert [each.node for each in tests] == ["test_a", "test_a_2", "TestA::test_a", "TestA_2::test_a"]
    assert "class TestA_2:" in tests[3].source
