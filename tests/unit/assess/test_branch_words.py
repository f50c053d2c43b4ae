from __future__ import annotations

import textwrap

import pytest

from testwright.assess.branch_words import BranchWords
from testwright.assess.statement_survey import survey_of
from testwright.nouns import BranchPoint


def words_of(source: str | bytes) -> BranchWords:
    found = survey_of(source)
    return BranchWords(found.text, found.openings)


def words(body: str, line: int, end: int) -> str:
    """Of the way from `line` to `end` in a function whose body begins on line 2."""
    source = "def f():\n" + textwrap.indent(textwrap.dedent(body), "    ")
    (way,) = words_of(source).of([BranchPoint(line, 2, 1, (end,))])
    assert (way.line, way.end) == (line, end)
    return way.words


IF = "if not rows:\n    a()\nelif b:\n    c()\nelse:\n    d()\ne()"


@pytest.mark.parametrize(
    ("body", "line", "end", "expected"),
    [
        (IF, 2, 3, "`if not rows` is never true"),
        (IF, 2, 4, "`if not rows` is never false"),
        (IF, 4, 5, "`elif b` is never true"),
        (IF, 4, 7, "`elif b` is never false"),
        ("if a:\n    b()", 2, -1, "`if a` is never false"),
        ("if a:\n    @b\n    def c(): pass\nd()", 2, 3, "`if a` is never true"),
        ("if a:\n\n    # why\n    b()\nc()", 2, 5, "`if a` is never true"),
        ("while a:\n    b()\nc()", 2, 3, "`while a` is never true"),
        ("while a:\n    b()\nc()", 2, 4, "`while a` is never false"),
        ("for a in rows():\n    b()\nc()", 2, 3, "the loop over `rows()` is never entered"),
        ("for a in rows():\n    b()\nc()", 2, -1, "the loop over `rows()` never ends by itself"),
        ("for a in b:\n    c()\nelse:\n    d()", 2, 5, "the loop over `b` never ends by itself"),
        ("try:\n    a()\nexcept (B, C) as d:\n    e()", 4, 5, "`except (B, C)` never catches anything"),
        ("try:\n    a()\nexcept B:\n    e()\nexcept C:\n    f()", 4, 6, "`except B` never lets an exception pass"),
        ("match a:\n    case [1, x] if x:\n        b()\nc()", 3, 4, "`case [1, x] if x` never matches"),
        ("match a:\n    case 1:\n        b()\n    case 2:\n        c()", 3, 5, "`case 1` matches always"),
        ("with a:\n    b()\nc()", 2, 4, "line 2 never goes on to line 4"),
        ("with a:\n    b()", 2, -1, "line 2 never leaves the function"),
        ("a()", 2, 99, "line 2 never goes on to line 99"),
    ],
)
def test_a_way_is_told_by_what_would_have_to_happen(body: str, line: int, end: int, expected: str) -> None:
    assert words(body, line, end) == expected


@pytest.mark.parametrize(
    ("body", "line", "end"),
    [
        ("if a: return 1\nb()", 2, 3),
        ("if a: return 1\nb()", 2, -1),
        ("if a:\n    b()\nelse:\n    c()\nd()", 2, 6),  # into neither block, as far as lines tell
    ],
)
def test_where_lines_do_not_tell_the_way_nothing_is_guessed(body: str, line: int, end: int) -> None:
    assert words(body, line, end).startswith("line 2 never ")


def test_a_long_condition_is_cut() -> None:
    said = words(f"if {'a' * 40} and {'b' * 40}:\n    pass\nc()", 2, 3)

    assert said == f"`if {'a' * 40} and {'b' * 14}…` is never true"


def test_a_condition_over_several_lines_is_one_line_without_comments() -> None:
    assert words("if (a and  # why\n        b):\n    c()\nd()", 2, 4) == "`if a and b` is never true"


def test_columns_count_in_utf8_whatever_the_file_is_in() -> None:
    source = "# coding: latin-1\ndef f(é):\n    if é == 'ü':\n        a()\n    b()\n"

    (way,) = words_of(source.encode("latin-1")).of([BranchPoint(3, 2, 1, (4,))])

    assert way.words == "`if é == 'ü'` is never true"


def test_points_are_told_by_line_and_taken_ones_are_not() -> None:
    source = "def f():\n    if a:\n        b()\n    while c:\n        d()\n"
    points = [BranchPoint(4, 2, 0), BranchPoint(2, 2, 2), BranchPoint(3, 3, 2)]

    found = words_of(source).of(points)

    assert [(way.line, way.end, way.words) for way in found] == [
        (3, 0, "1 of 3 ways on from line 3 is never taken"),
        (4, 0, "2 of 2 ways on from line 4 are never taken"),
    ]


def test_where_every_way_is_taken_there_is_nothing_to_say() -> None:
    assert words_of("def f(): pass").of([BranchPoint(1, 2, 2)]) == ()


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_columns_and_lines_are_those_of_the_tree_whatever_ends_a_line(end: str) -> None:
    source = "def f():\n    x = 1\n    if a:\n        b()\n    c()\n".replace("\n", end)

    (way,) = words_of(source).of([BranchPoint(3, 2, 1, (4,))])

    assert way.words == "`if a` is never true"
