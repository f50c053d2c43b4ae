"""Runs the tests of a file where it is, as the project runs them, under many conditions, and gathers what each one did."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from testwright.errors import ProjectError
from testwright.execute.conditions import Condition
from testwright.execute.coverage_figures import Arc
from testwright.execute.dependences import FIRST, MIXED, PLAIN, TRACED, dependence, probes_for
from testwright.execute.pytest_worker import ConditionRun, Limits, PytestWorker
from testwright.nouns import Dependence, Evidence, RunResult, WrittenTest

__all__ = ["ProjectPlace", "ProvenTests", "prove_gate"]

_COLLECT = Condition(0, "none")
_NOT_BLOCKED = "ctypes."
"""Looking up a native function is noted by the sandbox, not blocked."""


@dataclass(frozen=True, slots=True)
class ProjectPlace:
    """Where tests run: the project's folder, its files that are traced, and the folders that make it importable."""

    root: str
    sources: tuple[str, ...]
    sys_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenTests:
    """Evidence by node, in the order of the file; `skipped` says why there is none at all."""

    evidence: Mapping[str, Evidence]
    isolation: str
    skipped: str = ""


def prove_gate(
    file: Path,
    place: ProjectPlace,
    *,
    python: str,
    scratch_root: Path,
    written: Mapping[str, WrittenTest],
    jobs: int = 2,
    limits: Limits | None = None,
    stop: Callable[[], bool] | None = None,
) -> ProvenTests:
    """What running showed; `written` says by function what its source says. ProjectError where nothing can be run."""
    worker = PytestWorker(
        python,
        (file,),
        place.sys_path,
        scratch_root,
        limits or Limits(test_seconds=60.0),
        plugins=True,
        stop=stop,
        place=place.root,
        traced=place.sources,
    )
    collected = worker.run(_COLLECT, (), ())
    nodes = _collected(collected, file)
    if not nodes:
        return ProvenTests({}, collected.isolation, collected.skipped)
    proving = _Proving(worker, nodes, jobs)
    proving.run([*FIRST, TRACED])
    proving.require_results(file)
    proving.probe()
    evidence = {node: replace(proving.evidence(node), written=written.get(node.partition("[")[0])) for node in nodes}
    return ProvenTests(_with_victims(evidence, proving), proving.isolation)


def _collected(run: ConditionRun, file: Path) -> tuple[str, ...]:
    problem = run.refused or next(iter(run.collection_errors), "")
    if problem:
        raise ProjectError(
            f"pytest cannot collect the tests of {str(file)!r}: {problem}",
            slug="tests-not-collected",
            where=str(file),
            hint=f"run `python -m pytest {file}` and mend what it says",
        )
    if not run.foreign and not run.skipped:
        raise ProjectError(
            f"pytest finds no test in {str(file)!r}",
            slug="no-tests-found",
            where=str(file),
            hint="name a file whose functions pytest collects: `test_…`, or what the project's own settings say",
        )
    return tuple(dict.fromkeys(run.foreign))


@dataclass(slots=True)
class _Proving:
    """All runs of one file's tests so far."""

    worker: PytestWorker
    nodes: tuple[str, ...]
    jobs: int
    runs: dict[Condition, list[ConditionRun]] = field(default_factory=dict)
    isolation: str = ""

    def run(self, conditions: Sequence[Condition]) -> None:
        with ThreadPoolExecutor(max_workers=max(1, self.jobs)) as threads:
            done = list(threads.map(lambda condition: self.worker.run(condition, self.nodes, self.nodes), conditions))
        for condition, run in zip(conditions, done, strict=True):
            self.runs.setdefault(condition, []).append(run)
            self.isolation = self.isolation or run.isolation

    def probe(self) -> None:
        """Runs more, as often as is needed to tell on what tests depend that did not always come out the same."""
        needed: dict[Condition, int] = {}
        for node in self.nodes:
            probes = probes_for(node, lambda condition, node=node: self.results(node, condition))  # type: ignore[misc]
            for condition in probes:
                needed[condition] = max(needed.get(condition, 0), probes.count(condition))
        self.run([condition for condition, times in needed.items() for _ in range(times)])

    def results(self, node: str, condition: Condition) -> list[RunResult]:
        return [run.results[node] for run in self.runs.get(condition, ()) if node in run.results]

    def require_results(self, file: Path) -> None:
        plain = [self.results(node, PLAIN)[0] for node in self.nodes]
        if all(result.outcome == "missing" for result in plain):
            raise ProjectError(
                f"pytest did not get to the tests of {str(file)!r}: {plain[0].detail}",
                slug="tests-not-collected",
                where=str(file),
                hint=f"run `python -m pytest {file}` and mend what it says",
            )

    def evidence(self, node: str) -> Evidence:
        runs = {c: self.results(node, c) for c in self.runs if c is not TRACED}
        whole = [run for condition, each in self.runs.items() if condition is not TRACED for run in each]
        mixed = [self.runs[condition][0] for condition in MIXED]
        left = [_without_details(run.left.get(node, ())) for run in mixed]
        rebound = [frozenset(run.rebound.get(node, ())) for run in mixed]
        return Evidence(
            node=node,
            runs=tuple(result for each in runs.values() for result in each),
            reached=self._reached(node),
            depends=dependence(runs),
            touched=_blocked(node, whole),
            left=tuple(what for what in mixed[0].left.get(node, ()) if all(_plain(what) in each for each in left)),
            rebound=tuple(sorted(frozenset.intersection(*rebound))),
        )

    def _reached(self, node: str) -> dict[str, frozenset[Arc]]:
        """What any row of the same test executes."""
        reached: dict[str, frozenset[Arc]] = {}
        for run in self.runs[TRACED]:
            for other, files in run.files.items():
                if other.partition("[")[0] == node.partition("[")[0]:
                    for file, arcs in files.items():
                        reached[file] = reached.get(file, frozenset()) | arcs
        return reached

    def fails_after(self, node: str, first: str) -> bool:
        run = self.worker.run(Condition(0, "given", sequence=(first, node)), self.nodes, (first, node))
        return run.results[node].outcome in ("failed", "error")


def _blocked(node: str, runs: Sequence[ConditionRun]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for run in runs:
        left = run.left.get(node, ())
        found.update(dict.fromkeys(what for what in run.touched.get(node, ()) if what not in left))
    return tuple(what for what in found if not what.startswith(_NOT_BLOCKED))


def _plain(what: str) -> str:
    """Without what differs from run to run: the name of a thread or a file."""
    return re.sub(r" \(.*\)$", "", what)


def _without_details(left: Sequence[str]) -> frozenset[str]:
    return frozenset(_plain(what) for what in left)


def _with_victims(evidence: Mapping[str, Evidence], proving: _Proving) -> dict[str, Evidence]:
    """A test that passes alone is not to blame for what another one leaves behind: that one is."""
    done = dict(evidence)
    suspects = [node for node, one in evidence.items() if one.left or one.rebound_by_itself]
    for node, one in evidence.items():
        if one.depends is None or one.depends.on != "order" or not _passes_alone(node, proving):
            continue
        polluter = next((each for each in suspects if each != node and proving.fails_after(node, each)), "")
        if polluter:
            done[polluter] = replace(done[polluter], victims=(*done[polluter].victims, node))
            done[node] = replace(one, depends=Dependence("another test", f"it fails after {polluter}"))
    return done


def _passes_alone(node: str, proving: _Proving) -> bool:
    alone = [
        result
        for condition in proving.runs
        if condition.order == "alone"
        for result in proving.results(node, condition)
    ]
    return bool(alone) and all(result.outcome == "passed" for result in alone)
