"""Runs the tests of a file against mutants of the code that they call, and says which mutants each of them lets pass."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from testwright.errors import ProjectError
from testwright.execute.mutants import RecordedSuite, Suite, SuiteTest, judge, record
from testwright.nouns import Evidence, Mutant, MutantVerdict, Survivor
from testwright.python_source.function_lines import function_lines
from testwright.python_source.parsing import parse_source
from testwright.python_source.planted_source import mutant_diff

__all__ = ["with_survivors"]

OF_A_STATEMENT, OF_A_TEST = 3, 24
"""So many mutants are tried at most: a long table of constants must not outweigh what a function does."""
SECONDS = 60.0
"""That running the tests against all mutants may take, as far as their times tell."""


def with_survivors(
    evidence: Mapping[str, Evidence],
    asked: Collection[str],
    suite: Suite,
    *,
    scratch: Path,
    jobs: int,
    stop: Callable[[], bool] | None = None,
) -> dict[str, Evidence]:
    """The same evidence with `challenged` and `survivors` for the nodes that are asked for.

    `suite` is the file that they are in; nothing is added where it does not run to its end with mutants planted.
    """
    done = dict(evidence)
    if not asked or not suite.files:
        return done
    try:
        recorded = record(suite, scratch=scratch, through=True, stop=stop)
    except ProjectError:
        return done  # one of its tests ends the process: what was seen of each of them tells more
    recorded.tests = [test for test in recorded.passing if _node(test.node) in asked]
    tried = _chosen(recorded)
    mutants = _affordable({m.number: m for chosen in tried.values() for m in chosen}, recorded)
    verdicts: dict[int, MutantVerdict] = {}

    def take(verdict: MutantVerdict) -> None:
        verdicts[verdict.mutant.number] = verdict

    judge(suite, recorded, mutants, scratch=scratch, on_verdict=take, every_test=True, jobs=jobs, stop=stop)
    sources = {path: Path(path).read_text(encoding="utf-8", errors="replace") for path in suite.files}
    for node in asked:
        test = node.partition("[")[0]
        told = [verdicts[m.number] for m in tried.get(test, ()) if m.number in verdicts]
        judged = [verdict for verdict in told if _catches(verdict, test) or _lets_pass(verdict)]
        passing = [verdict.mutant for verdict in judged if not _catches(verdict, test)]
        survivors = tuple(Survivor(m, tuple(mutant_diff(sources[m.path], m))) for m in passing)
        done[node] = replace(done[node], challenged=len(judged), survivors=survivors)
    return done


def _node(name: str) -> str:
    """As evidence names it: without the file."""
    return name.partition("::")[2]


def _function(name: str) -> str:
    return _node(name).partition("[")[0]


def _catches(verdict: MutantVerdict, test: str) -> bool:
    return (verdict.caught and not verdict.nodes) or test in {_function(node) for node in verdict.nodes}


def _lets_pass(verdict: MutantVerdict) -> bool:
    """After several that hang, not all tests are tried."""
    return verdict.outcome in ("survived", "killed")


def _chosen(recorded: RecordedSuite) -> dict[str, list[Mutant]]:
    """By test function: mutants where its rows come in functions that they call themselves, at random."""
    places = _Functions({m.path for m in recorded.mutants})
    by_site: dict[int, list[Mutant]] = {}
    for mutant in recorded.mutants:
        if mutant.site not in recorded.at_import and not mutant.text.startswith(("'", '"', "f'", 'f"')):
            by_site.setdefault(mutant.site, []).append(mutant)
    chosen: dict[str, list[Mutant]] = {}
    rows: dict[str, list[SuiteTest]] = {}
    for test in recorded.tests:
        rows.setdefault(_function(test.node), []).append(test)
    for name, tests in rows.items():
        through = sorted({each for test in tests for each in test.through})
        direct = {m.number: m for each in through for m in by_site.get(each[0], ()) if places.is_same(m, each)}
        chosen[name] = _sampled(list(direct.values()), places)
    return chosen


def _sampled(mutants: Iterable[Mutant], places: _Functions) -> list[Mutant]:
    mixed = sorted(mutants, key=lambda m: m.number)
    random.Random(len(mixed)).shuffle(mixed)
    taken: dict[tuple[str, int], int] = {}
    found: list[Mutant] = []
    for mutant in mixed:
        statement = places.statement(mutant)
        if taken.setdefault(statement, 0) < OF_A_STATEMENT and len(found) < OF_A_TEST:
            taken[statement] += 1
            found.append(mutant)
    return sorted(found, key=lambda m: m.number)


def _affordable(mutants: Mapping[int, Mutant], recorded: RecordedSuite) -> Sequence[Mutant]:
    """Any of them, until they would take too long."""
    seconds: dict[int, float] = {}
    for test in recorded.tests:
        for site in test.reached:
            seconds[site] = seconds.get(site, 0.0) + test.seconds
    mixed = list(mutants.values())
    random.Random(len(mixed)).shuffle(mixed)
    found: list[Mutant] = []
    left = SECONDS
    for mutant in mixed:
        left -= seconds.get(mutant.site, 0.0)
        if left >= 0:
            found.append(mutant)
    return sorted(found, key=lambda m: m.number)


class _Functions:
    """Where the functions and statements of some files are."""

    def __init__(self, paths: Collection[str]) -> None:
        self._functions = {path: function_lines(path) for path in paths}
        self._statements = {path: _statements(path) for path in paths}

    def is_same(self, mutant: Mutant, through: tuple[int, str, int]) -> bool:
        """Whether the call that led there is one of the function that the mutant is in."""
        _, path, line = through
        called = next((name for name, first, last in self._functions.get(path, ()) if first <= line <= last), "")
        return path == mutant.path and called == mutant.function

    def statement(self, mutant: Mutant) -> tuple[str, int]:
        return mutant.path, self._statements[mutant.path].get(mutant.line, mutant.line)


def _statements(path: str) -> dict[int, int]:
    """By line the first line of the smallest statement there."""
    try:
        tree = parse_source(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    found.sort(key=lambda node: (node.end_lineno or node.lineno) - node.lineno, reverse=True)
    return {line: node.lineno for node in found for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
