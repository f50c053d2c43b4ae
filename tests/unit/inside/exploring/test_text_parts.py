"""Texts by their parts: which there are, and how they are repeated and nested."""

from __future__ import annotations

from testwright.inside.exploring.text_parts import Part, nested, parts_of, repeated

LINES = "a:\n  b\n  c:\n    d\ne"


def parts(text: str, shape: str) -> list[str]:
    return [text[part.start : part.end] for part in parts_of(text) if part.shape == shape]


def test_brackets_are_found_on_all_levels() -> None:
    assert parts("f(a[1], {b}) x)", "(") == ["(a[1], {b})"]
    assert parts("f(a[1], {b}) x)", "[") == ["[1]"]
    assert parts("((1) 2)", "(") == ["(1)", "((1) 2)"]


def test_what_is_quoted_is_one_part() -> None:
    assert parts("""x = "a(b" + 'c,d'""", '"') == ['"a(b"']
    assert parts("""x = "a(b" + 'c,d'""", "(") == []
    assert parts(r'"a\"b" c', '"') == [r'"a\"b"']


def test_items_are_those_of_their_level() -> None:
    assert parts("a, f(b, c), d", ",") == ["b", " c", "a", " f(b, c)", " d"]
    assert parts("a|b", "|") == ["a", "b"]
    assert parts("a b", ",") == []


def test_lines_go_with_what_is_below_them() -> None:
    assert parts(LINES, "line") == ["a:\n  b\n  c:\n    d", "  b", "  c:\n    d", "    d", "e"]
    assert parts("one line", "line") == []


def test_parts_are_repeated_with_what_parts_them() -> None:
    assert repeated("f(1,2)", Part(2, 3, ","), 2) == "f(1,1,1,2)"
    assert repeated("f(1)", Part(1, 4, "("), 1) == "f(1)(1)"
    assert repeated("a\n  b\nc", Part(0, 5, "line"), 1) == "a\n  b\na\n  b\nc"


def test_parts_are_nested() -> None:
    assert nested("f{a}", Part(1, 4, "{"), 3) == "f{{{{a}}}}"
    assert nested("a\nb", Part(2, 3, "line"), 2) == "a\nb\n    b\n        b"
