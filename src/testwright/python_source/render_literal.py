"""Decides how a literal is written: double quotes where black wants them, exact values, no unreadable digits."""

from __future__ import annotations

import math
import unicodedata

__all__ = [
    "WIDTH",
    "bytes_literal",
    "complex_pieces",
    "float_literal",
    "int_literal",
    "pieces_of",
    "quote_for",
    "text_body",
    "text_literal",
    "width",
]

WIDTH = 88
_LONGEST_DECIMAL = 10**4000  # Python refuses to read longer decimal text


def width(text: str) -> int:
    """Columns that the text takes, counted as the formatters do: wide characters twice, combining marks not at all."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def text_literal(value: str) -> str:
    """The string in the quotes that need fewer escapes, double ones on a tie."""
    quote = quote_for(value)
    return f"{quote}{text_body(value, quote)}{quote}"


def quote_for(value: str) -> str:
    return "'" if value.count('"') > value.count("'") else '"'


def text_body(value: str, quote: str) -> str:
    """What stands between quotes of this kind."""
    body = repr("'\"" + value)[1:-1]  # with both quotes inside, repr uses single ones and escapes them
    return _body(body.removeprefix("\\'\""), quote)


def bytes_literal(value: bytes) -> str:
    """The same for bytes."""
    quote = "'" if value.count(b'"') > value.count(b"'") else '"'
    body = repr(b"'\"" + value)[2:-1].removeprefix("\\'\"")
    return f"b{quote}{_body(body, quote)}{quote}"


def _body(body: str, quote: str) -> str:
    """`body` has its single quotes escaped and its double ones not."""
    if quote == "'":
        return body
    parts = body.split("\\\\")  # a backslash before a quote may itself be the end of an escaped backslash
    return "\\\\".join(part.replace("\\'", "'").replace('"', '\\"') for part in parts)


def int_literal(value: int) -> str:
    """Decimal, but hexadecimal where Python refuses to read the decimal."""
    if abs(value) < _LONGEST_DECIMAL:
        return str(value)
    return f"{'-' if value < 0 else ''}0x{abs(value):X}"


def float_literal(value: float) -> str:
    """A finite float as the formatters write it: no plus sign in the exponent."""
    return repr(value).replace("e+", "e")


def complex_pieces(value: complex) -> tuple[str, bool]:
    """The text and whether it is a sum; "" where only `complex(real, imag)` keeps the value."""
    real, imag = value.real, value.imag
    if not (math.isfinite(real) and math.isfinite(imag)):
        return "", False
    if real == 0 and math.copysign(1, real) > 0 and math.copysign(1, imag) > 0:
        return _imaginary(imag), False
    if real == 0 or imag == 0:
        return "", False
    return f"{_short(real)} {'-' if imag < 0 else '+'} {_imaginary(abs(imag))}", True


def _short(value: float) -> str:
    return float_literal(value).removesuffix(".0")


def _imaginary(value: float) -> str:
    return f"{_short(value)}j"


def pieces_of(value: str | bytes, room: int) -> list[str]:
    """Literals that concatenate to the value, one for each line of the text, none wider than `room` where possible."""
    if isinstance(value, bytes):
        lines = value.splitlines(keepends=True)
        return [bytes_literal(piece) for line in lines for piece in _chunks_of_bytes(line, room)]
    return [text_literal(piece) for line in _lines(value) for piece in _chunks(line, room)]


def _lines(value: str) -> list[str]:
    """Lines that end at a line feed alone: str.splitlines knows more ends than a reader does."""
    lines = [line + "\n" for line in value.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _chunks(line: str, room: int) -> list[str]:
    chunks: list[str] = []
    while width(text_literal(line)) > room:
        cut = _cut(line, room)
        if cut >= len(line):
            break
        chunks.append(line[:cut])
        line = line[cut:]
    return [*chunks, line] if line else chunks


def _cut(line: str, room: int) -> int:
    """Where to break: after the last blank that fits, or anywhere when the text has no blank there."""
    fits = max(1, min(len(line) - 1, room - 2))
    while fits > 1 and width(text_literal(line[:fits])) > room:
        fits = max(1, fits - max(1, (width(text_literal(line[:fits])) - room) // 10))
    blank = line.rfind(" ", 0, fits)
    return blank + 1 if blank > fits // 2 else fits


def _chunks_of_bytes(line: bytes, room: int) -> list[bytes]:
    chunks: list[bytes] = []
    while len(bytes_literal(line)) > room and len(line) > 1:
        fits = max(1, min(len(line) - 1, room - 3))
        while fits > 1 and len(bytes_literal(line[:fits])) > room:
            fits -= 1
        chunks.append(line[:fits])
        line = line[fits:]
    return [*chunks, line]
