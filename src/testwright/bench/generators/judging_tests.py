"""Judges a set of tests for a module by running it: on the module as it is, with bugs planted, and around a real fix."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.bench.definitions.python_text import syntax_problem
from testwright.bench.generators.subjects import Subject
from testwright.errors import TestwrightError
from testwright.execute.coverage_figures import CoverageFigures, figures
from testwright.execute.mutants import Suite, judge, record
from testwright.execute.suite_coverage import SuiteRun, run_suite
from testwright.nouns import MutantVerdict
from testwright.nouns.suite_finding import SuiteOrder
from testwright.workers import scratch_folder

__all__ = ["JudgedTests", "TestJudge"]

_ARGUMENTS = ("-q", "-p", "no:cacheprovider", "-o", "addopts=")
_SECONDS = 300.0


@dataclass(slots=True)
class JudgedTests:
    """Counts; a test that fails, or does not end alike each time, is not `passing`. `killed` of `mutants` by those that are.

    `failed_before` and `passed_after` are of the bug fix (None: there is none); `problem`: why it could not be judged.
    """

    parsed: bool = False
    collected: bool = False
    tests: int = 0
    passing: int = 0
    flaky: int = 0
    mutants: int = 0
    killed: int = 0
    coverage: CoverageFigures | None = None
    failed_before: bool | None = None
    passed_after: bool | None = None
    problem: str = ""
    criteria: dict[str, float] = field(default_factory=dict)

    @property
    def all_pass(self) -> bool:
        return self.tests > 0 and self.passing == self.tests


class TestJudge:
    """Of one subject. `most_mutants`: so many are drawn of those that can be planted, by `seed`."""

    __test__ = False

    def __init__(self, subject: Subject, *, most_mutants: int = 100, seed: int = 0, jobs: int = 1) -> None:
        self.subject, self.most_mutants, self.seed, self.jobs = subject, most_mutants, seed, jobs

    def judge(self, files: Mapping[str, str]) -> JudgedTests:
        """SandboxError where no worker can be started; what the tests themselves break is in the result."""
        found = JudgedTests()
        found.parsed = bool(files) and not any(syntax_problem(text) for text in files.values())
        if found.parsed:
            self._run(files, found)
        found.criteria = self._criteria(found)
        return found

    def _run(self, files: Mapping[str, str], found: JudgedTests) -> None:
        first = self._suite(files, self._source(), found)
        if first is None:
            return
        run, found.coverage = first
        found.tests = len(run.outcomes)
        found.collected = found.tests > 0 and run.collected >= found.tests and run.exit_code in (0, 1)
        second = self._suite(files, self._source(), found, measured=False, order=SuiteOrder("reversed", hash_seed=1))
        again = second[0].outcomes if second else {}
        passed = {node for node, outcome in run.outcomes.items() if outcome == "passed"}
        passing = {node for node in passed if again.get(node) == "passed"}
        found.passing = len(passing)
        found.flaky = sum(again.get(node) != outcome for node, outcome in run.outcomes.items())
        if passing:
            self._mutants(files, passing, found)
            self._fix(files, found)

    def _source(self) -> str:
        return self.subject.text if self.subject.definition else ""

    def _suite(
        self,
        files: Mapping[str, str],
        source: str,
        found: JudgedTests,
        *,
        measured: bool = True,
        order: SuiteOrder | None = None,
    ) -> tuple[SuiteRun, CoverageFigures | None] | None:
        """A run of the tests beside this source (text; "" = the installed one)."""
        with scratch_folder() as scratch:
            folder, module = self._project(scratch, files, source)
            try:
                run = run_suite(
                    root=str(folder),
                    python=self.subject.python,
                    tests=[name for name in files if name != "conftest.py"],
                    sources=[str(module.parent)],
                    packages=[self.subject.module.partition(".")[0]],
                    arguments=_ARGUMENTS,
                    seconds=_SECONDS,
                    scratch=scratch,
                    order=order,
                )
                return run, _figures(module, run) if measured else None
            except TestwrightError as error:
                if error.slug in ("suite-not-runnable",):
                    found.problem = error.message
                    return None
                raise

    def _project(self, scratch: Path, files: Mapping[str, str], source: str) -> tuple[Path, Path]:
        folder = scratch / "project"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # nothing above it has a say
        if not source:
            return folder, Path(self.subject.source)
        module = folder / f"{self.subject.module}.py"
        module.write_text(source, encoding="utf-8")
        return folder, module

    def _mutants(self, files: Mapping[str, str], passing: set[str], found: JudgedTests) -> None:
        definition = self.subject.definition
        for text in definition.mutants if definition else ():
            found.mutants += 1
            run = self._suite(files, text, found, measured=False)
            found.killed += run is None or any(run[0].outcomes.get(node) != "passed" for node in passing)
        if definition is None or definition.mutate:
            verdicts = self._planted(files, passing)
            found.mutants += len(verdicts)
            found.killed += sum(each.caught for each in verdicts)

    def _planted(self, files: Mapping[str, str], passing: set[str]) -> Sequence[MutantVerdict]:
        with scratch_folder() as scratch:
            folder, module = self._project(scratch, files, self._source())
            paths = tuple(str(folder / name) for name in files if name != "conftest.py")
            roots = self.subject.import_roots if not self._source() else (str(folder),)
            suite = Suite({str(module.resolve()): ()}, paths, str(folder), self.subject.python, roots)
            verdicts: list[MutantVerdict] = []
            recorded = record(suite, scratch=scratch)
            names = {node.rpartition("/")[2] for node in passing}
            recorded.tests = [each for each in recorded.tests if each.node.rpartition("/")[2] in names]
            mutants = sorted(recorded.mutants, key=lambda each: each.number)
            if len(mutants) > self.most_mutants:
                chosen = random.Random(self.seed).sample(mutants, self.most_mutants)
                mutants = sorted(chosen, key=lambda each: each.number)
            judge(suite, recorded, mutants, scratch=scratch, on_verdict=verdicts.append, jobs=self.jobs)
        return verdicts

    def _fix(self, files: Mapping[str, str], found: JudgedTests) -> None:
        fix = self.subject.definition.bug_fix if self.subject.definition else None
        if fix is None:
            return
        before, after = (self._suite(files, text, found, measured=False) for text in (fix.before, fix.after))
        found.failed_before = before is None or any(each != "passed" for each in before[0].outcomes.values())
        found.passed_after = after is not None and all(each == "passed" for each in after[0].outcomes.values())

    def _criteria(self, found: JudgedTests) -> dict[str, float]:
        """Each from 0 to 1: those that the definition lists, else all that there is something to count for."""
        covered = found.coverage
        known = {
            "parsed": float(found.parsed),
            "collected": float(found.collected),
            "passed_on_reference": _share(found.passing, found.tests),
            "killed_mutants": _share(found.killed, found.mutants),
            "covered_lines": _share(covered.covered_lines, covered.statements) if covered else 0.0,
            "covered_branches": _share(covered.covered_branches, covered.branches, of_none=1.0) if covered else 0.0,
        }
        definition = self.subject.definition
        if definition is not None and definition.bug_fix is not None:
            known["fail_to_pass"] = float(bool(found.failed_before and found.passed_after))
        wanted = definition.criteria if definition else tuple(known)
        return {name: share for name, share in known.items() if name in wanted}


def _share(part: int, whole: int, *, of_none: float = 0.0) -> float:
    return part / whole if whole else of_none


def _figures(module: Path, run: SuiteRun) -> CoverageFigures | None:
    """Of the module alone; None where nothing was measured."""
    from coverage import CoverageData
    from coverage.exceptions import CoverageException

    arcs: set[tuple[int, int]] = set()
    try:
        for file in run.data_files:
            data = CoverageData(file)
            data.read()
            for name in data.measured_files():
                if Path(name).resolve() == module.resolve():
                    arcs.update(data.arcs(name) or ())
    except (CoverageException, sqlite3.Error):
        return None
    return figures(module, arcs)
