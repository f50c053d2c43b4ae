"""Runs a test file several times, each time under another condition, and gathers what each of its tests did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from testwright.execute.assertions import count_assertions
from testwright.execute.attribution import attribute_new
from testwright.execute.conditions import stages
from testwright.execute.coverage_figures import Arc, executed
from testwright.execute.pytest_worker import ConditionRun, Limits, PytestWorker, run_stages
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Evidence, Target

__all__ = ["GateReport", "gate"]


@dataclass(frozen=True, slots=True)
class GateReport:
    """What a gate saw besides its tests. `import_arcs` are those of importing the test file, so of the target;
    `foreign` names what pytest took for a test though it is none: a class of the target that is a `TestCase`.
    """

    import_arcs: frozenset[Arc]
    collection_errors: tuple[str, ...]
    foreign: frozenset[str]
    conditions: tuple[str, ...]
    isolation: str


def gate(
    file_text: str,
    *,
    file_name: str,
    python: str,
    target: Target,
    sys_path: Sequence[str],
    scratch_root: Path,
    nodes: Sequence[str],
    runs: int = 5,
    jobs: int = 2,
    limits: Limits | None = None,
    plugins: bool = False,
    known_arcs: Iterable[Arc] = (),
    stop: Callable[[], bool] | None = None,
    setup: PytestSetup | None = None,
) -> tuple[dict[str, Evidence], GateReport]:
    """Evidence for each of `nodes`, in their order, and the report on the runs as a whole.

    A test that did not pass under one condition is not run under the later ones. `plugins` lets pytest load those that
    are installed (but for what reorders or repeats); tests that testwright writes need none but what `setup` tells of.
    `known_arcs` are reached already (by existing tests): what they and the import reach is new to nobody. ProjectError
    where there is no pytest.
    """
    folder = scratch_root / "file"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name
    file.write_text(file_text, encoding="utf-8")
    worker = PytestWorker(
        python,
        (file,),
        tuple(sys_path),
        scratch_root,
        limits or Limits(),
        target.source,
        plugins,
        stop,
        setup=setup or PytestSetup(),
    )
    done = run_stages(worker, nodes, stages(runs), jobs)
    import_arcs = frozenset(arc for run in done for arc in run.arcs.get("", ()))
    source = Path(target.source)
    gathered = [_evidence(node, done, source) for node in nodes]
    counted = _with_assertions(gathered, file_text)
    known = import_arcs | frozenset(known_arcs)
    evidence = {one.node: one for one in attribute_new(counted, source, known)}
    return evidence, _report(done, import_arcs)


def _evidence(node: str, done: Sequence[ConditionRun], source: Path) -> Evidence:
    arcs = frozenset(arc for run in done for arc in run.arcs.get(node, ()))
    touched = dict.fromkeys(what for run in done for what in run.touched.get(node, ()))
    return Evidence(
        node=node,
        runs=tuple(run.results[node] for run in done if node in run.results),
        lines=executed(source, arcs)[0],
        arcs=arcs,
        touched=tuple(touched),
    )


def _with_assertions(gathered: Sequence[Evidence], file_text: str) -> list[Evidence]:
    try:
        counts = count_assertions(file_text)
    except SyntaxError:  # then nothing was collected either, and every run says so
        return list(gathered)
    return [replace(one, assertions=counts.get(one.node.partition("[")[0], 0)) for one in gathered]


def _report(done: Sequence[ConditionRun], import_arcs: frozenset[Arc]) -> GateReport:
    errors = dict.fromkeys(error for run in done for error in run.collection_errors)
    return GateReport(
        import_arcs=import_arcs,
        collection_errors=tuple(errors),
        foreign=frozenset(node.partition("::")[0].partition("[")[0] for run in done for node in run.foreign),
        conditions=tuple(dict.fromkeys(run.condition.words for run in done)),
        isolation=next((run.isolation for run in done if run.isolation), ""),
    )
