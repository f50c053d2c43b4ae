"""Literals and regexes: which constants count, whose names are followed, which patterns are found."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.python_source.model import ModuleModel
from testwright.python_source.read_module import read_module


def model(source: str) -> ModuleModel:
    return read_module(source, module="m", path="m.py")


def literals(source: str) -> list[Any]:
    return [const.value for const in model(source).functions[0].literals]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 'a', 1, 2.5, b'x', 3j", ["a", 1, 2.5, b"x", 3j]),
        ("return -1", [-1]),
        ("return 5 - 3", [2, 5, 3]),
        ("return 60 * 60", [3600, 60]),
        ("return 1 << 10", [1024, 1, 10]),
        ("return 10 ** 10 ** 10", [10, 10**10]),  # the whole is not computed
        ("return {'k': 1}['k']", ["k", 1]),
        ("return f'a{x}b'", ["a", "b"]),
        ("return None, True, ...", []),
        ("return 1, 1.0, 1", [1, 1.0]),
        ("'''doc'''\n    return 2", [2]),
        ("y: 'Quoted' = 3\n    return y", [3]),
        ("def inner(a: 'T' = 4) -> 'R': return 5", [4, 5]),
        ("match x:\n        case 'a' | 'b': return 1", ["a", "b", 1]),
    ],
)
def test_a_functions_literals(body: str, expected: list[Any]) -> None:
    found = literals(f"def f(x):\n    {body}")
    assert [(type(v), v) for v in found] == [(type(v), v) for v in expected]


def test_defaults_count_and_annotations_do_not() -> None:
    assert literals("def f(x: 'int' = 7) -> 'str': ...") == [7]


def test_constants_behind_names_count() -> None:
    source = "LIMIT = 10\nNAMES = {'a': 1}\nUNUSED = 99\ndef f(x): return x > LIMIT or x in NAMES"
    assert literals(source) == [10, "a", 1]


def test_class_constants_count_in_its_methods_and_by_its_name() -> None:
    source = """
class A:
    LIMIT = 10
    def f(self): return self.LIMIT
class B(A):
    def g(self): return self.LIMIT, A.LIMIT
"""
    assert [[c.value for c in f.literals] for f in model(source).functions] == [[10], [10]]


def test_a_name_bound_twice_is_no_constant() -> None:
    assert literals("N = 1\nN = 2\ndef f(): return N") == []


def test_a_very_long_text_is_left_out() -> None:
    assert literals(f"def f(): return {'x' * 5000!r}, 'short'") == ["short"]


def test_odd_literals_survive_the_plain_form() -> None:
    plain = model("def f(): return '\\ud800', 1e999, 0x" + "f" * 5000).to_plain()
    assert len(plain["functions"][0]["literals"]) == 3


@pytest.mark.parametrize(
    "source",
    [
        "import re\ndef f(x): return re.match(r'\\d+', x)",
        "import re as r\ndef f(x): return r.compile(r'\\d+').match(x)",
        "from re import search\ndef f(x): return search(r'\\d+', x)",
        "from re import compile as make\nRX = make(r'\\d+')\ndef f(x): return RX.match(x)",
        "import re\nRX = re.compile(r'\\d+', re.I)\nOTHER = RX\ndef f(x): return OTHER.findall(x)",
        "import re\nP = r'\\d'\ndef f(x): return re.sub(P + '+', '', x)",
        "import re\nP = r'\\d'\ndef f(x): return re.split(f'{P}+', x)",
        "import re\nclass A:\n  RX = re.compile(r'\\d+')\n  def f(self, x): return self.RX.match(x)",
        "import re\nclass A:\n  RX = re.compile(r'\\d+')\ndef f(x): return A.RX.match(x)",
    ],
)
def test_regexes_are_found_and_tied_to_the_text(source: str) -> None:
    found = model(source)
    assert found.functions[0].regexes == (r"\d+",)
    assert r"\d+" in found.regexes
    if "compile(r'\\d+').match" not in source:
        assert found.functions[0].parameters[-1].uses.regexes == (r"\d+",)


@pytest.mark.parametrize(
    "body",
    [
        "return re.match(x, 'a')",  # not known
        "return re.match(b'a', x)",  # not text
        "return shop.match('a', x)",  # not re
        "return re.match()",
        "return re.match(f'{x!r}', x)",
    ],
)
def test_what_is_no_known_pattern(body: str) -> None:
    assert model(f"import re, shop\ndef f(x):\n    {body}").regexes == ()


def test_constants_that_name_each_other_end() -> None:
    assert model("import re\nA = B\nB = A\ndef f(x): return re.match(A, x), A.match(x)").regexes == ()
