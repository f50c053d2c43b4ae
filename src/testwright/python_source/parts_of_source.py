"""Takes a line of source apart at its brackets, so that it can be broken where formatters would."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from tokenize import TokenInfo

from testwright.python_source.parsing import parse_source
from testwright.python_source.render_layout import Brackets, Part, Parts, Text, lay_out
from testwright.python_source.render_literal import WIDTH, width

__all__ = ["broken_line"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_NOT_BROKEN = frozenset(("for", "async"))


def broken_line(line: str, indent: int = 0) -> list[str]:
    """The lines of one statement, or of the first line of one ("with …:"); as it is where it cannot be read."""
    text = line.strip()
    extra = len(line) - len(line.lstrip())
    try:
        tokens = _tokens(text)
    except (tokenize.TokenError, SyntaxError):
        return [" " * indent + line]
    if "\n" in text or not tokens:
        return [" " * indent + line]
    before, after = _assigned(text)
    body = [t for t in tokens if t.start[1] >= len(before) and t.end[1] <= len(text) - len(after)]
    parts = _Reader(text, body).parts(len(before), len(text) - len(after))
    if not parts:
        return [" " * indent + line]
    lines = lay_out(parts, indent=indent + extra, before=before, after=after)
    return lines if width(lines[0]) <= WIDTH else _compared(text, indent + extra) or lines


def _compared(text: str, indent: int) -> list[str]:
    """An asserted comparison in parentheses, for one of which nothing else gives; nothing for all others."""
    test = _test_of(text)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return []
    octets = text.encode()
    middle = octets[test.left.end_col_offset : test.comparators[0].col_offset].decode().strip()
    right = octets[test.comparators[0].col_offset :].decode()
    margin, inner = " " * indent, " " * (indent + 4)
    whole = inner + text.removeprefix("assert ")
    lines = [whole]
    if width(whole) > WIDTH:
        left = octets[test.left.col_offset : test.left.end_col_offset].decode()
        lines = [*_operand(left, indent + 4, ""), *_operand(right, indent + 4, f"{middle} ")]
    return [f"{margin}assert (", *lines, f"{margin})"]


def _test_of(text: str) -> ast.expr | None:
    try:
        tree = parse_source(text).body[0]
    except SyntaxError:
        return None
    return tree.test if isinstance(tree, ast.Assert) else None


def _operand(side: str, indent: int, before: str) -> list[str]:
    return lay_out(_Reader(side, _tokens(side)).parts(0, len(side)), indent=indent, before=before)


def _assigned(text: str) -> tuple[str, str]:
    """What stands before the expression that may be broken, and after it."""
    after = ":" if text.startswith("with ") and text.endswith(":") else ""
    for start in ("assert ", "with ", "return ", "@"):
        if text.startswith(start):
            return start, after
    try:
        tree = parse_source(text).body[0]
    except SyntaxError:
        return "", after
    if isinstance(tree, ast.Assign):
        return text.encode()[: tree.value.col_offset].decode(), after
    return "", after


class _Reader:
    def __init__(self, text: str, tokens: list[TokenInfo]) -> None:
        self._text, self._tokens = text, tokens

    def parts(self, start: int, end: int) -> Parts:
        """Of the text between two columns."""
        tokens = [t for t in self._tokens if t.start[1] >= start and t.end[1] <= end]
        return tuple(self._parts(tokens, start, end))

    def _parts(self, tokens: list[TokenInfo], start: int, end: int) -> Iterator[Part]:
        at = start
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.string in _PAIRS:
                last = _closing(tokens, place)
                if token.string == "[" and self._is_call(token):  # a slice takes no comma: subscripts stay whole
                    place = last
                elif last > place + 1:
                    if self._text[at : token.start[1]]:
                        yield self._text[at : token.start[1]]
                    yield self._brackets(tokens[place : last + 1])
                    at, place = tokens[last].end[1], last + 1
                    continue
            elif token.type == tokenize.STRING and token.string[0] in "'\"":
                if self._text[at : token.start[1]]:
                    yield self._text[at : token.start[1]]
                yield Text(ast.literal_eval(token.string))
                at = token.end[1]
            place += 1
        if self._text[at:end]:
            yield self._text[at:end]

    def _brackets(self, tokens: list[TokenInfo]) -> Brackets:
        inner = tokens[1:-1]
        opening, closing = tokens[0], tokens[-1]
        cuts = [t for t, depth in _with_depth(inner) if depth == 0 and t.string == ","]
        made = any(t.string in _NOT_BROKEN for t, depth in _with_depth(inner) if depth == 0 and t.type == tokenize.NAME)
        if made:
            items = [self.parts(opening.end[1], closing.start[1])]
            return Brackets(opening.string, tuple(items), closing.string, commas=False)
        ends = [*(cut.start[1] for cut in cuts), closing.start[1]]
        starts = [opening.end[1], *(cut.end[1] for cut in cuts)]
        spans = [(self._trimmed(a, b)) for a, b in zip(starts, ends, strict=True)]
        items = [self.parts(a, b) for a, b in spans if b > a]
        lone = bool(cuts) and len(items) == 1
        grouping = opening.string == "(" and not cuts and len(items) == 1 and not self._is_call(opening)
        return Brackets(opening.string, tuple(items), closing.string, lone_comma=lone, commas=not grouping)

    def _is_call(self, opening: TokenInfo) -> bool:
        before = self._text[: opening.start[1]][-1:]
        return before.isalnum() or (before != "" and before in "_)]\"'")

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self._text[start] == " ":
            start += 1
        while end > start and self._text[end - 1] == " ":
            end -= 1
        return start, end


def _tokens(text: str) -> list[TokenInfo]:
    """From Python 3.12 on there are tokens for what is in a formatted string; here it has one, as before."""
    found: list[TokenInfo] = []
    begun: list[TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            begun.append(token)
        elif name == "FSTRING_END":
            first = begun.pop()
            if not begun:
                whole = text[first.start[1] : token.end[1]]
                found.append(TokenInfo(tokenize.STRING, whole, first.start, token.end, token.line))
        elif not begun and token.string and token.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER):
            found.append(token)
    return found


def _with_depth(tokens: list[TokenInfo]) -> Iterator[tuple[TokenInfo, int]]:
    depth = 0
    for token in tokens:
        if token.string in (")", "]", "}"):
            depth -= 1
        yield token, depth
        if token.string in _PAIRS:
            depth += 1


def _closing(tokens: list[TokenInfo], place: int) -> int:
    depth = 0
    for number in range(place, len(tokens)):
        if tokens[number].string in _PAIRS:
            depth += 1
        elif tokens[number].string in (")", "]", "}"):
            depth -= 1
            if not depth:
                return number
    return place
