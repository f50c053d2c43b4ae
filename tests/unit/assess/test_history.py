"""How often files were changed, in real repositories."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from testwright.assess.history import churn

TEXT = "".join(f"line_{number} = {number}\n" for number in range(20))


def git(folder: Path, *arguments: str, days_ago: int = 0) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    then = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    dates = {"GIT_COMMITTER_DATE": then, "GIT_AUTHOR_DATE": then}
    subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, env=os.environ | dates
    )


def commit(folder: Path, *, days_ago: int = 0, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    git(folder, "add", "-A", days_ago=days_ago)
    git(folder, "commit", "-qm", "next", days_ago=days_ago)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def test_commits_of_twelve_months_are_counted_by_file(repository: Path) -> None:
    commit(repository, days_ago=500, a="1", b="1", old="1")
    commit(repository, days_ago=100, a="2")
    commit(repository, a="3", b="3")
    found = churn(str(repository))
    assert {Path(path).name: number for path, number in found.commits.items()} == {"a.py": 2, "b.py": 1, "old.py": 0}
    assert found.notices == ()


def test_the_first_commit_counts_too(repository: Path) -> None:
    git(repository, "config", "log.showRoot", "false")
    commit(repository, a="1")
    assert churn(str(repository)).of(str(repository / "a.py")) == 1


def test_merges_are_left_out(repository: Path) -> None:
    commit(repository, a="1\n", b="1\n")
    git(repository, "switch", "-qc", "feature")
    commit(repository, a="2\n")
    git(repository, "switch", "-q", "main")
    commit(repository, b="2\n")
    git(repository, "merge", "-q", "--no-ff", "-m", "merged", "feature")
    found = churn(str(repository))
    assert (found.of(str(repository / "a.py")), found.of(str(repository / "b.py"))) == (2, 2)


def test_what_git_does_not_track_is_unknown_and_not_zero(repository: Path) -> None:
    commit(repository, a="1")
    (repository / "new.py").write_text("1")
    assert churn(str(repository)).of(str(repository / "new.py")) is None


def test_a_renamed_file_keeps_its_commits(repository: Path) -> None:
    commit(repository, a=TEXT)
    commit(repository, a=TEXT + "more = 1\n")
    git(repository, "mv", "a.py", "b.py")
    commit(repository, b=TEXT + "more = 2\n")
    git(repository, "mv", "b.py", "c.py")
    commit(repository)
    commit(repository, a="another = 1\n")
    found = churn(str(repository))
    assert {Path(path).name: number for path, number in found.commits.items()} == {"c.py": 4, "a.py": 1}


def test_two_files_that_exchanged_their_names_exchange_their_commits(repository: Path) -> None:
    commit(repository, a=TEXT, b=TEXT[::-1])
    commit(repository, a=TEXT + "x = 1\n")
    commit(repository, a=TEXT + "x = 2\n")
    before = (repository / "a.py").read_text()
    git(repository, "mv", "a.py", "kept.py")
    git(repository, "mv", "b.py", "a.py")
    git(repository, "mv", "kept.py", "b.py")
    commit(repository, b=before)
    found = churn(str(repository))
    assert sum(found.commits.values()) == 6


def test_settings_of_the_user_change_nothing(repository: Path) -> None:
    for setting in ("log.follow", "log.showSignature", "core.quotePath", "diff.noprefix", "diff.mnemonicPrefix"):
        git(repository, "config", setting, "true")
    git(repository, "config", "diff.renames", "false")
    git(repository, "config", "format.pretty", "fuller")
    commit(repository, a=TEXT)
    git(repository, "mv", "a.py", "b.py")
    commit(repository)
    assert churn(str(repository)).commits == {str(repository / "b.py"): 2}


def test_only_files_below_the_folder_count_wherever_it_is(repository: Path) -> None:
    below = repository / "packages" / "shop"
    below.mkdir(parents=True)
    commit(repository, a="1")
    commit(below, a="1")
    assert churn(str(below)).commits == {str(below / "a.py"): 1}


def test_paths_are_real_ones_also_through_a_link(repository: Path, tmp_path: Path) -> None:
    commit(repository, a="1")
    (tmp_path / "link").symlink_to(repository)
    assert churn(str(tmp_path / "link")).commits == {str(repository / "a.py"): 1}


@pytest.mark.skipif(sys.platform != "linux", reason="file names there have to be Unicode")
def test_odd_names_survive(repository: Path) -> None:
    names = ["with blank", "neü", 'quo"te', "line\nend", "tab\there", os.fsdecode(b"caf\xe9"), "f" * 60]
    commit(repository, **dict.fromkeys(names, "1"))
    assert churn(str(repository)).commits == {str(repository / f"{name}.py"): 1 for name in names}


def test_the_end_of_a_shallow_clone_is_not_the_making_of_all_files(repository: Path, tmp_path: Path) -> None:
    commit(repository, a="1", b="1")
    commit(repository, a="2")
    commit(repository, a="3")
    clone = tmp_path.resolve() / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{repository}", str(clone))
    found = churn(str(clone))
    assert found.commits == {str(clone / "a.py"): 1}
    assert "shallow" in found.notices[0]
    assert found.of(str(clone / "b.py")) is None


def test_of_one_commit_alone_nothing_is_known(repository: Path, tmp_path: Path) -> None:
    commit(repository, a="1")
    commit(repository, a="2")
    clone = tmp_path.resolve() / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))
    found = churn(str(clone))
    assert found.commits == {}
    assert "only its last commit is there" in found.notices[0]


def test_a_shallow_clone_of_more_than_twelve_months_is_enough(repository: Path, tmp_path: Path) -> None:
    commit(repository, days_ago=900, a="0", b="0")
    commit(repository, days_ago=800, a="1")
    commit(repository, a="2")
    clone = tmp_path.resolve() / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{repository}", str(clone))
    found = churn(str(clone))
    assert found.commits == {str(clone / "a.py"): 1, str(clone / "b.py"): 0}
    assert found.notices == ()


def test_a_clone_without_blobs_fetches_none(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    commit(repository, a=TEXT)
    git(repository, "mv", "a.py", "b.py")
    commit(repository, b=TEXT + "more = 1\n")
    clone = tmp_path.resolve() / "clone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repository}", str(clone))
    git(clone, "reset", "-q")
    repository.rename(tmp_path / "away")
    assert churn(str(clone)).commits == {str(clone / "b.py"): 1}


def test_without_a_repository_nothing_is_known_and_it_is_said(tmp_path: Path) -> None:
    found = churn(str(tmp_path))
    assert found.commits == {}
    assert found.notices == ("how often files were changed is not known: not a git repository",)


def test_without_a_commit_nothing_is_known(repository: Path) -> None:
    assert churn(str(repository)).of(str(repository / "a.py")) is None
    assert churn(str(repository)).notices


def test_without_git_nothing_is_known_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = churn(str(tmp_path))
    assert found.commits == {}
    assert "git cannot be started" in found.notices[0]
