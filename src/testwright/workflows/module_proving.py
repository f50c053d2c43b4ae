"""Takes one module's observations through propose, execute and decide; the text of its test file comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.decide.keep_or_reject import verdicts
from testwright.decide.policies import GENERATE
from testwright.decide.select import fewest, within_ceiling
from testwright.execute.attribution import goals, is_caught
from testwright.execute.coverage_figures import figures
from testwright.execute.kill_matrix import kill_matrix
from testwright.execute.pytest_gate import GateReport, gate
from testwright.explore.explore_module import read_source, steps_key, with_fitting_checks
from testwright.explore.observe import observe
from testwright.inside.gate.pytest_setup import ASYNCIO_MODES, PytestSetup
from testwright.inside.scenario import ASKED_FOR, composed_calls
from testwright.nouns import (
    Candidate,
    Evidence,
    Observation,
    Proof,
    Target,
    Verdict,
)
from testwright.propose.from_observations import candidates, makes_a_test
from testwright.propose.grouping import in_classes
from testwright.propose.keep_rows import keep_rows
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workflows.carved_calls import take_seen
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.importable import importable
from testwright.workflows.row_costs import costs_of
from testwright.workflows.suspect import Suspecting
from testwright.write.render_file import render_file

__all__ = ["Proving"]

SELECTION_RUNS = 2
PROOF_RUNS = 5
ROUNDS = 5
SPOILS = "a test file with it cannot be imported, holds what is no test, or does not let pytest come to its end"


class Proving:
    """The way of one module's observations through the gate."""

    def __init__(
        self, made: GeneratedModule, options: Options, scratch: Path, stop: Stop, notice: Notice, jobs: int
    ) -> None:
        self.made, self.options, self.scratch, self.stop, self.notice = made, options, scratch, stop, notice
        self.jobs = jobs
        self.target = made.target
        self.rounds = 0
        self.parameter_names = _parameter_names(made.target)
        self.known = made.existing.arcs_of(made.target.source)

    def run(self) -> None:
        suspecting = Suspecting(self.target)
        seen, probed = self._observed_beside(suspecting.probes(self.made.exploration))
        suspecting.judge([*seen, *probed])
        self.made.suspicions = suspecting.found
        observed = suspecting.innocent(seen)
        observed += suspecting.innocent(self.observed(self._needed_spares(seen, observed)))
        observed += suspecting.in_contract(self.observed(self.made.exploration.tellers))
        observed = [*self._carved(), *observed]
        if self.options.pin_suspicions:
            observed += suspecting.pinned([*seen, *probed])
        needed = [with_fitting_checks(each, self.made.exploration) for each in observed]
        proposed = candidates(needed, module=self.target.module)
        if self.made.existing.style.classes:
            proposed = in_classes(proposed)
        if self.stop():
            return
        self.prove(self.selected(proposed))

    def _carved(self) -> list[Observation]:
        """Of recorded calls, what they show."""
        seen = self.observed(list(self.made.exploration.carved.values()), 0)
        return take_seen(self.made.exploration, seen, module=self.target.module)

    def run_without(self, fallen: Mapping[str, str]) -> None:
        made = self.made
        left = self._keep(made.chosen, frozenset(v.node for v in made.kept if v.node not in fallen))
        before = made.text
        made.text = ""
        self.prove(left)
        if self.stop() and not made.text:
            made.text = before
            return
        if not made.text:
            made.kept = []
        made.rejected += [Verdict(n, kept=False, slug="passes-every-time", reason=why) for n, why in fallen.items()]

    def prove(self, chosen: list[Candidate]) -> None:
        while chosen and not self.stop() and self.rounds < ROUNDS:
            evidence, report = self._gate(chosen, PROOF_RUNS)
            decided = verdicts(chosen, evidence, GENERATE[:-1])
            if all(v.kept for v in decided):
                evidence = self._with_mutants(chosen, evidence)
                decided = verdicts(chosen, evidence, GENERATE)
            if self.stop():
                return
            if all(v.kept for v in decided):
                self._accept(chosen, evidence, report, decided)
                return
            chosen = self._without_rejected(chosen, evidence, decided)
        if not self.stop():
            self._measure()

    def _needed_spares(self, seen: Sequence[Observation], observed: Sequence[Observation]) -> list[Observation]:
        """Those that reach what is lost because the scenario found first makes no test, or a suspicion."""
        exploration, module = self.made.exploration, self.target.module
        kept = {arc for o in observed if makes_a_test(o, module=module) for arc in o.arcs}
        lost = {arc for o in seen for arc in o.arcs} - kept
        return [spare for spare in exploration.spares if not lost.isdisjoint(spare.arcs)]

    def _observed_beside(self, probes: Sequence[Observation]) -> tuple[list[Observation], list[Observation]]:
        """What exploring found, and `probes`, which make no tests, in the same processes."""
        count = len(self.made.exploration.observations)
        seen = self.observed([*self.made.exploration.observations, *probes], count)
        return seen[:count], seen[count:]

    def observed(self, observations: Sequence[Observation], proposed: int | None = None) -> list[Observation]:
        """Of what is broken, the first `proposed` (all, without) are reported as rejected."""
        if not observations:
            return []
        self.notice(f"{self.target.module}: observing {len(observations)} scenarios")
        seen = observe(
            observations,
            python=self.options.python,
            target=self.target,
            scratch_root=self.scratch,
            sys_path=self.target.import_roots,
            seed=self.options.seed,
            detailed=lambda scenario: (
                scenario.origin == ASKED_FOR or steps_key(scenario) in self.made.exploration.needed_checks
            ),
            stop=self.stop,
        )
        for observation in seen[:proposed]:
            if observation.outcome is not None and observation.outcome.broken:
                node = f"{observation.scenario.target} ({observation.scenario.origin or 'explored'})"
                reason = observation.outcome.broken
                self.made.rejected.append(Verdict(node, kept=False, slug="asserts-something", reason=reason))
        return seen

    def _setup(self, chosen: Sequence[Candidate]) -> PytestSetup:
        """What of the project's own the file of these tests relies on: no more of it than it needs."""
        scenarios = [row.scenario for candidate in chosen for row in candidate.rows]
        setup = self.made.fixtures.setup if any(scenario.conftests for scenario in scenarios) else PytestSetup()
        mode = self.made.existing.style.asyncio
        is_async = mode in ASYNCIO_MODES and any(scenario.is_async for scenario in scenarios)
        return replace(setup, asyncio=mode if is_async else "")

    def _render(self, chosen: Sequence[Candidate], proofs: dict[str, Proof]) -> str:
        return render_file(
            chosen,
            module=self.target.module,
            version=VERSION,
            seed=self.options.seed,
            proofs=proofs,
            parameter_names=self.parameter_names,
            collected=self.made.foreign,
            setup=self._setup(chosen),
        )

    def _gate(
        self, chosen: Sequence[Candidate], runs: int, folder: Path | None = None
    ) -> tuple[dict[str, Evidence], GateReport]:
        """`folder`: where to try a part of the file, which counts as no round."""
        self.rounds += folder is None
        nodes = [node for candidate in chosen for node in candidate.node_names]
        self.notice(f"{self.target.module}: proving {len(nodes)} tests")
        folder = folder or self.scratch / f"gate-{self.rounds}"
        folder.mkdir()
        return gate(
            self._render(chosen, {}),
            file_name=self._file_name(),
            python=self.options.python,
            target=self.target,
            sys_path=self.target.import_roots,
            scratch_root=folder,
            nodes=nodes,
            runs=runs,
            jobs=self.jobs,
            known_arcs=self.known,
            stop=self.stop,
            setup=self._setup(chosen),
        )

    def selected(self, proposed: list[Candidate]) -> list[Candidate]:
        """The fewest that pass and together cover all; measured by coverage on the plain code, not by the engine."""
        if not proposed:
            return []
        evidence, report = self._gate(proposed, SELECTION_RUNS)
        if report.foreign and not self.stop():
            self.made.foreign = report.foreign
            evidence, report = self._gate(proposed, SELECTION_RUNS)
        if self._spoilt(evidence, report):
            proposed = self._importable(proposed)
            evidence, report = self._gate(proposed, SELECTION_RUNS)
        decided = verdicts(proposed, evidence, GENERATE[:-1])
        passed = [v.node for v in decided if v.kept]
        self.made.rejected += [v for v in decided if not v.kept]
        self.made.evidence.update({v.node: evidence[v.node] for v in decided if not v.kept and v.node in evidence})
        evidence = self._with_mutants(proposed, {n: evidence[n] for n in passed})
        reached = goals(evidence.values(), Path(self.target.source), report.import_arcs | self.known, self.caught)
        self.made.adds_nothing = bool(passed and self.known) and not any(reached.values())
        rows = [(n, row) for c in proposed for n, row in zip(c.node_names, c.rows, strict=True)]
        last = {n for n, row in rows if row.outcome.raised or composed_calls(row.scenario)}
        chosen = fewest(reached, costs_of(proposed, evidence), last=last)
        targets = {node: c.target for c in proposed for node in c.node_names}
        pinning = {n for c in proposed if c.pins for n in c.node_names if n in passed}
        pinning |= {n for n, row in rows if row.scenario.origin == ASKED_FOR and n in passed}
        kept = within_ceiling(chosen, reached, targets, self.options.most_cases, is_caught)
        return self._keep(proposed, kept | pinning)

    def _with_mutants(self, chosen: Sequence[Candidate], evidence: dict[str, Evidence]) -> dict[str, Evidence]:
        """The evidence with what each of its tests catches of the mutants, where they are wanted."""
        if not self.options.mutants or not evidence or self.stop():
            return evidence
        self.notice(f"{self.target.module}: planting bugs for {len(evidence)} tests")
        folder = self.scratch / f"mutants-{self.rounds}"
        folder.mkdir()
        self.made.matrix = kill_matrix(
            self._render(chosen, {}),
            file_name=self._file_name(),
            python=self.options.python,
            target=self.target,
            sys_path=self.target.import_roots,
            scratch_root=folder,
            nodes=list(evidence),
            jobs=self.jobs,
            stop=self.stop,
            setup=self._setup(chosen),
        )
        return self.made.matrix.on(evidence, self.caught)

    @property
    def caught(self) -> frozenset[int]:
        """The numbers of the mutants that the project's own tests catch."""
        already, planted = self.made.caught_already, self.made.matrix.mutants
        return frozenset(m.number for m in planted if (m.operator, m.span, m.text) in already)

    def _file_name(self) -> str:
        return f"test_{self.target.module.rsplit('.', 1)[-1].strip('_') or 'module'}.py"

    def _spoilt(self, evidence: dict[str, Evidence], report: GateReport) -> bool:
        """None passed, and of some nothing is known; or pytest runs what is no test of ours."""
        outcomes = {run.outcome for one in evidence.values() for run in one.runs}
        return not self.stop() and (bool(report.foreign) or ("passed" not in outcomes and "missing" in outcomes))

    def _importable(self, proposed: list[Candidate]) -> list[Candidate]:
        """One candidate that spoils the file must not cost the others: it is found by trying halves."""

        def can_be_imported(part: Sequence[Candidate]) -> bool:
            evidence, report = self._gate(part, 1, folder=self.scratch / f"half-{next(numbers)}")
            return not self._spoilt(evidence, report)

        numbers = count(1)
        kept, spoiling = importable(proposed, can_be_imported)
        for candidate in spoiling:
            for node in candidate.node_names:
                self.made.rejected.append(Verdict(node, kept=False, slug="passes-every-time", reason=SPOILS))
        return kept

    def _keep(self, chosen: Sequence[Candidate], nodes: frozenset[str]) -> list[Candidate]:
        kept, _ = keep_rows(chosen, {node: Proof(0, 0, 0, 0) for node in nodes})
        return kept

    def _without_rejected(
        self, chosen: list[Candidate], evidence: dict[str, Evidence], decided: Sequence[Verdict]
    ) -> list[Candidate]:
        self.made.rejected += [v for v in decided if not v.kept]
        self.made.evidence.update({v.node: evidence[v.node] for v in decided if not v.kept and v.node in evidence})
        return self._keep(chosen, frozenset(v.node for v in decided if v.kept))

    def _accept(
        self, chosen: list[Candidate], evidence: dict[str, Evidence], report: GateReport, decided: Sequence[Verdict]
    ) -> None:
        made = self.made
        made.kept, made.chosen = list(decided), chosen
        made.evidence.update(evidence)
        made.targets = {node: c.target for c in chosen for node in c.node_names}
        made.setup = self._setup(chosen)
        made.text = self._render(chosen, {v.node: v.proof for v in decided if v.proof is not None})
        arcs = frozenset(arc for one in evidence.values() for arc in one.arcs)
        made.before = figures(Path(self.target.source), report.import_arcs | self.known)
        made.after = figures(Path(self.target.source), report.import_arcs | self.known | arcs)

    def _measure(self) -> None:
        """Nothing was kept: the figures are those without us; there are none when that was interrupted."""
        _, report = self._imported()
        if not self.stop():
            self.made.before = self.made.after = figures(Path(self.target.source), report.import_arcs | self.known)

    def _imported(self) -> tuple[dict[str, Evidence], GateReport]:
        folder = self.scratch / "import"
        folder.mkdir()
        return gate(
            f"import {self.target.module}\n\n\ndef test_import():\n    assert {self.target.module}\n",
            file_name="test_import.py",
            python=self.options.python,
            target=self.target,
            sys_path=self.target.import_roots,
            scratch_root=folder,
            nodes=["test_import"],
            runs=1,
            jobs=1,
            stop=self.stop,
        )


def _parameter_names(target: Target) -> dict[str, list[str]]:
    model = read_module(read_source(target), module=target.module, path=target.source).to_plain()
    return {f["qualname"]: _positional(f) for f in model["functions"]}


def _positional(function: dict[str, Any]) -> list[str]:
    bound = function["kind"] in ("method", "classmethod", "property", "setter")
    names = [p["name"] for p in function["parameters"] if p["kind"].startswith("positional")]
    return names[1:] if bound else names
