"""Each kind of property is conjectured where source tells of it, and only there."""

from __future__ import annotations

from textwrap import dedent

import pytest

from testwright.nouns import PropertyTest
from testwright.propose.properties.from_model import conjectures
from testwright.python_source.model import ModuleModel
from testwright.python_source.read_module import read_module


def model(source: str, module: str = "shop.codes") -> tuple[ModuleModel, str]:
    text = dedent(source)
    return read_module(text, module=module, path="codes.py"), text


def groups(source: str, beside: str = "") -> dict[str, list[PropertyTest]]:
    others = [model(beside, "shop.reading")] if beside else []
    return {tests[0].name: tests for tests in conjectures(*model(source), beside=others)}


def only(source: str, beside: str = "") -> PropertyTest:
    ((test, *_),) = groups(source, beside).values()
    return test


ENCODE = "def encode(data: bytes) -> str: ...\n"
DECODE = "def decode(text: str) -> bytes: ...\n"


def test_a_round_trip_by_name_and_type_is_strong():
    test = only(ENCODE + DECODE)
    assert test.name == "test_decode_undoes_encode"
    assert test.draws == (("data", "st.binary()"),)
    assert test.body == ("assert decode(encode(data)) == data",)
    assert test.bare == ("decode(encode(data))",)
    assert test.targets == ("encode", "decode")
    assert test.strong


def test_a_round_trip_of_guessed_types_is_not_strong():
    test = only("def quote(text): ...\ndef unquote(text): ...\n")
    assert test.draws == (("text", "st.text()"),)
    assert not test.strong


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("dumps", "loads"),
        ("b58encode", "b58decode"),
        ("escape_html", "unescape_html"),
        ("to_roman", "from_roman"),
        ("toRoman", "fromRoman"),
        ("format_range", "parse_range"),
        ("compress", "decompress"),
        ("bytes2human", "human2bytes"),
        ("int_to_words", "words_to_int"),
    ],
)
def test_inverse_names_are_known(forward, backward):
    found = groups(f"def {forward}(n: int) -> str: ...\ndef {backward}(s: str) -> int: ...\n")
    assert [t.body for t, *_ in found.values() if t.body == (f"assert {backward}({forward}(n)) == n",)]


def test_what_may_lose_something_is_not_narrowed_to_single_words():
    found = groups("def camel2under(s: str) -> str: ...\ndef under2camel(s: str) -> str: ...\n")
    tests = found["test_under2camel_undoes_camel2under"]
    assert [t.draws[0][1] for t in tests] == ["st.text()", "st.text(alphabet=string.printable)"]
    assert not any(t.strong for t in tests)


def test_names_that_are_no_inverses_give_nothing():
    assert groups("def encode(n: int) -> str: ...\ndef load(s: str) -> int: ...\n") == {}


def test_the_other_half_may_be_in_a_module_beside():
    test = only(DECODE, beside=ENCODE)
    assert test.body == ("assert decode(encode(data)) == data",)
    assert test.imports == {("shop.codes", "decode"), ("shop.reading", "encode")}
    assert test.targets == ("decode",)


def test_what_both_must_be_given_is_drawn_once():
    test = only("def encrypt(text: str, key: int) -> str: ...\ndef decrypt(text: str, key: int) -> str: ...\n")
    assert test.body == ("assert decrypt(encrypt(text, key), key) == text",)


def test_a_class_comes_back_from_what_it_was_taken_apart_into():
    source = """
        from dataclasses import dataclass

        @dataclass
        class Point:
            x: int
            name: str = ""

            def to_dict(self) -> dict: ...

            @classmethod
            def from_dict(cls, data: dict) -> "Point": ...
        """
    test = only(source)
    assert test.name == "test_point_from_dict_undoes_to_dict"
    assert test.draws == (("point", "st.builds(Point, x=st.integers(), name=st.text())"),)
    assert test.body == ("assert Point.from_dict(point.to_dict()) == point",)


def test_a_class_without_equality_cannot_be_compared():
    source = """
        class Point:
            def __init__(self, x: int): ...
            def to_dict(self) -> dict: ...
            @classmethod
            def from_dict(cls, data: dict): ...
        """
    assert groups(source) == {}


def test_tidying_twice_is_conjectured_with_less_and_less():
    tests = groups("def normalize_name(name: str) -> str: ...")["test_normalize_name_is_idempotent"]
    assert tests[0].body == ("once = normalize_name(name)", "assert normalize_name(once) == once")
    assert [test.draws[0][1] for test in tests] == [
        "st.text()",
        "st.text(alphabet=string.printable)",
        "st.text(alphabet=string.ascii_lowercase, min_size=1)",
    ]
    assert ("string", "") in tests[1].imports


def test_what_gives_what_it_takes_may_be_idempotent_but_not_a_question():
    assert only("def f(x: list[int]) -> list[int]: ...").kind == "idempotence"
    assert groups("def is_clean(x: bool) -> bool: ...") == {}
    assert groups("def f(x: str) -> int: ...") == {}


def test_a_generator_is_gathered():
    found = groups("def unique_words(words: list[str]):\n    yield from dict.fromkeys(words)\n")
    test = found["test_unique_words_gives_each_element_once"][0]
    assert test.body == ("found = list(unique_words(words))", "assert found == list(dict.fromkeys(words))")


def test_numbers_may_be_swapped_and_texts_where_the_name_says_so():
    assert only("def total(a: int, b: int) -> int: ...").body == ("assert total(a, b) == total(b, a)",)
    assert only("def distance(a: str, b: str) -> int: ...").kind == "commutativity"
    assert groups("def join(a: str, b: str) -> str: ...") == {}
    assert groups("def power(a: int, b: str) -> int: ...") == {}


