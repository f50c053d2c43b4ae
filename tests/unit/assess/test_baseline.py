"""What an audit leaves for the next one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testwright.assess.baseline import (
    Baseline,
    Change,
    Counts,
    FileRecord,
    baseline_text,
    changes,
    read_baseline,
)

CART = FileRecord(Counts(3, 4, 1, 2), "aa")
ITEM = FileRecord(Counts(5, 5), "bb")
BASELINE = Baseline(Counts(8, 9, 1, 2), {"shop/cart.py": CART, "shop/item.py": ITEM})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_text(baseline_text(BASELINE))
    assert read_baseline(str(path)) == (BASELINE, ())


def test_the_same_is_written_the_same_whatever_its_order() -> None:
    backwards = Baseline(BASELINE.totals, dict(reversed(list(BASELINE.files.items()))))
    assert baseline_text(BASELINE) == baseline_text(backwards)


def test_without_a_file_there_is_no_baseline_and_nothing_to_say(tmp_path: Path) -> None:
    assert read_baseline(str(tmp_path / "audit.json")) == (None, ())


GOOD = {"schema": 1, "totals": {"covered": 1, "statements": 2}, "files": {}}
DAMAGED = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    "[" * 100_000,
    json.dumps({**GOOD, "schema": 2}),
    json.dumps({**GOOD, "files": []}),
    json.dumps({**GOOD, "totals": {"covered": 3, "statements": 2}}),
    json.dumps({**GOOD, "totals": {"covered": "1", "statements": 2}}),
    json.dumps({**GOOD, "totals": {"covered": True, "statements": 2}}),
    json.dumps({**GOOD, "totals": {"covered": 1, "statements": 2, "taken": 1}}),
    json.dumps({**GOOD, "files": {"a.py": {"covered": 1, "statements": 2}}}),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_as_none_and_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "audit.json"
    path.write_text(text)
    baseline, (notice,) = read_baseline(str(path))
    assert baseline is None
    assert str(path) in notice


def test_bytes_that_are_no_text_are_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_bytes(b"\xff\xfe")
    assert read_baseline(str(path))[0] is None
    assert read_baseline(str(tmp_path))[1]


def test_a_path_that_is_no_utf_8_survives(tmp_path: Path) -> None:
    odd = Baseline(Counts(0, 0), {"caf\udce9.py": ITEM})
    (tmp_path / "a").write_text(baseline_text(odd))
    assert read_baseline(str(tmp_path / "a")) == (odd, ())


def test_only_what_was_counted_differently_is_a_change() -> None:
    better, new = FileRecord(Counts(4, 4, 2, 2), "aa"), FileRecord(Counts(0, 1), "cc")
    now = Baseline(
        Counts(9, 10), {"shop/cart.py": better, "shop/item.py": FileRecord(ITEM.counts, "other"), "new.py": new}
    )
    assert changes(BASELINE, now) == (
        Change("new.py", None, new.counts),
        Change("shop/cart.py", CART.counts, better.counts, edited=False),
    )
    assert changes(now, Baseline(Counts(0, 0)))[0] == Change("new.py", new.counts, None)


def test_fractions_are_exact_and_of_lines_alone_where_branches_are_not_known_of_both() -> None:
    assert Counts(1, 3, 1, 3).is_below(Counts(33_333, 99_998, 0, 0))
    assert not Counts(1, 3, 0, 0).is_below(Counts(2, 6, 0, 0))
    assert not Counts(3, 4, 0, 100).is_below(Counts(3, 4))
    assert Counts(2, 4).is_below(Counts(3, 4, 0, 100))
    assert not Counts(0, 0).is_below(Counts(1, 1))
