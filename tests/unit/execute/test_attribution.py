from __future__ import annotations

from pathlib import Path

import pytest

from testwright.execute.attribution import attribute_new, goals
from testwright.nouns import Evidence, RunResult

IMPORT = [(-1, 1), (1, -1)]
TRUE = frozenset({(-1, 2), (2, 3), (3, -1)})
FALSE = frozenset({(-1, 2), (2, 4), (4, -1)})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text("def f(x):\n    if x:\n        return 1\n    return 2\n")
    return path


def ran(node: str, arcs: frozenset[tuple[int, int]], outcome: str = "passed") -> Evidence:
    return Evidence(node, (RunResult("hash seed 0", outcome),), arcs=arcs)


def test_the_first_to_reach_has_it(source: Path) -> None:
    first, again, other = attribute_new([ran("a", TRUE), ran("b", TRUE), ran("c", FALSE)], source, IMPORT)

    assert (first.new_lines, first.new_arcs) == ({2, 3}, {(2, 3)})
    assert (again.new_lines, again.new_arcs) == (frozenset(), frozenset())
    assert (other.new_lines, other.new_arcs) == ({4}, {(2, 4)})


def test_what_did_not_pass_reaches_nothing(source: Path) -> None:
    failed, passed = attribute_new([ran("a", TRUE, "failed"), ran("b", TRUE)], source, IMPORT)

    assert not failed.new_lines
    assert passed.new_lines == {2, 3}


def test_what_is_known_is_not_new(source: Path) -> None:
    (one,) = attribute_new([ran("a", TRUE)], source, [*IMPORT, *TRUE])
    assert (one.new_lines, one.new_arcs) == (frozenset(), frozenset())


def test_goals_are_shared(source: Path) -> None:
    reached = goals([ran("a", TRUE), ran("b", TRUE), ran("c", FALSE, "failed")], source, IMPORT)
    assert reached == {"a": {2, 3, (2, 3)}, "b": {2, 3, (2, 3)}, "c": frozenset()}
