from __future__ import annotations

import os
import warnings
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.errors import ProjectError
from testwright.python_source.coverage_shape import coverage_shape

SAMPLE = '''\
    """Says
    what it is."""
    def f(x):
        if x:
            return [
                1,
            ]
        while x:  # pragma: no branch
            x -= 1
        if x is None:  # pragma: no cover
            return 3
        return 4
    '''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(dedent(SAMPLE))
    return path


def test_statements_are_told_from_excluded_lines_and_docstrings(source: Path) -> None:
    shape = coverage_shape(source)
    assert shape.statements == {3, 4, 5, 8, 9, 12}
    assert shape.excluded == {10, 11}
    assert shape.docstrings == {1}


def test_lines_count_as_the_first_of_their_statement(source: Path) -> None:
    assert coverage_shape(source).first_lines([4, 6, 7]) == {4, 5}


def test_arcs_within_a_statement_stand_for_its_way_out(source: Path) -> None:
    assert coverage_shape(source).whole_arcs([(-3, 4), (4, 5), (5, 6), (6, -3)]) == {(-3, 4), (4, 5), (5, -3)}


def test_only_what_was_never_gone_to_is_missing(source: Path) -> None:
    shape = coverage_shape(source)
    assert shape.missing_branches([]) == {4: (5, 8)}  # the loop is not asked for, and after it one way is excluded
    assert shape.missing_branches([(4, 8)]) == {4: (5,)}
    assert shape.exits[4] == 2


def test_a_missing_branch_has_words(source: Path) -> None:
    words = "line 4 didn't jump to line 5 because the condition on line 4 was never true"
    assert coverage_shape(source).missing_arc_description(4, 5) == words


def test_the_configuration_says_what_else_is_excluded(source: Path, tmp_path: Path) -> None:
    settings = tmp_path / ".coveragerc"
    settings.write_text("[report]\nexclude_also =\n    return 4\npartial_branches = if x:\n")
    shape = coverage_shape(source, config_file=str(settings))
    assert 12 in shape.excluded
    assert 4 in shape.unasked
    assert 12 in coverage_shape(source).statements


def test_an_edited_configuration_is_read_anew(source: Path, tmp_path: Path) -> None:
    settings = tmp_path / ".coveragerc"
    settings.write_text("[report]\nexclude_also = return 4\n")
    assert 12 in coverage_shape(source, config_file=str(settings)).excluded
    settings.write_text("[report]\n")
    os.utime(settings, (1, 1))
    assert 12 not in coverage_shape(source, config_file=str(settings)).excluded


def test_what_the_code_warns_of_is_not_told(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text("x = '\\d' is 'a'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert coverage_shape(source).statements == {1}


@pytest.mark.parametrize(
    "content", [b"def (:\n", b"x = '\x00'\n", b"# coding: klingon\nx = 1\n", b"x = " + b"(" * 3000]
)
def test_what_cannot_be_parsed_is_explained(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "broken.py"
    source.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        coverage_shape(source)
    assert caught.value.slug == "source-unreadable"
    assert str(source) in caught.value.message


def test_a_file_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="No such file"):
        coverage_shape(tmp_path / "none.py")
