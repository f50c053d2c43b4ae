"""Takes one module through the stages: explore, observe, propose, execute, decide; gives the text of its test file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.decide.keep_or_reject import verdicts
from testwright.decide.policies import GENERATE
from testwright.decide.select import fewest, within_ceiling
from testwright.errors import ProjectError
from testwright.execute.attribution import goals, is_caught
from testwright.execute.coverage_figures import CoverageFigures, figures
from testwright.execute.existing_suite import existing_kills
from testwright.execute.kill_matrix import KillMatrix, kill_matrix
from testwright.execute.pytest_gate import GateReport, gate
from testwright.explore.explore_module import Exploration, explore_module, read_source, steps_key, with_fitting_checks
from testwright.explore.observe import observe
from testwright.inside.gate.pytest_setup import ASYNCIO_MODES, PytestSetup
from testwright.inside.recipes import Fixture
from testwright.inside.scenario import ASKED_FOR, Scenario, composed_calls
from testwright.nouns import (
    Candidate,
    Evidence,
    ExistingTests,
    MutantKey,
    Observation,
    Proof,
    Suspicion,
    Target,
    Verdict,
)
from testwright.propose.from_observations import candidates, makes_a_test, says_little
from testwright.propose.grouping import in_classes
from testwright.propose.keep_rows import keep_rows
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workers import scratch_folder
from testwright.workflows.carved_calls import take_seen
from testwright.workflows.importable import importable
from testwright.workflows.suspect import Suspecting
from testwright.workflows.usable_fixtures import UsableFixtures
from testwright.write.render_file import render_file

__all__ = ["GeneratedModule", "Notice", "Stop", "generate_module", "nothing_kept", "prove_without"]

Stop = Callable[[], bool]
Notice = Callable[[str], None]
SELECTION_RUNS = 2
PROOF_RUNS = 5
ROUNDS = 5
COMPOSED = 6.0
DAWDLING, LONG = 4.0, 0.5
"""A test that takes so many seconds, which it mostly waits, is dear: every run of the suite will wait."""
SPOILS = "a test file with it cannot be imported, holds what is no test, or does not let pytest come to its end"


@dataclass(slots=True)
class GeneratedModule:
    """`text` is the proven file ("" = nothing kept), of the tests `chosen`; evidence and verdicts are of its nodes and
    of those rejected.
    """

    target: Target
    text: str = ""
    setup: PytestSetup = field(default_factory=PytestSetup)
    """What of the project's own the text relies on."""
    chosen: list[Candidate] = field(default_factory=list)
    before: CoverageFigures | None = None
    after: CoverageFigures | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    kept: list[Verdict] = field(default_factory=list)
    rejected: list[Verdict] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    exploration: Exploration = field(default_factory=Exploration)
    matrix: KillMatrix = field(default_factory=KillMatrix)
    """Of the tests in `text`, found by running just that file."""
    suspicions: list[Suspicion] = field(default_factory=list)
    foreign: frozenset[str] = frozenset()
    """What pytest would take for tests if the file imported it by name."""
    recorded: tuple[Mapping[str, Any], ...] = ()
    """The recorded calls, as they were given."""
    existing: ExistingTests = field(default_factory=ExistingTests)
    """What the project's own tests do already, which is not to be done again."""
    fixtures: UsableFixtures = field(default_factory=UsableFixtures)
    caught_already: frozenset[MutantKey] = frozenset()
    """The mutants that they catch."""
    adds_nothing: bool = False
    """All that passed reaches only what the project's own tests reach."""
    interrupted: bool = False


def generate_module(
    target: Target,
    options: Options,
    *,
    stop: Stop,
    notice: Notice,
    jobs: int = 1,
    existing: ExistingTests | None = None,
    root: Path | None = None,
    fixtures: UsableFixtures | None = None,
    callers: Sequence[Mapping[str, Any]] = (),
    recorded: Sequence[Mapping[str, Any]] = (),
) -> GeneratedModule:
    """Raises ProjectError when the module cannot be read, imported or run; `jobs` of its proof runs go side by side.

    `existing` tests were run in the folder `root`; `fixtures` of theirs may be taken. `callers` is how the module is
    called elsewhere (`calls_of`), `recorded` how it was in real runs (`RecordedCalls.of`).
    """
    existing, fixtures = existing or ExistingTests(), fixtures or UsableFixtures()
    caught = _caught_already(target, existing, root, options, stop=stop, notice=notice, jobs=jobs)
    notice(f"{target.module}: exploring")
    exploration = explore_module(
        target,
        python=options.python,
        budget=options.budget,
        max_executions=options.max_executions,
        seed=options.seed,
        private=options.private,
        without=options.without,
        survivors=_mutant_seconds(options),
        seeds=existing.seeds_of(target.source)
        | {"fixtures": fixtures.to_seeds(), "callers": list(callers), "recorded": list(recorded)},
        conftests=fixtures.conftests,
        caught=caught,
        every_call=options.every_call,
        stop=stop,
    )
    made = GeneratedModule(target, exploration=exploration, existing=existing, fixtures=fixtures, caught_already=caught)
    made.recorded = tuple(recorded)
    with scratch_folder() as scratch:
        proving = _Proving(made, options, scratch, stop, notice, jobs)
        proving.run()
    made.interrupted = stop()
    return made


