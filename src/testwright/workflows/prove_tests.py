"""The workflow of `testwright prove`: every test of some files run, read and judged, wherever it comes from."""

from __future__ import annotations

import difflib
import os
import threading
import tokenize
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project
from testwright.config.proven_files import TestSelection
from testwright.decide.judge import judge
from testwright.errors import ProjectError, TestwrightError, UsageError
from testwright.execute.compared import compared
from testwright.execute.mutants import Suite
from testwright.execute.prove_gate import ProjectPlace, prove_gate
from testwright.execute.survivors import with_survivors
from testwright.nouns import Evidence, Verdict
from testwright.python_source.written_tests import read_tests
from testwright.workers import remove_abandoned, scratch_folder
from testwright.workflows.waiting import result_of

__all__ = ["FileReport", "ProveResult", "TestReport", "prove"]


@dataclass(frozen=True, slots=True)
class TestReport:
    """One test, or one row of its table. `line` is where the reason is to be seen, else where the test begins."""

    verdict: Verdict
    evidence: Evidence
    line: int

    __test__ = False

    @property
    def status(self) -> str:
        """ "ok", "rejected" or "unjudged"."""
        if not self.verdict.judged:
            return "unjudged"
        return "ok" if self.verdict.kept else "rejected"

    def to_plain(self) -> dict[str, Any]:
        verdict, evidence = self.verdict, self.evidence
        return {
            "test": verdict.node,
            "status": self.status,
            "slug": verdict.slug,
            "reason": verdict.reason,
            "line": self.line,
            "runs": [asdict(run) for run in evidence.runs],
            "depends_on": evidence.depends.on if evidence.depends is not None else "",
            "assertions": evidence.written.effective if evidence.written is not None else None,
            "mutants": {
                "tried": evidence.challenged,
                "survivors": [
                    {"file": m.path, "line": m.line, "operator": m.operator, "diff": list(survivor.diff)}
                    for survivor in evidence.survivors
                    for m in [survivor.mutant]
                ],
            },
            "lines": {
                file: sorted({n for arc in arcs for n in arc if n > 0}) for file, arcs in evidence.reached.items()
            },
        }


@dataclass(slots=True)
class FileReport:
    """The tests of one file; `problem` has slug, message, where, hint when they could not be run; `skipped` says why the
    file was skipped as a whole.
    """

    path: str
    tests: list[TestReport] = field(default_factory=list)
    problem: dict[str, str] | None = None
    isolation: str = ""
    skipped: str = ""

    def to_plain(self) -> dict[str, Any]:
        tests = [each.to_plain() for each in self.tests]
        return {"file": self.path, "tests": tests, "skipped": self.skipped, "problem": self.problem}


@dataclass(slots=True)
class ProveResult:
    """All files of one run, in the order named."""

    files: list[FileReport]
    root: str
    interrupted: bool = False

    @property
    def tests(self) -> list[TestReport]:
        return [test for file in self.files for test in file.tests]

    def count(self, status: str) -> int:
        return sum(test.status == status for test in self.tests)

    def to_plain(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "isolation": next((file.isolation for file in self.files if file.isolation), ""),
            "interrupted": self.interrupted,
            "counts": {status: self.count(status) for status in ("ok", "rejected", "unjudged")},
            "files": [file.to_plain() for file in self.files],
        }


def prove(
    project: Project, files: Sequence[TestSelection], options: Options, *, progress: Callable[[str], None]
) -> ProveResult:
    """One file after the other, each with as many runs side by side as `options.jobs`; Ctrl-C keeps what is done."""
    remove_abandoned()
    stopping = threading.Event()
    proving = _Proving(project, options, [each.path for each in files], stopping.is_set)
    result = ProveResult([], project.root)
    with ThreadPoolExecutor(1) as pool:  # so that this thread hears Ctrl-C while workers run
        try:
            for each in files:
                progress(f"proving {os.path.relpath(each.path, project.root)}")
                result.files.append(result_of(pool.submit(proving.one, each)))
        except KeyboardInterrupt:
            stopping.set()
            result.interrupted = True
    return result


