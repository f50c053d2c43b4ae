"""Takes tests that somebody else wrote, one module's, through the gate and the rules; gives the text of their file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from testwright.config.options import Options
from testwright.decide.keep_or_reject import keep_or_reject
from testwright.decide.policies import WRITTEN
from testwright.decide.select import fewest
from testwright.execute.attribution import attribute_caught, attribute_new, goals
from testwright.execute.coverage_figures import Arc
from testwright.execute.kill_matrix import KillMatrix, kill_matrix
from testwright.execute.pytest_gate import GateReport, gate
from testwright.execute.written_collection import Collected, collect_apart
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Candidate, Evidence, MutantKey, Proof, Target, Verdict, WrittenCandidate
from testwright.python_source.observed_values import observing, with_observed
from testwright.python_source.table_rows import without_rows
from testwright.python_source.written_tests import read_tests
from testwright.version import VERSION
from testwright.workers import scratch_folder
from testwright.write.render_written import apart, render_written

__all__ = ["Notice", "Stop", "WrittenProof", "as_one_file", "prove_written"]

T = TypeVar("T")
Stop = Callable[[], bool]
Notice = Callable[[str], None]
FIRST_RUNS = 2
PROOF_RUNS = 5
MOST_ROUNDS = 8


@dataclass(slots=True)
class WrittenProof:
    """`text` is the proven file ("" = nothing kept) of the tests `chosen`, as they stand in it.

    Each test that was given has at least one verdict, by its node; a table that can be collected has one for each row.
    """

    target: Target
    text: str = ""
    chosen: list[WrittenCandidate] = field(default_factory=list)
    kept: list[Verdict] = field(default_factory=list)
    rejected: list[Verdict] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    matrix: KillMatrix = field(default_factory=KillMatrix)
    setup: PytestSetup = field(default_factory=PytestSetup)
    import_arcs: frozenset[Arc] = frozenset()
    interrupted: bool = False

    @property
    def new_arcs(self) -> frozenset[Arc]:
        """Branches that the kept tests are the first to take."""
        return frozenset(arc for verdict in self.kept for arc in self.evidence[verdict.node].new_arcs)

    @property
    def new_lines(self) -> frozenset[int]:
        return frozenset(line for verdict in self.kept for line in self.evidence[verdict.node].new_lines)

    @property
    def caught(self) -> frozenset[MutantKey]:
        """The mutants that the kept tests are the first to catch."""
        numbers = {number for verdict in self.kept for number in self.evidence[verdict.node].new_caught}
        return frozenset((m.operator, m.span, m.text) for m in self.matrix.mutants if m.number in numbers)


def prove_written(
    target: Target,
    tests: Sequence[WrittenCandidate],
    options: Options,
    *,
    known_arcs: Iterable[Arc] = (),
    known_caught: Iterable[MutantKey] = (),
    setup: PytestSetup | None = None,
    by: str = "a model",
    fallen: Mapping[str, str] | None = None,
    stop: Stop,
    notice: Notice,
    jobs: int = 1,
) -> WrittenProof:
    """What other tests reach (`known_arcs`, coverage.py's) and catch (`known_caught`) is new to nobody.

    `setup` is what of the project's own the tests may rely on, `by` who wrote them, for the file's docstring. A wrong
    expected value is replaced by what was observed only where the test says `# observed`. `fallen` are nodes
    of these tests that are rejected for the reasons given, whatever their runs show.
    """
    proof = WrittenProof(target, setup=setup or PytestSetup())
    with scratch_folder() as scratch:
        proving = _Proving(
            proof, options, scratch, frozenset(known_arcs), frozenset(known_caught), by, stop, notice, jobs
        )
        proving.run(tests, fallen or {})
    proof.interrupted = stop()
    return proof


def as_one_file(
    target: Target,
    proofs: Sequence[WrittenProof],
    prove: Callable[[Sequence[WrittenCandidate]], WrittenProof],
    stop: Stop,
) -> tuple[WrittenProof, list[Verdict]]:
    """All that was kept, proven once more where it came in several parts, and what is rejected only now."""
    kept = [proof for proof in proofs if proof.text]
    if len(kept) == 1:
        return kept[0], []
    if not kept or stop():
        return WrittenProof(target), []
    whole = prove([test for proof in kept for test in proof.chosen])
    return whole, whole.rejected


@dataclass(slots=True)
class _Proving:
    """The way of one module's written tests through the gate; `nodes` are by `WrittenCandidate.node`, a row each."""

    proof: WrittenProof
    options: Options
    scratch: Path
    known: frozenset[Arc]
    known_caught: frozenset[MutantKey]
    by: str
    stop: Stop
    notice: Notice
    jobs: int
    rounds: int = 0
    folders: int = 0
    nodes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    """Nodes of tests that have lost rows since they were collected."""

    def run(self, tests: Sequence[WrittenCandidate], fallen: Mapping[str, str]) -> None:
        tests = self._without_fallen(self._collected(apart(tests)), fallen)
        if not tests:
            return
        evidence, report = self._gate(tests, FIRST_RUNS)
        mended = self._with_observed(tests, evidence)
        if mended != tests:
            tests = mended
            evidence, report = self._gate(tests, FIRST_RUNS)
        tests, evidence = self._without_rejected(tests, evidence, WRITTEN[:-1])
        tests, evidence = self._collected_again(tests, evidence)
        if not tests or self.stop():
            return
        self.proof.matrix = self._matrix(tests)
        chosen = self._chosen(tests, evidence, report)
        self._prove(self._collected_again(chosen, {})[0])

    def _collected(self, tests: Sequence[WrittenCandidate]) -> list[WrittenCandidate]:
        """Those of which pytest finds the one test that they are; the others are rejected."""
        self.notice(f"{self.proof.target.module}: collecting {len(tests)} written tests")
        collected = collect_apart(
            {number: self._render([test]) for number, test in enumerate(tests)},
            python=self.options.python,
            sys_path=self.proof.target.import_roots,
            scratch_root=self._folder("collected"),
            stop=self.stop,
            setup=self.proof.setup,
        )
        kept = []
        for number, test in enumerate(tests):
            problem = "it was not run" if number in collected.unknown else self._problem(number, test, collected)
            if problem:
                self.proof.rejected.append(Verdict(test.node, kept=False, slug="passes-every-time", reason=problem))
            else:
                self.nodes[test.node] = collected.nodes[number]
                kept.append(test)
        return kept

    def _without_fallen(self, tests: list[WrittenCandidate], fallen: Mapping[str, str]) -> Sequence[WrittenCandidate]:
        nodes = [node for test in tests for node in self.nodes[test.node]]
        self.proof.rejected += [
            Verdict(node, kept=False, slug="passes-every-time", reason=fallen[node]) for node in nodes if node in fallen
        ]
        left = self._with_rows(tests, frozenset(node for node in nodes if node not in fallen))
        return self._collected_again(left, {})[0]

    def _problem(self, number: int, test: WrittenCandidate, collected: Collected) -> str:
        if number in collected.problems:
            return f"it cannot be collected: {collected.problems[number]}"
        foreign = [node for node in collected.nodes[number] if node.partition("[")[0] != test.node]
        return f"pytest takes {foreign[0]!r}, which it imports or defines, for a test" if foreign else ""

    def _with_observed(
        self, tests: Sequence[WrittenCandidate], evidence: Mapping[str, Evidence]
    ) -> list[WrittenCandidate]:
        """Where a test failed that leaves values to be observed, with those that it gave."""
        asked = {test.node: observing(test.source, test.name) for test in tests if not self._passed(test, evidence)}
        probes = [replace(test, source=asked[test.node]) for test in tests if asked.get(test.node)]
        if not probes or self.stop():
            return list(tests)
        seen, _ = self._gate(probes, 1)
        mended = []
        for test in tests:
            runs = [run for node in self.nodes[test.node] for run in seen[node].runs] if asked.get(test.node) else []
            source = with_observed(test.source, test.name, runs[0].detail) if len(runs) == 1 else ""
            told = (*test.repairs, "an expected value became the observed one")
            mended.append(replace(test, source=source, repairs=told) if source else test)
        return mended

    def _passed(self, test: WrittenCandidate, evidence: Mapping[str, Evidence]) -> bool:
        return all(run.outcome == "passed" for node in self.nodes[test.node] for run in evidence[node].runs)

    def _chosen(
        self, tests: Sequence[WrittenCandidate], evidence: Mapping[str, Evidence], report: GateReport
    ) -> list[WrittenCandidate]:
        """The fewest that together reach and catch all that is new; the others are rejected."""
        known = report.import_arcs | self.known
        told = self._with_mutants(evidence)
        reached = goals(told.values(), Path(self.proof.target.source), known, self._caught_already())
        chosen = fewest(reached)
        attributed = self._attributed([told[node] for node in told if node in chosen], known)
        after = {one.node: one for one in attributed}
        for node, one in told.items():
            if node not in chosen:
                idle = replace(one, new_lines=frozenset(), new_arcs=frozenset(), new_caught=frozenset())
                self._reject(keep_or_reject(_candidate(node), idle, WRITTEN), idle)
        return self._with_rows(tests, frozenset(after))

    def _prove(self, tests: list[WrittenCandidate]) -> None:
        while tests and not self.stop() and self.rounds < MOST_ROUNDS:
            evidence, report = self._gate(tests, PROOF_RUNS)
            evidence = self._with_mutants(evidence)
            known = report.import_arcs | self.known
            evidence = {one.node: one for one in self._attributed(list(evidence.values()), known)}
            left, kept = self._without_rejected(tests, evidence, WRITTEN)
            if self.stop():
                return
            if len(kept) == len(evidence):
                self._accept(tests, kept, report)
                return
            tests, _ = self._collected_again(left, kept)
        for node in (node for test in tests for node in self.nodes[test.node] if not self.stop()):
            self.proof.rejected.append(
                Verdict(node, kept=False, slug="passes-every-time", reason="not always in this file")
            )

    def _collected_again(
        self, tests: Sequence[WrittenCandidate], evidence: Mapping[str, Evidence]
    ) -> tuple[list[WrittenCandidate], dict[str, Evidence]]:
        """pytest counts rows without an id: those behind one that was taken out are called otherwise now."""
        cut = [test for test in tests if test.node in self.cut]
        if not cut:
            return list(tests), dict(evidence)
        before = {test.node: self.nodes[test.node] for test in cut}
        self.cut.clear()
        there = {test.node for test in self._collected(cut)}
        left = [test for test in tests if test.node not in before or test.node in there]
        names = {old: new for t in cut for old, new in zip(before[t.node], self.nodes[t.node], strict=False)}
        matrix = self.proof.matrix
        reached, caught = _under_new(names, matrix.reached), _under_new(names, matrix.caught)
        self.proof.matrix = replace(matrix, reached=reached, caught=caught)
        told = _under_new(names, {node: replace(one, node=names.get(node, node)) for node, one in evidence.items()})
        return left, told

    def _accept(self, tests: list[WrittenCandidate], evidence: Mapping[str, Evidence], report: GateReport) -> None:
        proof = self.proof
        proof.chosen, proof.import_arcs = tests, report.import_arcs
        proof.kept = [keep_or_reject(_candidate(node), one, WRITTEN) for node, one in evidence.items()]
        proof.evidence.update(evidence)
        known = {verdict.node: verdict.proof for verdict in proof.kept}
        proofs = {test.node: [each for n in self.nodes[test.node] if (each := known.get(n))] for test in tests}
        proof.text = self._render(tests, proofs)

    def _without_rejected(
        self, tests: Sequence[WrittenCandidate], evidence: Mapping[str, Evidence], policy: Sequence[object]
    ) -> tuple[list[WrittenCandidate], dict[str, Evidence]]:
        kept = {}
        for node, one in evidence.items():
            verdict = keep_or_reject(_candidate(node), one, WRITTEN[: len(policy)])
            if verdict.kept:
                kept[node] = one
            elif not self.stop():
                self._reject(verdict, one)
        left = self._with_rows(tests, frozenset(kept))
        there = {node for test in left for node in self.nodes[test.node]}
        return left, {node: one for node, one in kept.items() if node in there}

    def _with_rows(self, tests: Sequence[WrittenCandidate], nodes: frozenset[str]) -> list[WrittenCandidate]:
        """The tests with only those of their rows; one of which a row cannot be taken out goes if it has lost one."""
        found = []
        for test in tests:
            rows = self.nodes[test.node]
            left = [node for node in rows if node in nodes]
            source = test.source if len(left) == len(rows) else ""
            if left and not source:
                gone = [number for number, node in enumerate(rows) if node not in nodes]
                source = without_rows(test.source, test.name, gone, len(rows))
            if source:
                self.cut |= {test.node} if source != test.source else set()
                self.nodes[test.node] = tuple(left)
                found.append(replace(test, source=source))
            for node in left if not source else ():
                reason = "another row of its table was rejected, and cannot be taken out of the table"
                self.proof.rejected.append(Verdict(node, kept=False, slug="passes-every-time", reason=reason))
        return found

    def _reject(self, verdict: Verdict, evidence: Evidence) -> None:
        self.proof.rejected.append(verdict)
        self.proof.evidence[verdict.node] = evidence

    def _with_mutants(self, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
        return self.proof.matrix.on(evidence, self._caught_already())

    def _attributed(self, evidence: Sequence[Evidence], known: Iterable[Arc]) -> tuple[Evidence, ...]:
        fresh = attribute_new(evidence, Path(self.proof.target.source), known)
        return attribute_caught(fresh, self._caught_already())

    def _caught_already(self) -> frozenset[int]:
        """The numbers of the mutants that other tests catch."""
        planted = self.proof.matrix.mutants
        return frozenset(m.number for m in planted if (m.operator, m.span, m.text) in self.known_caught)

    def _gate(self, tests: Sequence[WrittenCandidate], runs: int) -> tuple[dict[str, Evidence], GateReport]:
        self.rounds += 1
        nodes = [node for test in tests for node in self.nodes[test.node]]
        self.notice(f"{self.proof.target.module}: proving {len(nodes)} written tests")
        text = self._render(tests)
        evidence, report = gate(
            text,
            file_name=self._file_name(),
            python=self.options.python,
            target=self.proof.target,
            sys_path=self.proof.target.import_roots,
            scratch_root=self._folder("gate"),
            nodes=nodes,
            runs=runs,
            jobs=self.jobs,
            known_arcs=self.known,
            stop=self.stop,
            setup=self.proof.setup,
        )
        read = read_tests(text, frozenset({self.proof.target.module.partition(".")[0]}))
        told = {
            n: replace(one, written=read.get(n.partition("[")[0]), reached=self._reached(one, report))
            for n, one in evidence.items()
        }
        return told, report

    def _reached(self, one: Evidence, report: GateReport) -> dict[str, frozenset[Arc]]:
        """What it runs of the module's functions; without anything, it is about nothing but its mocks."""
        own = one.arcs - report.import_arcs
        return {self.proof.target.source: own} if own else {}

    def _matrix(self, tests: Sequence[WrittenCandidate]) -> KillMatrix:
        if not self.options.mutants:
            return KillMatrix()
        nodes = [node for test in tests for node in self.nodes[test.node]]
        self.notice(f"{self.proof.target.module}: planting bugs for {len(nodes)} written tests")
        return kill_matrix(
            self._render(tests),
            file_name=self._file_name(),
            python=self.options.python,
            target=self.proof.target,
            sys_path=self.proof.target.import_roots,
            scratch_root=self._folder("mutants"),
            nodes=nodes,
            jobs=self.jobs,
            stop=self.stop,
            setup=self.proof.setup,
        )

    def _render(self, tests: Sequence[WrittenCandidate], proofs: Mapping[str, Sequence[Proof]] | None = None) -> str:
        return render_written(tests, module=self.proof.target.module, version=VERSION, by=self.by, proofs=proofs)

    def _folder(self, what: str) -> Path:
        """A new one."""
        self.folders += 1
        folder = self.scratch / f"{what}-{self.folders}"
        folder.mkdir()
        return folder

    def _file_name(self) -> str:
        return f"test_{self.proof.target.module.rsplit('.', 1)[-1].strip('_') or 'module'}_written.py"


def _under_new(names: Mapping[str, str], known: Mapping[str, T]) -> dict[str, T]:
    return {names.get(name, name): value for name, value in known.items()}


def _candidate(node: str) -> Candidate:
    return Candidate(node.partition("[")[0], "", ())
