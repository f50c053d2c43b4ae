"""Counts how often git says that each Python file was changed in the last twelve months."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Churn", "churn", "days_since_change"]

_LOG = (
    # With settings of the user's, one path alone would be followed and signatures be printed between.
    *("-c", "log.follow=false", "-c", "log.showSignature=false"),
    *("log", "--since=12.months", "--no-merges", "--root", "--name-status", "-z", "--relative", "--format=%x00%H"),
)


@dataclass(frozen=True, slots=True)
class Churn:
    """Commits of the last 12 months (merges left out) by absolute real path; a path that is not there is unknown.

    `notices` say what is doubtful: that there is no history at all, or that it ends before twelve months.
    """

    commits: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def of(self, path: str) -> int | None:
        """None: not known, as of a file that git does not track. A function has the count of its file: telling them
        apart would take a diff of each commit.
        """
        return self.commits.get(path)


def churn(root: str) -> Churn:
    """Counts below the folder `root`, wherever in its repository that is. A renamed file keeps its commits under the
    old name. Never raises: without git there is a notice and nothing is known.
    """
    folder = os.path.realpath(root)
    try:
        return _churn(folder)
    except _NoHistory as error:
        return Churn(notices=(f"how often files were changed is not known: {_plain_words(str(error))}",))


def _plain_words(told: str) -> str:
    """What git says, without what only git's own users are to know."""
    return told.removeprefix("fatal: ").partition(" (or any")[0]


class _NoHistory(Exception):
    """Git is not there, or there is nothing that it can tell of."""


@dataclass(frozen=True, slots=True)
class _Commit:
    """`files` as (status, name, name before) below the root: "M", or "R100" and so on where it was renamed."""

    name: bytes
    files: tuple[tuple[bytes, bytes, bytes], ...]


def days_since_change(root: str, path: str, first: int, last: int) -> float | None:
    """How long ago the youngest of these lines of the file `path` in `root` was committed, in days; None where git cannot
    tell: there is none, the file is not in it, or a line is not committed yet.
    """
    try:
        told = _git(os.path.realpath(root), "blame", "--porcelain", "-L", f"{first},{last}", "--", path)
    except _NoHistory:
        return None
    if b"not.committed.yet" in told:
        return None
    times = [int(line.split()[1]) for line in told.splitlines() if line.startswith(b"committer-time ")]
    return max(0.0, (time.time() - max(times)) / 86400) if times else None


def _churn(folder: str) -> Churn:
    ends = _ends_of_history(folder)
    tracked = _git(folder, "ls-files", "-z", "--", "*.py").split(b"\0")
    renames = "-M100%" if _is_partial(folder) else "-M"
    commits = list(_commits(_git(folder, *_LOG, renames, "--", "*.py")))
    complete = not any(commit.name in ends for commit in commits)
    # The commit that a shallow clone ends with looks as if it had made all files.
    counts = _counts(commit for commit in commits if commit.name not in ends)
    known = counts if not complete else {name: counts.get(name, 0) for name in tracked if name}
    paths = {os.path.join(folder, os.fsdecode(name)): number for name, number in known.items()}
    return Churn(paths, () if complete else (_cut_short(len(commits)),))


def _cut_short(commits: int) -> str:
    there = "only its last commit is there" if commits == 1 else "commits before those are not counted"
    return (
        f"the clone is shallow, its history is shorter than 12 months: {there}; `git fetch --unshallow` gets the rest"
    )


def _ends_of_history(folder: str) -> frozenset[bytes]:
    """Of a shallow clone the commits whose parents are not there."""
    shallow = os.fsdecode(_git(folder, "rev-parse", "--git-path", "shallow").removesuffix(b"\n"))
    path = os.path.join(folder, shallow)
    if not os.path.exists(path):
        return frozenset()
    with open(path, "rb") as stream:
        return frozenset(stream.read().split())


def _is_partial(folder: str) -> bool:
    """In a clone without its blobs, each rename with an edit would be fetched to be looked at: only equal ones are."""
    return _run(folder, "config", "--get-regexp", r"^remote\..*\.partialclonefilter$").returncode == 0


def _commits(log: bytes) -> Iterator[_Commit]:
    """From the newest on. `-z` ends each name, and the format begins a commit, by a zero byte."""
    fields = iter(log.split(b"\0"))
    name = b""
    files: list[tuple[bytes, bytes, bytes]] = []
    for text in fields:
        word = text.strip(b"\n")
        if len(word) >= 40:
            if name:
                yield _Commit(name, tuple(files))
            name, files = word, []
        elif word:
            before = next(fields) if word[:1] in b"RC" else b""
            files.append((word, next(fields), before))
    if name:
        yield _Commit(name, tuple(files))


def _counts(commits: Iterator[_Commit]) -> dict[bytes, int]:
    """By the name that a file has now; a name that was given up stands for the file's new one in older commits."""
    counts: dict[bytes, int] = {}
    now: dict[bytes, bytes] = {}
    for commit in commits:
        # One commit may exchange two names: all are looked up before any is noted.
        files = [(now.get(name, name), status, before) for status, name, before in commit.files]
        for current, status, before in files:
            counts[current] = counts.get(current, 0) + 1
            if status.startswith(b"R"):
                now[before] = current
    return counts


def _git(folder: str, *arguments: str) -> bytes:
    done = _run(folder, *arguments)
    if done.returncode:
        raise _NoHistory((os.fsdecode(done.stderr).strip().splitlines() or ["git gave no reason"])[0])
    return done.stdout


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "--no-optional-locks", "-C", folder, *arguments]
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise _NoHistory(f"git cannot be started: {error.strerror or error}") from error
