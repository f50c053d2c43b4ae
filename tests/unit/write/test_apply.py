"""Nothing of a person's is ever lost, and nothing is half written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from testwright.errors import ProjectError
from testwright.nouns.edit import Edit
from testwright.write.apply import apply_edits, diff_of
from testwright.write.ownership import MARK, Ownership, plan_edit
from testwright.write.stored_file import write_atomically

OURS = f'"""Tests for m, {MARK} 0.1, seed 1)."""\n'


def written(root: Path, text: str = OURS) -> Path:
    path = root / "tests" / "test_m.py"
    ownership = Ownership.load(root)
    apply_edits([plan_edit(path, text, ownership)], ownership)
    return path


def test_a_new_file_is_written_with_its_folder(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert path.read_text(encoding="utf-8") == OURS
    assert sorted(p.name for p in path.parent.iterdir()) == ["test_m.py"]


def test_our_own_file_is_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path)
    edit = plan_edit(path, OURS + "x = 1\n", Ownership.load(tmp_path))
    assert (edit.path, edit.before, edit.note) == (str(path), OURS, "")


@pytest.mark.parametrize("text", ["def test_mine(): ...\n", OURS + "# edited\n", OURS])
def test_a_file_of_a_person_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "test_m.py"
    path.write_text(text, encoding="utf-8")
    edit = plan_edit(path, OURS + "x = 1\n", Ownership.load(tmp_path))
    assert edit.path == str(tmp_path / "test_m_generated.py")
    assert edit.before is None
    assert "test_m.py" in edit.note


def test_an_edit_after_we_wrote_it_makes_it_theirs(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(OURS + "# my note\n", encoding="utf-8")
    edit = plan_edit(path, OURS, Ownership.load(tmp_path))
    assert Path(edit.path).name == "test_m_generated.py"
    assert "edited" in edit.note


def test_the_neighbour_of_the_neighbour(tmp_path: Path) -> None:
    for name in ("m_test.py", "m_generated_test.py"):
        (tmp_path / name).write_text("mine\n", encoding="utf-8")
    edit = plan_edit(tmp_path / "m_test.py", OURS, Ownership.load(tmp_path))
    assert Path(edit.path).name == "m_generated_2_test.py"


def test_bytes_that_are_no_text_are_a_persons(tmp_path: Path) -> None:
    (tmp_path / "test_m.py").write_bytes(b"\xff\xfe")
    assert plan_edit(tmp_path / "test_m.py", OURS, Ownership.load(tmp_path)).note


@pytest.mark.parametrize("record", ["", "[]", '{"files": 3}', "not json"])
def test_a_broken_record_owns_nothing(tmp_path: Path, record: str) -> None:
    path = written(tmp_path)
    (tmp_path / ".testwright" / "written.json").write_text(record, encoding="utf-8")
    assert plan_edit(path, OURS + "x\n", Ownership.load(tmp_path)).path != str(path)


def test_a_file_that_changed_between_plan_and_apply_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "test_m.py"
    ownership = Ownership.load(tmp_path)
    edit = plan_edit(path, OURS, ownership)
    path.write_text("meanwhile\n", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        apply_edits([edit], ownership)
    assert caught.value.slug == "file-changed-meanwhile"
    assert path.read_text(encoding="utf-8") == "meanwhile\n"


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be written") as caught:
        write_atomically(tmp_path / "file" / "test_m.py", OURS)
    assert caught.value.slug == "output-not-writable"
    assert caught.value.where
    assert caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ProjectError, match="cannot be written"):
        write_atomically(tmp_path / "test_m.py", OURS)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "test_m.py"
    path.write_text("old\n", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectError, match="No space left"):
        write_atomically(path, "new\n")
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_links_and_modes_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("old\n", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomically(link, "new\n")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_the_diff_applies(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("a\x0cb\nc", encoding="utf-8")
    edits = [
        Edit(str(tmp_path / "old.py"), "a\x0cb\nc", "a\x0cb\nd\n"),
        Edit(str(tmp_path / "new" / "n.py"), None, "x\n"),
        Edit(str(tmp_path / "same.py"), "s\n", "s\n"),
    ]
    diff = diff_of(edits, tmp_path)
    assert "same.py" not in diff
    run = subprocess.run(["patch", "-p1"], input=diff, text=True, cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "old.py").read_text(encoding="utf-8") == "a\x0cb\nd\n"
    assert (tmp_path / "new" / "n.py").read_text(encoding="utf-8") == "x\n"


def test_what_a_killed_writer_left_is_taken_away(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    abandoned = tmp_path / f".test_a.py.{ended.pid}.tmp"
    others = [
        tmp_path / f".test_a.py.{os.getppid()}.tmp",
        tmp_path / ".test_a.py.mine.tmp",
        tmp_path / ".test_b.py.1.tmp",
    ]
    for path in (abandoned, *others):
        path.write_text("half a fi")
    write_atomically(tmp_path / "test_a.py", "whole\n")
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "test_a.py"])
