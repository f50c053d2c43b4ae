"""Names and docstrings that models give to tests: what is taken of them, and what is left as it was."""

from __future__ import annotations

import pytest

from testwright.python_source.named_tests import TestName, accepted_names, with_names

SOURCE = '''\
import calc


# proof: 5/5 runs
def test_add():
    # kept
    assert calc.add(1) == "test_add"


def test_more(tmp_path):
    """Has one."""
    assert calc.more()


def helper():
    return 1
'''


def test_only_names_and_docstrings_change():
    names = accepted_names(
        SOURCE,
        {"test_add": TestName("test_add_counts_one", "One is added."), "test_more": TestName("test_most", "New.")},
    )
    expected = SOURCE.replace("def test_add():\n", 'def test_add_counts_one():\n    """One is added."""\n')
    assert with_names(SOURCE, names) == expected.replace("def test_more(", "def test_most(")


@pytest.mark.parametrize(
    "name",
    ["add", "test add", "test_more", "test_", "helper", "test_a" * 20, "test_ü", "test_x(tmp_path)"],
)
def test_what_is_no_name_is_not_given(name):
    found = accepted_names(SOURCE, {"test_add": TestName(name)})
    assert found == ({} if name != "test_" else {"test_add": TestName("test_")})


@pytest.mark.parametrize("docstring", ["two\nlines", 'ends """ it', "x" * 101, "back\\slash", " "])
def test_what_is_no_line_is_no_docstring(docstring):
    assert accepted_names(SOURCE, {"test_add": TestName("test_add", docstring)}) == {}


def test_others_than_tests_keep_their_names():
    assert accepted_names(SOURCE, {"helper": TestName("test_helper"), "gone": TestName("test_gone")}) == {}


def test_nothing_changes_where_more_would():
    assert with_names(SOURCE, {"test_add": TestName("test_x", '""" + evil() + """')}) == SOURCE
