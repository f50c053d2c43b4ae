"""Literals keep their value and have the quotes that black gives them."""

from __future__ import annotations

import ast

import black
import pytest

from testwright.python_source.render_literal import (
    bytes_literal,
    complex_pieces,
    float_literal,
    int_literal,
    pieces_of,
    text_literal,
    width,
)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('it\'s "so"', "'it\\'s \"so\"'"),
        ("it's 'so' \"", "\"it's 'so' \\\"\""),
        ("back\\", '"back\\\\"'),
        ("a\\'b", '"a\\\\\'b"'),
        ("é漢", '"é漢"'),
        ("\u200b\ud800", '"\\u200b\\ud800"'),
        ("", '""'),
    ],
)
def test_text(value: str, source: str) -> None:
    assert text_literal(value) == source
    assert ast.literal_eval(source) == value


@pytest.mark.parametrize("value", ["it's", 'say "hi"', "both ' and \"", "''\"", "\\'\"", '\\\\"'])
def test_black_agrees_on_quotes(value: str) -> None:
    source = f"x = {text_literal(value)}\n"
    assert black.format_str(source, mode=black.Mode()) == source
    source = f"x = {bytes_literal(value.encode())}\n"
    assert black.format_str(source, mode=black.Mode()) == source
    assert ast.literal_eval(bytes_literal(value.encode())) == value.encode()


def test_an_int_too_long_for_decimal_is_written_in_hexadecimal() -> None:
    assert int_literal(12) == "12"
    assert int_literal(-(10**5000)).startswith("-0x")
    assert ast.literal_eval(int_literal(10**5000)) == 10**5000


def test_exponents_have_no_plus() -> None:
    assert float_literal(1e22) == "1e22"
    assert float_literal(1e-7) == "1e-07"


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (2j, ("2j", False)),
        (1 + 2j, ("1 + 2j", True)),
        (1.5 - 2j, ("1.5 - 2j", True)),
        (complex(-0.0, 1), ("", False)),
        (complex(1, float("nan")), ("", False)),
    ],
)
def test_complex(value: complex, pieces: tuple[str, bool]) -> None:
    assert complex_pieces(value) == pieces


@pytest.mark.parametrize(
    "value", ["one\ntwo\n", "x" * 300, "word " * 60, "\n\n", "é" * 200, "a\x0cb\u2028c\nd", "\n" * 3]
)
def test_pieces_join_to_the_whole(value: str) -> None:
    pieces = pieces_of(value, 40)
    assert "".join(map(ast.literal_eval, pieces)) == value
    assert all(width(piece) <= 40 for piece in pieces)


def test_pieces_of_bytes_join_to_the_whole() -> None:
    value = bytes(range(256)) * 2
    pieces = pieces_of(value, 40)
    assert b"".join(map(ast.literal_eval, pieces)) == value
    assert all(len(piece) <= 40 for piece in pieces)


def test_a_line_of_text_is_broken_after_a_blank() -> None:
    assert pieces_of("some words that are long", 16) == ['"some words "', '"that are long"']


def test_width_counts_columns() -> None:
    assert width("漢字") == 4
    assert width("e\u0301") == 1
