"""What git says has changed, in a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from testwright.config.changed_lines import changed_lines
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