def prove_without(
    made: GeneratedModule,
    fallen: Mapping[str, str],
    options: Options,
    *,
    stop: Stop,
    notice: Notice,
    jobs: int = 1,
) -> None:
    """Rejects the kept nodes `fallen` for the reasons given, and proves what is left; nothing changes once stopped."""
    with scratch_folder() as scratch:
        _Proving(made, options, scratch, stop, notice, jobs).run_without(fallen)


class _Proving:
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
        observed += suspecting.innocent(self._observed(self._needed_spares(seen, observed)))
        observed += suspecting.in_contract(self._observed(self.made.exploration.tellers))
        observed = [*self._carved(), *observed]
        if self.options.pin_suspicions:
            observed += suspecting.pinned([*seen, *probed])
        needed = [with_fitting_checks(each, self.made.exploration) for each in observed]
        proposed = candidates(needed, module=self.target.module)
        if self.made.existing.style.classes:
            proposed = in_classes(proposed)
        if self.stop():
            return
        self._prove(self._selected(proposed))

    def _carved(self) -> list[Observation]:
        """Of recorded calls, what they show."""
        seen = self._observed(list(self.made.exploration.carved.values()), 0)
        return take_seen(self.made.exploration, seen, module=self.target.module)

    def run_without(self, fallen: Mapping[str, str]) -> None:
        made = self.made
        left = self._keep(made.chosen, frozenset(v.node for v in made.kept if v.node not in fallen))
        before = made.text
        made.text = ""
        self._prove(left)
        if self.stop() and not made.text:
            made.text = before
            return
        if not made.text:
            made.kept = []
        made.rejected += [Verdict(n, kept=False, slug="passes-every-time", reason=why) for n, why in fallen.items()]

    def _prove(self, chosen: list[Candidate]) -> None:
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
        seen = self._observed([*self.made.exploration.observations, *probes], count)
        return seen[:count], seen[count:]

    def _observed(self, observations: Sequence[Observation], proposed: int | None = None) -> list[Observation]:
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

    def _selected(self, proposed: list[Candidate]) -> list[Candidate]:
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
        costs = {n: cost + (DAWDLING if _dawdles(evidence, n) else 0.0) for n, cost in _costs(proposed).items()}
        chosen = fewest(reached, costs, last=last)
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


def _caught_already(
    target: Target,
    existing: ExistingTests,
    root: Path | None,
    options: Options,
    *,
    stop: Stop,
    notice: Notice,
    jobs: int,
) -> frozenset[MutantKey]:
    if not options.mutants or root is None or not existing.tested_by.get(target.source) or stop():
        return frozenset()
    notice(f"{target.module}: planting bugs for the tests that are there")
    with scratch_folder() as scratch:
        return existing_kills(
            target,
            existing,
            root=root,
            python=options.python,
            seconds=options.existing_seconds,
            scratch=scratch,
            jobs=jobs,
            stop=stop,
        )


def _mutant_seconds(options: Options) -> float:
    if not options.mutants:
        return 0.0
    return options.budget if options.mutant_budget is None else options.mutant_budget


def _costs(proposed: Sequence[Candidate]) -> dict[str, float]:
    """A row of a table is cheap, an exception dear, a private function dearer; dearest what tests two functions at once."""
    costs: dict[str, float] = {}
    for candidate in proposed:
        for node, row in zip(candidate.node_names, candidate.rows, strict=True):
            cost = 1.0 if len(candidate.rows) > 1 else 1.5
            cost += 0.7 * _earlier_steps(row.scenario) + (1.0 if row.outcome.raised else 0.0)
            cost += 3.0 if says_little(row) else 0.0
            cost += COMPOSED * composed_calls(row.scenario)
            costs[node] = cost + (3.0 if candidate.private else 0.0)
    return costs


def _earlier_steps(scenario: Scenario) -> int:
    """Those that the test shows: a fixture is but a parameter of it."""
    return sum(not isinstance(step.recipe, Fixture) for step in scenario.steps[:-1])


def _dawdles(evidence: Mapping[str, Evidence], node: str) -> bool:
    return node in evidence and min((run.seconds for run in evidence[node].runs), default=0.0) >= LONG


def _parameter_names(target: Target) -> dict[str, list[str]]:
    model = read_module(read_source(target), module=target.module, path=target.source).to_plain()
    return {f["qualname"]: _positional(f) for f in model["functions"]}


def _positional(function: dict[str, Any]) -> list[str]:
    bound = function["kind"] in ("method", "classmethod", "property", "setter")
    names = [p["name"] for p in function["parameters"] if p["kind"].startswith("positional")]
    return names[1:] if bound else names


def nothing_kept(module: str, exploration: Exploration) -> ProjectError:
    """Why there is no file; `nothing-to-test` when the module has nothing that can be called."""
    empty = not exploration.arcs or set(exploration.arcs) <= exploration.baseline
    return ProjectError(
        f"{module!r} has nothing that can be called" if empty else f"no test of {module!r} could be proven",
        slug="nothing-to-test" if empty else "nothing-kept",
        hint="name another module" if empty else "give it a larger --budget, or read the rejected tests with -v",
    )