def test_sorting_keeps_elements_and_ignores_order():
    found = groups("def natsorted(items: list[str]) -> list[str]: ...")
    assert "test_natsorted_keeps_all_elements" in found
    assert "test_natsorted_ignores_the_order_of_its_input" in found


def test_pieces_make_the_whole():
    test = only("def chunked(items: list[int], size: int): ...")
    assert test.draws[1] == ("size", "st.integers(min_value=1, max_value=10)")
    assert test.body[1] == "assert [item for piece in pieces for item in piece] == items"


def test_a_class_that_compares_itself():
    source = """
        class Version:
            def __init__(self, major: int): ...
            def __eq__(self, other): ...
            def __lt__(self, other): ...
            def __hash__(self): ...
        """
    found = groups(source)
    assert list(found) == [
        "test_version_order_is_consistent",
        "test_version_equality_is_symmetric",
        "test_version_equal_ones_hash_alike",
    ]
    assert found["test_version_order_is_consistent"][0].targets == ("Version.__lt__", "Version.__eq__")


def test_only_what_the_module_raises_itself_is_allowed():
    source = """
        class BadPrice(Exception): ...

        def _check(text):
            raise BadPrice(text)

        def parse_price(text: str) -> int:
            return _check(text)
        """
    test = only(source)
    assert test.body == ("with suppress(BadPrice):", "    parse_price(text)")
    assert ("shop.codes", "BadPrice") in test.imports
    assert groups("def parse_price(text: str) -> int:\n    return int(text)\n") == {}
    assert groups("def register(text: str):\n    raise ValueError\n") == {}


def test_variants_and_deprecated_functions_agree():
    test = only("def mean_fast(x: str) -> int: ...\ndef mean(x: str) -> int: ...\n")
    assert test.body == ("assert mean_fast(x) == mean(x)",)
    old = 'def average(x: str) -> int:\n    """Deprecated: use mean."""\n    warnings.warn("no")\n    return mean(x)\n'
    test = only(old + "def mean(x: str) -> int: ...\n")
    assert test.kind == "agreement"
    assert test.decorators == ('@pytest.mark.filterwarnings("ignore::DeprecationWarning")',)
    assert groups("def first(x: str) -> int: ...\ndef second(x: str) -> int: ...\n") == {}
    assert groups("def mean_fast(x: str, y: int) -> int: ...\ndef mean(x: str) -> int: ...\n") == {}


def test_private_and_async_functions_are_left_alone():
    assert groups("def _clean(x: str) -> str: ...\nasync def clean(x: str) -> str: ...\n") == {}


def test_only_what_is_asked_for():
    text = "def clean(x: str) -> str: ...\ndef strip(x: str) -> str: ...\n"
    assert [g[0].targets for g in conjectures(*model(text), asks_for=["strip"].__contains__)] == [("strip",)]


@pytest.mark.parametrize(
    ("annotation", "strategy"),
    [
        ("Optional[int]", "st.none() | st.integers()"),
        ("int | None", "st.integers() | st.none()"),
        ("Union[str, bytes]", "st.text() | st.binary()"),
        (
            "dict[str, list[float]]",
            "st.dictionaries(st.text(), st.lists(st.floats(allow_nan=False, allow_infinity=False)))",
        ),
        ("tuple[int, str]", "st.tuples(st.integers(), st.text())"),
        ("tuple[int, ...]", "st.lists(st.integers()).map(tuple)"),
        ("Literal['a', 1]", "st.sampled_from(['a', 1])"),
        ("Color", "st.sampled_from(Color)"),
        ("Text", "st.text() | st.binary()"),
        ("'datetime.date'", "st.dates()"),
        ("Decimal", "st.decimals(allow_nan=False, allow_infinity=False)"),
    ],
)
def test_an_annotation_says_what_to_draw(annotation, strategy):
    source = f"""
        import datetime
        import enum
        from decimal import Decimal
        from typing import Literal, Optional, Union

        Text = Union[str, bytes]

        class Color(enum.Enum):
            RED = 1

        def clean(x: {annotation}): ...
        """
    assert only(source).draws == (("x", strategy),)


@pytest.mark.parametrize("annotation", ["Callable[[], int]", "Any", "IO[str]", "Unknown", "Optional[Unknown]"])
def test_what_cannot_be_drawn_is_not_guessed(annotation):
    assert groups(f"def clean(s: {annotation}): ...") == {}


@pytest.mark.parametrize(
    ("function", "strategy"),
    [
        ('def clean(x):\n    """\n    >>> clean("a b")\n    """', "st.text()"),
        ('def clean(x):\n    """:param str x: what"""', "st.text()"),
        ("def clean(x):\n    return x.upper()", "st.text()"),
        ("def clean(iterable): ...", "st.lists(st.integers())"),
        ('def clean(x):\n    """\n    >>> clean(["a"])\n    """', "st.lists(st.text())"),
    ],
)
def test_what_an_untyped_parameter_takes_is_read_elsewhere(function, strategy):
    assert only(function).draws[0][1] == strategy


def test_numbers_are_narrowed_to_what_they_are_compared_with():
    source = """
        def to_roman(n: int) -> str:
            if n < 0 or n > 4000:
                raise ValueError(n)

        def from_roman(s: str) -> int: ...
        """
    (tests,) = groups(source).values()
    assert [t.draws[0][1] for t in tests][:3] == ["st.integers()", "st.integers(0, 4000)", "st.integers(1, 3999)"]
    assert all(t.strong for t in tests)
