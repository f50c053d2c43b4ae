"""Compares the changed lines that testwright counts with those of diff-cover, commit by commit of a repository's history.

    python benchmarks/beside_diff_cover.py REPOSITORY [COMMITS] [--diff-cover COMMAND] [--last REV]

The repository is cloned into a temporary folder; each of its last COMMITS commits (no merges) that touch Python is checked
out and compared with its parent. The coverage is made up, the same for both: of five lines four are statements, of them
every other is covered. Printed is how many commits are equal - the counted lines of each file, covered ones and missing
ones - and each difference. Ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from testwright.assess.diff_coverage import diff_coverage
from testwright.config.changed_lines import added_lines
from testwright.nouns.coverage import CoverageEvidence, FileCoverage

Lines = dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
"""Of each file the covered lines and the missing ones."""


@dataclass(frozen=True)
class Compared:
    """What both say of one commit."""

    commit: str
    ours: Lines
    theirs: Lines


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, errors="surrogateescape").stdout


def commits(folder: Path, number: int, last: str) -> list[str]:
    """Those that touch Python and have a parent."""
    told = git(folder, "log", "--no-merges", "--min-parents=1", f"-n{number}", "--format=%H", last, "--", "*.py")
    return told.split()


def made_up(folder: Path, name: str) -> FileCoverage:
    count = len((folder / name).read_bytes().splitlines())
    statements = [line for line in range(1, count + 1) if line % 5]
    return FileCoverage(str(folder / name), frozenset(statements), frozenset(statements[::2]))


def with_testwright(folder: Path, files: dict[str, FileCoverage]) -> Lines:
    evidence = CoverageEvidence({file.path: file for file in files.values()})
    found = diff_coverage(evidence, added_lines(str(folder), "HEAD~1")).files
    return {str(Path(file.path).relative_to(folder)): (file.covered, file.missing) for file in found}


def report(files: dict[str, FileCoverage]) -> str:
    """A coverage.xml of them."""
    classes = []
    for name, file in files.items():
        lines = (f'<line number="{line}" hits="{int(line in file.covered)}"/>' for line in sorted(file.statements))
        classes.append(
            f"<class name={quoteattr(name)} filename={quoteattr(name)}><lines>{''.join(lines)}</lines></class>"
        )
    packages = f'<package name="."><classes>{"".join(classes)}</classes></package>'
    return f"<?xml version='1.0'?><coverage version='7'><sources/><packages>{packages}</packages></coverage>"


def with_diff_cover(folder: Path, files: dict[str, FileCoverage], command: list[str], place: Path) -> Lines:
    xml, answer = place / "coverage.xml", place / "answer.json"
    xml.write_text(report(files), encoding="utf-8", errors="surrogateescape")
    arguments = [str(xml), "--compare-branch", "HEAD~1", "--format", f"json:{answer}", "-q"]
    subprocess.run([*command, *arguments], cwd=folder, check=True, capture_output=True)
    told = json.loads(answer.read_text(encoding="utf-8"))["src_stats"]
    both = {name: (tuple(each["covered_lines"]), tuple(each["violation_lines"])) for name, each in told.items()}
    return {name: lines for name, lines in both.items() if any(lines)}


def compared(folder: Path, commit: str, command: list[str], place: Path) -> Compared:
    git(folder, "checkout", "-qf", "--detach", commit)
    names = [name for name in git(folder, "ls-files", "-z", "--", "*.py").split("\0") if name]
    files = {name: made_up(folder, name) for name in names if not (folder / name).is_symlink()}
    return Compared(commit, with_testwright(folder, files), with_diff_cover(folder, files, command, place))


def differences(result: Compared) -> list[str]:
    names = sorted({*result.ours, *result.theirs})
    differing = [name for name in names if result.ours.get(name) != result.theirs.get(name)]
    return [f"  {name}\n    ours   {result.ours.get(name)}\n    theirs {result.theirs.get(name)}" for name in differing]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("commits", nargs="?", type=int, default=20)
    parser.add_argument("--diff-cover", default="diff-cover", help="the command, in words of a shell")
    parser.add_argument("--last", default="HEAD", help="the last commit looked at")
    given = parser.parse_args()
    equal, lines, results = 0, 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch).resolve()
        folder = place / "clone"
        subprocess.run(["git", "clone", "-q", given.repository, str(folder)], check=True)
        for commit in commits(folder, given.commits, given.last):
            result = compared(folder, commit, shlex.split(given.diff_cover), place)
            found = differences(result)
            results, equal = results + 1, equal + (not found)
            lines += sum(len(covered) + len(missing) for covered, missing in result.theirs.values())
            if found:
                print("\n".join([f"{commit[:12]} differs:", *found]))
    print(f"{equal} of {results} commits equal, {lines} counted lines")
    sys.exit(0 if equal == results else 1)


if __name__ == "__main__":
    main()
