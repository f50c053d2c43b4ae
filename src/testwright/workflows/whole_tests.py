"""Proves whole tests of a model beside the file of their module, and says what both reach and catch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from testwright.config.options import Options
from testwright.execute.coverage_figures import Arc, figures
from testwright.nouns import MutantKey, WrittenCandidate
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.model_balance import Standing
from testwright.workflows.own_tests import OwnTests
from testwright.workflows.prove_also import caught_by
from testwright.workflows.prove_written import WrittenProof, prove_written

__all__ = ["WholeTests"]


class WholeTests:
    """`proofs` are those of the whole tests of one module so far."""

    def __init__(self, made: GeneratedModule, options: Options, stop: Stop, notice: Notice, jobs: int) -> None:
        self.made, self.options, self.stop, self.notice, self.jobs = made, options, stop, notice, jobs
        self.own = OwnTests(made.existing, {made.target.module: made.fixtures})
        self.proofs: list[WrittenProof] = []

    def proven(
        self, tests: Sequence[WrittenCandidate], beside: Sequence[WrittenProof], fallen: Mapping[str, str] | None = None
    ) -> WrittenProof:
        """What the module's file and the whole tests `beside` do is new to nobody."""
        target = self.made.target
        return prove_written(
            target,
            tests,
            self.options,
            known_arcs=self.reached(beside),
            known_caught=self.caught(beside),
            setup=self.own.setup_of(target.module, tests),
            fallen=fallen,
            stop=self.stop,
            notice=self.notice,
            jobs=self.jobs,
        )

    def reached(self, beside: Sequence[WrittenProof]) -> frozenset[Arc]:
        """By the project's tests, those of the module's file, and the whole tests `beside`."""
        made = self.made
        arcs = {arc for v in made.kept if v.node in made.evidence for arc in made.evidence[v.node].arcs}
        written = {arc for each in beside for v in each.kept for arc in each.evidence[v.node].arcs}
        return made.existing.arcs_of(made.target.source) | arcs | written

    def caught(self, beside: Sequence[WrittenProof]) -> frozenset[MutantKey]:
        return caught_by(self.made).union(*(each.caught for each in beside))

    def measure(self, import_arcs: frozenset[Arc]) -> None:
        """Gives the module the figures that it has with its whole tests."""
        self.made.after = figures(Path(self.made.target.source), self.reached(self.proofs) | import_arcs)

    def standing(self, seconds: float) -> Standing:
        """What is reached and caught once `measure` has counted all whole tests there are."""
        made, after = self.made, self.made.after
        if after is None:
            return Standing(seconds=seconds)
        return Standing(
            kept=len(made.kept) + sum(len(proof.kept) for proof in self.proofs),
            percent=after.percent,
            lines=after.covered_lines,
            branches=after.covered_branches,
            mutants=len(self.caught(self.proofs)),
            seconds=seconds,
        )
