"""Rows that are taken out of tables, and tables out of which none can be taken."""

from __future__ import annotations

import pytest

from testwright.python_source.table_rows import without_rows

LONG = """\
@pytest.mark.parametrize(
    "x",
    [
        1,  # one
        pytest.param(
            2, id="two"
        ),
        3
    ],
)
def test_a(x):
    assert x
"""


def test_rows_go_with_their_lines():
    assert without_rows(LONG, "test_a", [1], 3) == LONG.replace(
        '        pytest.param(\n            2, id="two"\n        ),\n', ""
    )
    assert without_rows(LONG, "test_a", [0, 2], 3) == LONG.replace("        1,  # one\n", "").replace("        3\n", "")


def test_rows_of_one_line_go_too():
    source = "@pytest.mark.parametrize('a, b', [(1, 'x'), (2, 'y')])\ndef test_a(a, b):\n    assert a  # kept\n"
    assert without_rows(source, "test_a", [0], 2) == source.replace("(1, 'x'), ", "")


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        pytest.param("@pytest.mark.parametrize('a', ROWS)\ndef test_a(a): pass\n", 3, id="rows-stand-elsewhere"),
        pytest.param("@pytest.mark.parametrize('a', [*ROWS, 1])\ndef test_a(a): pass\n", 2, id="some-stand-elsewhere"),
        pytest.param(
            "@pytest.mark.parametrize('a', [1, 2], ids=['x', 'y'])\ndef test_a(a): pass\n", 2, id="ids-beside"
        ),
        pytest.param(
            "@p.parametrize('a', [1])\n@p.parametrize('b', [1, 2])\ndef test_a(a, b): pass\n", 2, id="two-tables"
        ),
        pytest.param("@p.parametrize('a', [1, 2])\ndef test_a(a): pass\n", 3, id="another-count"),
        pytest.param("@p.parametrize('a', [1])\ndef test_a(a): pass\n", 1, id="the-last-one"),
        pytest.param("def test_a(): pass\n", 1, id="no-table"),
    ],
)
def test_what_cannot_be_told_is_not_done(source, rows):
    assert without_rows(source, "test_a", [0], rows) == ""
