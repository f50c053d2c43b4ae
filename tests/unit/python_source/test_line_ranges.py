"""Lines are put together as somebody reads them."""

from __future__ import annotations

import pytest

from testwright.python_source.line_ranges import line_ranges


@pytest.mark.parametrize(
    ("lines", "shown"), [((), ""), ((3,), "3"), ((9, 3, 7, 8), "3, 7-9"), ((1, 2, 4, 5, 5), "1-2, 4-5")]
)
def test_neighbours_are_one_range(lines: tuple[int, ...], shown: str) -> None:
    assert line_ranges(lines) == shown