class _Proving:
    """What is the same for all files of one run."""

    def __init__(self, project: Project, options: Options, proven: Sequence[str], stop: Callable[[], bool]) -> None:
        self._options, self._stop = options, stop
        tests = {os.path.realpath(path) for path in proven}
        sources = [file for file in project.modules() if os.path.realpath(file.path) not in tests]
        self._modules = {os.path.realpath(file.path): file.module for file in sources}
        self._tops = frozenset(file.module.partition(".")[0] for file in sources)
        folders = dict.fromkeys([*(file.import_root for file in sources), *project.source_roots, project.root])
        self._place = ProjectPlace(project.root, tuple(self._modules), tuple(folders))

    def one(self, selection: TestSelection) -> FileReport:
        try:
            return self._report(selection)
        except UsageError:
            raise
        except TestwrightError as error:
            where = error.where or selection.path
            problem = {"slug": error.slug, "message": error.message, "where": where, "hint": error.hint}
            return FileReport(selection.path, problem=problem)

    def _report(self, selection: TestSelection) -> FileReport:
        try:
            written = read_tests(_source(selection.path), self._tops)
        except SyntaxError as error:
            raise ProjectError(
                f"{selection.path!r} is not valid Python: {error.msg}",
                slug="syntax-error",
                where=f"{selection.path}:{error.lineno or 1}",
                hint="mend that line",
            ) from error
        with scratch_folder() as scratch:
            proven = prove_gate(
                Path(selection.path),
                self._place,
                python=self._options.python,
                scratch_root=scratch,
                written=written,
                jobs=self._options.jobs,
                stop=self._stop,
            )
            if proven.skipped and not proven.evidence:
                return FileReport(selection.path, isolation=proven.isolation, skipped=proven.skipped)
            evidence = compared(
                proven.evidence, self._modules, self._texts(proven.evidence), os.path.realpath(self._place.root)
            )
            chosen = self._challenged(_chosen(evidence, selection), selection.path, scratch)
        return FileReport(selection.path, [_judged(one) for one in chosen], isolation=proven.isolation)

    def _challenged(self, chosen: Sequence[Evidence], path: str, scratch: Path) -> list[Evidence]:
        """Those that nothing speaks against so far are run with mutants too."""
        sound = {one.node: one for one in chosen if judge(one).kept}
        reached = dict.fromkeys(file for one in sound.values() for file in one.reached if file in self._modules)
        suite = Suite(dict.fromkeys(reached, ()), (path,), self._place.root, self._options.python, self._place.sys_path)
        folder = scratch / "mutants"
        folder.mkdir()
        jobs = self._options.jobs
        found = with_survivors(sound, list(sound), suite, scratch=folder, jobs=jobs, stop=self._stop)
        return [found.get(one.node, one) for one in chosen]

    def _texts(self, evidence: Mapping[str, Evidence]) -> dict[str, str]:
        """Of the modules that are reached by tests which replace something, or depend on something."""
        asked = [one for one in evidence.values() if one.depends or (one.written and one.written.patches)]
        return {path: _source(path) for path in {path for one in asked for path in one.reached}}


def _judged(evidence: Evidence) -> TestReport:
    verdict = judge(evidence)
    return TestReport(verdict, evidence, verdict.line or (evidence.written.line if evidence.written is not None else 0))


def _chosen(evidence: Mapping[str, Evidence], selection: TestSelection) -> list[Evidence]:
    """Those that were named; their file is run as a whole all the same, as order is among what is looked at."""
    if not selection.only:
        return list(evidence.values())
    for name in selection.only:
        if not any(_is_named(node, name) for node in evidence):
            known = {part for node in evidence for part in (node, node.partition("[")[0])}
            close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
            raise UsageError(
                f"there is no test {name!r} in {selection.path!r}",
                slug="test-not-found",
                where=selection.path,
                hint=f"did you mean {close[0]!r}?"
                if close
                else "name it as pytest does: test_x, TestX::test_y, test_x[row]",
            )
    return [one for node, one in evidence.items() if any(_is_named(node, name) for name in selection.only)]


def _is_named(node: str, name: str) -> bool:
    return node == name or node.startswith((f"{name}[", f"{name}::"))


def _source(path: str) -> str:
    try:
        with tokenize.open(path) as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"{path!r} cannot be read: {error}",
            slug="source-unreadable",
            where=path,
            hint="check the file's rights and its encoding",
        ) from error
