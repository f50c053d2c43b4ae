"""Finds which lines changed since a revision: of what git tracks, and all lines of files that it does not know yet."""

from __future__ import annotations

import os
import re
import subprocess

from testwright.errors import ProjectError, UsageError

__all__ = ["changed_lines"]

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def changed_lines(folder: str, revision: str = "") -> dict[str, set[int]]:
    """By absolute path the lines of the working tree that are new or changed; without a revision, since the merge base
    with the main branch. Raises ProjectError where there is no git or no repository, UsageError for a bad revision.
    """
    root = _git(folder, "rev-parse", "--show-toplevel").strip()
    base = revision or _merge_base(root)
    changed = _of_diff(root, _git(root, "diff", "--no-ext-diff", "--no-color", "-U0", base, "--", "*.py"))
    for path in _git(root, "ls-files", "--others", "--exclude-standard", "--", "*.py").splitlines():
        full = os.path.realpath(os.path.join(root, path))
        with open(full, "rb") as stream:
            changed[full] = set(range(1, 2 + stream.read().count(b"\n")))
    return changed


def _of_diff(root: str, diff: str) -> dict[str, set[int]]:
    changed: dict[str, set[int]] = {}
    path = ""
    for line in diff.splitlines():
        if line.startswith("+++ "):
            path = "" if line == "+++ /dev/null" else os.path.realpath(os.path.join(root, line[6:]))
        elif path and (hunk := _HUNK.match(line)):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            # Where lines were only taken away, the one before is what changed its meaning.
            changed.setdefault(path, set()).update(range(first, first + max(count, 1)))
    return changed


def _merge_base(root: str) -> str:
    for branch in _MAIN_BRANCHES:
        done = _run(root, "merge-base", "HEAD", branch)
        if done.returncode == 0:
            return done.stdout.strip()
    return "HEAD"


def _git(folder: str, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode == 0:
        return done.stdout
    said = (done.stderr.strip().splitlines() or ["git gave no reason"])[0]
    if arguments[0] == "diff":
        raise UsageError(
            f"git does not know the revision {arguments[4]!r}: {said}",
            slug="revision-not-found",
            where=folder,
            hint="name a commit, a tag or a branch that `git log` shows",
        )
    raise ProjectError(
        f"what changed cannot be told: {said}",
        slug="no-repository",
        where=folder,
        hint="leave --since out, or run it in a git repository",
    )


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", folder, "-c", "core.quotePath=false", *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, errors="surrogateescape")
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", f"git cannot be started: {error}")
