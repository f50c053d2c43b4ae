"""What git says has changed, in a real repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from testwright.config.changed_lines import added_lines, changed_lines
from testwright.errors import ProjectError, UsageError

FIRST = "one = 1\ntwo = 2\nthree = 3\nfour = 4\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text(FIRST)
    (folder / "gone.py").write_text(FIRST)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_changed_added_and_unknown_lines_are_told(repository: Path) -> None:
    (repository / "a.py").write_text(FIRST.replace("two = 2", "two = 22") + "five = 5\n")
    (repository / "neü.py").write_text("new = 1\n")
    (repository / "gone.py").unlink()
    changed = changed_lines(str(repository), "HEAD")
    assert changed[str(repository / "a.py")] == {2, 5}
    assert 1 in changed[str(repository / "neü.py")]
    assert str(repository / "gone.py") not in changed


def test_a_line_taken_away_counts_for_the_one_before(repository: Path) -> None:
    (repository / "a.py").write_text(FIRST.replace("three = 3\n", ""))
    assert changed_lines(str(repository), "HEAD") == {str(repository / "a.py"): {2}}


def test_without_a_revision_it_is_since_the_branch_began(repository: Path) -> None:
    git(repository, "switch", "-qc", "feature")
    (repository / "a.py").write_text(FIRST.replace("four = 4", "four = 44"))
    git(repository, "commit", "-qam", "second")
    assert changed_lines(str(repository)) == {str(repository / "a.py"): {4}}


def test_what_cannot_be_told_is_explained(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not know the revision 'nonsense'"):
        changed_lines(str(repository), "nonsense")
    with pytest.raises(ProjectError) as caught:
        changed_lines(str(tmp_path))
    assert caught.value.slug == "no-repository"


def committed(repository: Path, *, message: str = "next") -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", message)


def test_lines_taken_away_are_none_to_cover(repository: Path) -> None:
    (repository / "a.py").write_text(FIRST.replace("two = 2\n", "").replace("four = 4", "four = 44"))
    assert added_lines(str(repository)) == {str(repository / "a.py"): {3}}


def test_a_file_in_which_lines_were_only_taken_away_has_none_to_cover(repository: Path) -> None:
    (repository / "a.py").write_text(FIRST.replace("one = 1\n", ""))
    assert added_lines(str(repository)) == {}
    assert changed_lines(str(repository), "HEAD") == {str(repository / "a.py"): {1}}


def test_what_happened_meanwhile_on_the_other_branch_does_not_count(repository: Path) -> None:
    git(repository, "switch", "-qc", "feature")
    (repository / "a.py").write_text(FIRST + "five = 5\n")
    committed(repository)
    git(repository, "switch", "-q", "main")
    (repository / "gone.py").write_text(FIRST.replace("one = 1", "one = 11"))
    committed(repository)
    git(repository, "switch", "-q", "feature")
    assert added_lines(str(repository), "main") == added_lines(str(repository)) == {str(repository / "a.py"): {5}}


@pytest.mark.parametrize("name", ["with blank.py", "neü.py", 'quo"te.py', "tab\there.py", "back\\slash.py"])
def test_odd_names_are_read_as_they_are(repository: Path, name: str) -> None:
    (repository / name).write_text(FIRST)
    committed(repository)
    (repository / name).write_text(FIRST.replace("two = 2", "two = 22"))
    assert added_lines(str(repository)) == {str(repository / name): {2}}


@pytest.mark.skipif(sys.platform != "linux", reason="file names there have to be Unicode")
def test_a_name_that_is_no_utf_8_survives(repository: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (repository / name).write_text(FIRST)
    committed(repository)
    (repository / name).write_text(FIRST.replace("two = 2", "two = 22"))
    (repository / os.fsdecode(b"new\xe9.py")).write_text("one = 1")
    assert set(added_lines(str(repository))) == {str(repository / name), str(repository / os.fsdecode(b"new\xe9.py"))}


USER_SETTINGS = [
    *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.srcPrefix=x/", "diff.dstPrefix=y/", "diff.renames=false"),
    *("diff.interHunkContext=9", "diff.external=false", "color.ui=always", "core.quotePath=false"),
]


@pytest.mark.parametrize("setting", USER_SETTINGS)
def test_settings_of_the_user_change_nothing(repository: Path, setting: str) -> None:
    git(repository, "config", *setting.split("="))
    git(repository, "mv", "gone.py", "moved.py")
    (repository / "moved.py").write_text(FIRST.replace("one = 1", "one = 11"))
    (repository / "a.py").write_text(FIRST.replace("one = 1", "one = 11").replace("three = 3", "three = 33"))
    assert added_lines(str(repository)) == {str(repository / "moved.py"): {1}, str(repository / "a.py"): {1, 3}}


def test_a_script_that_got_its_ending_is_not_all_new(repository: Path) -> None:
    (repository / "script").write_text(FIRST)
    committed(repository)
    git(repository, "mv", "script", "script.py")
    (repository / "script.py").write_text(FIRST.replace("two = 2", "two = 22"))
    assert added_lines(str(repository)) == {str(repository / "script.py"): {2}}


def test_lines_that_look_like_a_diff_are_lines_of_the_file(repository: Path) -> None:
    text = FIRST + '"""\n++ b/no.py\n-- no\n@@ -1 +1,99 @@\n\x0c+++ b/no.py\n"""\n'
    (repository / "a.py").write_text(text)
    assert added_lines(str(repository)) == {str(repository / "a.py"): set(range(5, 11))}
    committed(repository)
    (repository / "a.py").write_text(FIRST + "five = 5\n")
    assert added_lines(str(repository), "HEAD") == {str(repository / "a.py"): {5}}


def test_line_ends_of_windows_and_a_missing_last_one(repository: Path) -> None:
    (repository / "dos.py").write_bytes(b"one = 1\r\ntwo = 2\r\nthree = 3")
    committed(repository)
    (repository / "dos.py").write_bytes(b"one = 1\r\ntwo = 22\r\nthree = 33")
    (repository / "new.py").write_bytes(b"one = 1\ntwo = 2")
    (repository / "empty.py").write_bytes(b"")
    changed = added_lines(str(repository), "HEAD")
    assert changed == {str(repository / "dos.py"): {2, 3}, str(repository / "new.py"): {1, 2}}


def test_modes_and_binary_files_and_links_have_no_lines(repository: Path) -> None:
    (repository / "binary.py").write_bytes(b"\0\1")
    committed(repository)
    (repository / "binary.py").write_bytes(b"\0\2")
    (repository / "a.py").chmod(0o755)
    (repository / "link.py").symlink_to("a.py")
    (repository / "lost.py").symlink_to("nowhere.py")
    git(repository, "add", "link.py")
    assert added_lines(str(repository)) == {}


def test_before_the_first_commit_all_is_new(tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text(FIRST)
    (folder / "b.py").write_text(FIRST)
    git(folder, "add", "a.py")
    assert set(added_lines(str(folder))) == {str(folder / "a.py"), str(folder / "b.py")}


def test_the_only_branch_is_the_main_one_whatever_its_name(repository: Path) -> None:
    git(repository, "branch", "-qm", "trunk")
    (repository / "a.py").write_text(FIRST + "five = 5\n")
    assert added_lines(str(repository)) == changed_lines(str(repository)) == {str(repository / "a.py"): {5}}


@pytest.mark.parametrize("lines", [added_lines, changed_lines])
def test_without_a_merge_base_nothing_is_guessed(repository: Path, lines: Callable[[str], object]) -> None:
    git(repository, "branch", "-qm", "trunk")
    git(repository, "branch", "other")
    with pytest.raises(ProjectError, match="no common ancestor with a main branch") as caught:
        lines(str(repository))
    assert caught.value.slug == "merge-base-missing"


def test_a_shallow_clone_says_that_it_is_one(repository: Path, tmp_path: Path) -> None:
    git(repository, "switch", "-qc", "feature")
    (repository / "a.py").write_text(FIRST + "five = 5\n")
    committed(repository)
    git(repository, "switch", "-q", "main")
    clone = tmp_path.resolve() / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=feature", f"file://{repository}", str(clone))
    with pytest.raises(ProjectError, match="the clone is shallow") as caught:
        added_lines(str(clone))
    assert caught.value.slug == "merge-base-missing"
    git(clone, "fetch", "-q", "--depth=1", "origin", "main:main")
    with pytest.raises(ProjectError, match="'main' and HEAD have no common ancestor; the clone is shallow"):
        added_lines(str(clone), "main")
    assert set(changed_lines(str(clone), "main")) == {str(clone / "a.py")}


@pytest.mark.parametrize("revision", ["--output=planted", "nonsense", "main..main"])
def test_only_a_commit_is_a_revision(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError) as caught:
        added_lines(str(repository), revision)
    assert caught.value.slug == "revision-not-found"
    assert not (repository / "planted").exists()
