"""Finds which lines changed since a revision: of what git tracks, and all lines of files that it does not know yet."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from testwright.errors import ProjectError, UsageError

__all__ = ["added_lines", "changed_lines"]

_HUNK = re.compile(rb"^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_DIFF = (
    *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules", "-M", "-U0"),
    # What a user's settings would make of it otherwise.
    *("--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/"),
)
_RENAMED = ("diff", "--name-status", "-z", "-M", "--diff-filter=R", "--ignore-submodules")


def changed_lines(folder: str, revision: str = "") -> dict[str, set[int]]:
    """By absolute path the lines of the working tree that are new or changed since `revision`; without one, since the
    merge base with the main branch. Where lines were only taken away, the one before them counts: its meaning changed.

    Raises ProjectError where there is no git, no repository or no merge base, UsageError for a bad revision.
    """
    root = _root(folder)
    base = _known(root, revision) if revision else _base_with_main(root)
    return _lines(root, base, with_deletions=True)


def added_lines(folder: str, revision: str = "") -> dict[str, set[int]]:
    """By absolute path the lines of the working tree that are new or changed since the merge base of HEAD with
    `revision`, or with the main branch: what else happened there does not count, and lines taken away do not either.
    These are the lines that diff-cover counts. Raises what `changed_lines` does.
    """
    root = _root(folder)
    base = _base_with(root, _known(root, revision), revision) if revision else _base_with_main(root)
    return _lines(root, base, with_deletions=False)


def _lines(root: str, base: str, *, with_deletions: bool) -> dict[str, set[int]]:
    changed: dict[str, set[int]] = {}
    for hunk in _hunks(_git(root, *_DIFF, base, "--", *_pathspecs(root, base))):
        path = os.path.join(root, os.fsdecode(hunk.name))
        # Of a symbolic link the one line is where it leads to, not what is there.
        if (hunk.added or with_deletions) and path.endswith(".py") and not os.path.islink(path):
            lines = range(hunk.first, hunk.first + hunk.added) if hunk.added else (max(hunk.first, 1),)
            changed.setdefault(os.path.realpath(path), set()).update(lines)
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", "*.py").split(b"\0"):
        path = os.path.join(root, os.fsdecode(name))
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as stream:
                changed[os.path.realpath(path)] = set(range(1, 1 + len(stream.read().splitlines())))
    return {path: lines for path, lines in changed.items() if lines}


def _pathspecs(root: str, base: str) -> list[str]:
    """Python files, and what became one by a new name: without its old one all of its lines would be new."""
    told = _git(root, *_RENAMED, base).split(b"\0")
    renamed = zip(told[1::3], told[2::3], strict=False)
    olds = [os.fsdecode(old) for old, new in renamed if new.endswith(b".py") and not old.endswith(b".py")]
    return ["*.py", *(f":(literal){old}" for old in olds)]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """`added` lines from `first` on of a file; none were added: some that stood behind `first` were taken away."""

    name: bytes
    first: int
    added: int


def _hunks(diff: bytes) -> Iterator[_Hunk]:
    """Lines of the files themselves are counted over: they may look like the diff's own."""
    name, left = b"", 0
    for line in diff.split(b"\n"):
        if left:
            left -= not line.startswith(b"\\")
        elif line.startswith(b"+++ "):
            name = _name(line[4:])
        elif name and (hunk := _HUNK.match(line)):
            removed, first, added = (1 if number is None else int(number) for number in hunk.groups())
            left = removed + added
            yield _Hunk(name, first, added)


def _name(told: bytes) -> bytes:
    """Empty for a file that is gone. A name with odd characters is quoted, one with blanks has a tab behind it."""
    plain = _ESCAPE.sub(_unescaped, told.rstrip()[1:-1]) if told.startswith(b'"') else told.removesuffix(b"\t")
    return plain.removeprefix(b"b/") if plain.startswith(b"b/") else b""


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _ESCAPED.get(code, code)


def _root(folder: str) -> str:
    return os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n").removesuffix(b"\r"))


def _known(root: str, revision: str) -> str:
    """The commit that it names. One that begins with "-" would be an option."""
    done = None if revision.startswith("-") else _run(root, "rev-parse", "--verify", "-q", f"{revision}^{{commit}}")
    if done is None or done.returncode:
        raise UsageError(
            f"git does not know the revision {revision!r}",
            slug="revision-not-found",
            where=root,
            hint="name a commit, a tag or a branch that `git log` shows",
        )
    return os.fsdecode(done.stdout).strip()


def _base_with(root: str, commit: str, revision: str) -> str:
    base = _merge_base(root, commit)
    if not base:
        raise _no_merge_base(root, f"{revision!r} and HEAD have no common ancestor{_if_shallow(root)}")
    return base


def _base_with_main(root: str) -> str:
    """Where HEAD is the main branch itself, or the only branch there is, that is HEAD: what is not committed counts."""
    if _run(root, "rev-parse", "--verify", "-q", "HEAD").returncode:
        return os.fsdecode(_git(root, "hash-object", "-t", "tree", "--stdin")).strip()  # no commit: all is new
    for branch in _MAIN_BRANCHES:
        if base := _merge_base(root, branch):
            return base
    if _is_only_branch(root):
        return "HEAD"
    named = ", ".join(_MAIN_BRANCHES)
    raise _no_merge_base(root, f"HEAD has no common ancestor with a main branch ({named}){_if_shallow(root)}")


def _merge_base(root: str, commit: str) -> str:
    done = _run(root, "merge-base", "HEAD", commit)
    return "" if done.returncode else os.fsdecode(done.stdout).strip()


def _is_only_branch(root: str) -> bool:
    known = _git(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").split()
    return known == _run(root, "symbolic-ref", "-q", "HEAD").stdout.split() and not _if_shallow(root)


def _if_shallow(root: str) -> str:
    shallow = _run(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    return "; the clone is shallow" if shallow else ""


def _no_merge_base(root: str, message: str) -> ProjectError:
    return ProjectError(
        message,
        slug="merge-base-missing",
        where=root,
        hint="fetch the main branch with its history (`git fetch --unshallow origin`), or name the revision to compare with",
    )


def _git(folder: str, *arguments: str) -> bytes:
    done = _run(folder, *arguments)
    if done.returncode == 0:
        return done.stdout
    said = (os.fsdecode(done.stderr).strip().splitlines() or ["git gave no reason"])[0]
    raise ProjectError(
        f"what changed cannot be told: {said}",
        slug="no-repository",
        where=folder,
        hint="run it in a git repository, or leave out what asks for changes, as --since",
    )


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "--no-optional-locks", "-C", folder, *arguments]
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, b"", f"git cannot be started: {error}".encode())
