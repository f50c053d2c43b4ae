"""Finds which tests of a file catch which mutants of the target, by running each of them against all that it reaches."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from testwright.execute.attribution import attribute_caught
from testwright.execute.mutants import RecordedSuite, Suite, judge, record
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.mutants.operators import EVERY_OPERATOR
from testwright.nouns import Evidence, Mutant, MutantVerdict, Target

__all__ = ["KillMatrix", "kill_matrix"]

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class KillMatrix:
    """`mutants` of the target's file, without the `equivalent` ones, which nothing can catch; by node what a test
    reaches and catches of them.
    """

    mutants: tuple[Mutant, ...] = ()
    equivalent: int = 0
    reached: Mapping[str, frozenset[int]] = field(default_factory=dict)
    caught: Mapping[str, frozenset[int]] = field(default_factory=dict)
    at_import: frozenset[int] = NONE
    """Caught before any test could run: the file cannot be imported with them."""

    def on(self, evidence: Mapping[str, Evidence], known: Set[int] = frozenset()) -> dict[str, Evidence]:
        """The evidence, in its order, with what each test catches; `known` mutants are caught already."""
        told = [
            replace(
                one,
                catchable=self.reached.get(node, NONE) | self.caught.get(node, NONE),
                caught=self.caught.get(node, NONE),
            )
            for node, one in evidence.items()
        ]
        return {one.node: one for one in attribute_caught(told, known)}


def kill_matrix(
    file_text: str,
    *,
    file_name: str,
    python: str,
    target: Target,
    sys_path: Sequence[str],
    scratch_root: Path,
    nodes: Sequence[str],
    jobs: int = 2,
    stop: Callable[[], bool] | None = None,
    setup: PytestSetup | None = None,
) -> KillMatrix:
    """Of the tests `nodes` in this file; empty when the file cannot be run with mutants planted in the target.

    Each mutant is judged in a fork of a process that has imported the file and run none of its tests.
    """
    folder = scratch_root / "file"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name
    file.write_text(file_text, encoding="utf-8")
    source = os.path.realpath(target.source)
    setup = setup or PytestSetup()
    suite = Suite(
        {source: EVERY_OPERATOR}, (str(file),), str(folder), python, tuple(sys_path), in_place=False, setup=setup
    )
    recorded = record(suite, scratch=scratch_root, stop=stop)
    wanted = set(nodes)
    recorded.tests = [test for test in recorded.tests if test.node in wanted]
    mutants = [m for m in recorded.mutants if target.asks_for(m.function)]
    verdicts: list[MutantVerdict] = []
    judge(
        suite,
        recorded,
        mutants,
        scratch=scratch_root,
        on_verdict=verdicts.append,
        every_test=True,
        quick=True,
        jobs=jobs,
        stop=stop,
    )
    caught: dict[str, set[int]] = {}
    at_import: set[int] = set()
    for verdict in verdicts:
        if verdict.caught and not verdict.nodes:
            at_import.add(verdict.mutant.number)
        for node in verdict.nodes:
            caught.setdefault(node, set()).add(verdict.mutant.number)
    return KillMatrix(
        tuple(mutants),
        len(recorded.equivalent),
        _reached(recorded, mutants),
        {node: frozenset(numbers) for node, numbers in caught.items()},
        frozenset(at_import),
    )


def _reached(recorded: RecordedSuite, mutants: Sequence[Mutant]) -> dict[str, frozenset[int]]:
    by_site: dict[int, list[int]] = {}
    for mutant in mutants:
        by_site.setdefault(mutant.site, []).append(mutant.number)
    return {
        test.node: frozenset(number for site in test.reached for number in by_site.get(site, ()))
        for test in recorded.passing
    }
