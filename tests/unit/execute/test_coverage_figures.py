from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.errors import ProjectError
from testwright.execute.coverage_figures import executed, figures

SAMPLE = """\
    import os
    def f(x):
        if x:
            return 1
        for i in range(
            3,
        ):
            print(i)
        if x is None:  # pragma: no cover
            return 3
        return [
            1,
            2 if x else 3,
        ]
    """


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(dedent(SAMPLE))
    return path


IMPORT = [(-1, 1), (1, 2), (2, -1)]
LOOPING = [(-2, 3), (3, 5), (5, 6), (6, 5), (5, 8), (8, 5), (5, 9)]


def test_nothing_was_run(source: Path) -> None:
    told = figures(source, [])
    assert (told.covered_lines, told.covered_branches, told.percent) == (0, 0, 0.0)
    assert told.missing_lines == (1, 2, 3, 4, 5, 8, 11)
    assert told.statements == 7


def test_importing(source: Path) -> None:
    told = figures(source, IMPORT)
    assert (told.covered_lines, told.covered_branches) == (2, 0)


def test_lines_within_a_statement_count_once_and_excluded_ones_never(source: Path) -> None:
    lines, branches = executed(source, [*LOOPING, (9, 10), (10, -2)])
    assert lines == {3, 5, 8}
    assert branches == {(3, 5)}  # where the loop may go when it ends is excluded, so it has no choice


def test_missing_branches_are_told_in_words(source: Path) -> None:
    told = figures(source, IMPORT + LOOPING)
    words = {(arc.start, arc.end): arc.words for arc in told.missing_arcs}
    assert words[(3, 4)] == "line 3 didn't jump to line 4 because the condition on line 3 was never true"


def test_executed_and_figures_count_the_same(source: Path) -> None:
    arcs = IMPORT + LOOPING + [(9, 11), (11, 13), (13, -2)]
    told = figures(source, arcs)
    lines, branches = executed(source, arcs)
    assert told.covered_lines == len(lines)
    assert told.statements - len(told.missing_lines) == len(lines)
    missing = {(arc.start, arc.end) for arc in told.missing_arcs}
    assert not branches & missing


def test_an_edited_file_is_read_anew(source: Path) -> None:
    assert executed(source, [(-1, 1)])[0] == {1}
    source.write_text("# nothing any more\n")
    os.utime(source, (1, 1))
    assert executed(source, [(-1, 1)])[0] == frozenset()


def test_a_module_without_statements_is_covered(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("")
    assert figures(empty, []).percent == 100.0


def test_a_source_that_does_not_parse_is_explained(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def (:\n")
    for ask in (executed, figures):
        with pytest.raises(ProjectError) as caught:
            ask(broken, [(-1, 1)])
        assert caught.value.slug == "source-unreadable"
