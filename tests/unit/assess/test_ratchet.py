"""Floors that are only ever raised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testwright.assess.baseline import Counts
from testwright.assess.ratchet import Drop, drops, floors_of, floors_text, raised_floors, read_floors
from testwright.errors import ProjectError
from testwright.nouns.coverage import ModuleCoverage

HALF, MOST = Counts(1, 2, 1, 2), Counts(9, 10, 0, 0)


def test_a_file_below_its_floor_is_a_drop() -> None:
    worse = Counts(8, 10, 0, 0)
    assert drops({"a.py": MOST, "b.py": HALF}, {"b.py": HALF, "a.py": worse}) == (Drop("a.py", MOST, worse),)


def test_the_least_drop_is_one() -> None:
    assert drops({"a.py": Counts(99_999, 100_000)}, {"a.py": Counts(99_998, 100_000)})
    assert not drops({"a.py": Counts(1, 3)}, {"a.py": Counts(2, 6)})


def test_new_and_renamed_and_deleted_files_are_no_drops() -> None:
    assert drops({"old.py": MOST}, {"new.py": Counts(0, 10)}) == ()


def test_floors_rise_and_never_fall(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).touch()
    floors = {"a.py": HALF, "b.py": MOST, "gone.py": HALF, "c.py": HALF}
    better, worse, same = Counts(2, 2, 1, 2), Counts(8, 10, 0, 0), Counts(2, 4, 2, 4)
    found = raised_floors(floors, {"a.py": better, "b.py": worse, "new.py": HALF, "c.py": same}, str(tmp_path))
    assert found.floors == {"a.py": better, "b.py": MOST, "c.py": HALF, "new.py": HALF}
    assert (found.added, found.raised, found.dropped) == (("new.py",), ("a.py",), ("gone.py",))
    assert found.refused == (Drop("b.py", MOST, worse),)


def test_files_that_were_not_looked_at_keep_their_floors(tmp_path: Path) -> None:
    (tmp_path / "other.py").touch()
    assert raised_floors({"other.py": MOST}, {"a.py": HALF}, str(tmp_path)).floors == {"a.py": HALF, "other.py": MOST}


def test_a_run_without_branches_takes_no_branches_from_a_floor(tmp_path: Path) -> None:
    found = raised_floors({"a.py": HALF}, {"a.py": Counts(2, 2)}, str(tmp_path))
    assert found.floors == {"a.py": HALF}
    assert found.refused == ()


def test_a_floor_of_lines_alone_gets_its_branches(tmp_path: Path) -> None:
    measured = Counts(1, 2, 0, 8)
    found = raised_floors(
        {"a.py": Counts(1, 2), "b.py": Counts(2, 2)}, {"a.py": measured, "b.py": measured}, str(tmp_path)
    )
    assert found.floors == {"a.py": measured, "b.py": Counts(2, 2)}


def test_what_was_written_is_read_and_a_line_is_a_file(tmp_path: Path) -> None:
    path, floors = tmp_path / "ratchet.json", {"b.py": Counts(1, 2), "a b.py": HALF, "caf\udce9.py": MOST}
    path.write_text(floors_text(floors))
    assert read_floors(str(path)) == floors
    assert path.read_text().splitlines()[:5] == [
        "{",
        '"schema": 1,',
        '"files": {',
        '"a b.py": {"covered": 1, "statements": 2, "taken": 1, "branches": 2},',
        '"b.py": {"covered": 1, "statements": 2},',
    ]
    path.write_text(floors_text({}))
    assert read_floors(str(path)) == {}


def test_the_file_that_is_not_there_yet_is_an_error_only_if_it_is_needed(tmp_path: Path) -> None:
    path = str(tmp_path / "ratchet.json")
    assert read_floors(path, required=False) == {}
    with pytest.raises(ProjectError, match=r"there is no such file") as caught:
        read_floors(path)
    assert caught.value.slug == "ratchet-unreadable"
    assert "--update" in caught.value.hint


FLOOR = {"covered": 1, "statements": 2}
DAMAGED = {
    "": "Expecting value",
    '{"schema": 1,\n<<<<<<< HEAD\n"files": {}}': "Expecting property name",
    "[]": "no object",
    '{"schema": 1}': "no object",
    '{"schema": 1, "files": {}, "more": 1}': "no object",
    '{"schema": 2, "files": {}}': "schema 2",
    '{"schema": 1, "files": {"a.py": {"covered": 1}}}': "'a.py' is no counts",
    '{"schema": 1, "files": {"a.py": 80}}': "'a.py' is no counts",
    '{"schema": 1, "files": {"a.py": {"covered": 3, "statements": 2}}}': "3 of 2 is no count",
    '{"schema": 1, "files": {"a.py": {"covered": 1.5, "statements": 2}}}': "1.5 of 2 is no count",
    '{"schema": 1, "files": {"a.py": {"covered": -1, "statements": 2}}}': "-1 of 2 is no count",
    f'{{"schema": 1, "files": {{"a.py": {json.dumps(FLOOR)}, "a.py": {json.dumps(FLOOR)}}}}}': "'a.py' is in it twice",
}


@pytest.mark.parametrize(("text", "why"), DAMAGED.items())
def test_a_damaged_file_is_told_and_not_guessed_at(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "ratchet.json"
    path.write_text(text)
    with pytest.raises(ProjectError, match=why) as caught:
        read_floors(str(path), required=False)
    assert caught.value.slug == "ratchet-unreadable"
    assert caught.value.where.startswith(str(path))


def test_the_line_of_a_conflict_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ratchet.json"
    path.write_text('{"schema": 1,\n<<<<<<< HEAD\n"files": {}}')
    with pytest.raises(ProjectError) as caught:
        read_floors(str(path))
    assert caught.value.where == f"{path}:2"


def test_modules_give_floors_by_their_paths() -> None:
    module = ModuleCoverage(
        module="a",
        path="src/a.py",
        statements=4,
        covered=3,
        missing_lines=(4,),
        branches=2,
        taken=1,
        percent=0,
        priority=0,
    )
    assert floors_of([module]) == {"src/a.py": Counts(3, 4, 1, 2)}
