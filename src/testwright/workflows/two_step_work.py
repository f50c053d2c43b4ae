"""Decides which modules the two-step workflow works on, and how their tests are proven: as those of `generate`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from testwright.config.audit_order import AuditOrder
from testwright.config.request import Request
from testwright.errors import UsageError
from testwright.nouns import ModuleCoverage, WrittenCandidate
from testwright.workflows.audit_project import audit_project
from testwright.workflows.output_places import places_of
from testwright.workflows.own_tests import OwnTests, existing_tests, fixtures_for
from testwright.workflows.prove_written import WrittenProof, prove_written
from testwright.workflows.two_step_module import ModuleWork, Prove
from testwright.write.placement import beside

__all__ = ["least_covered", "own_tests_of", "prover", "work_of"]


def work_of(request: Request, audited: Request, number: int, *, progress: Callable[[str], None]) -> list[ModuleWork]:
    """The modules of the request of which the tests cover least, the lowest first; the suite is run for it.

    Raises UsageError where everything is covered.
    """
    result = audit_project(audited, AuditOrder(), progress=progress)
    targets = {target.module: target for target in request.targets}
    chosen = least_covered([module for module in result.modules if module.module in targets], number)
    if not chosen:
        raise UsageError(
            "every module is covered",
            slug="nothing-to-test",
            where=result.root,
            hint="`testwright generate` without --calls also looks for tests that catch more planted bugs",
        )
    root = Path(request.project.root)
    places = places_of([each.module for each in chosen], request.targets, request.options, root)
    return [
        ModuleWork(
            targets[each.module],
            each.missing_lines,
            round(each.percent, 2),
            str(beside(places[each.module], ["written"])),
        )
        for each in chosen
    ]


def least_covered(modules: Sequence[ModuleCoverage], number: int) -> list[ModuleCoverage]:
    """Of those of which something is missing; of two alike, the one with more lines that are not reached."""
    open_ones = [each for each in modules if each.percent < 100]
    return sorted(open_ones, key=lambda each: (each.percent, -len(each.missing_lines), each.module))[:number]


def own_tests_of(
    request: Request, work: Sequence[ModuleWork], *, stopping: threading.Event, progress: Callable[[str], None]
) -> OwnTests:
    """Runs the project's own tests once."""
    root, targets = Path(request.project.root), [each.target for each in work]
    existing = existing_tests(targets, request.options, root, notice=progress, stop=stopping.is_set)
    places = {each.target.module: Path(each.file) for each in work}
    fixtures = fixtures_for(places, targets, existing, request.options, root, notice=progress, stop=stopping.is_set)
    return OwnTests(existing, fixtures)


def prover(request: Request, own: OwnTests, *, stopping: threading.Event, progress: Callable[[str], None]) -> Prove:
    """What the project's own tests reach is new to nobody."""

    def prove(work: ModuleWork, tests: Sequence[WrittenCandidate], beside: Sequence[WrittenProof]) -> WrittenProof:
        kept = [proof.evidence[verdict.node] for proof in beside for verdict in proof.kept]
        known = own.existing.arcs_of(work.target.source)
        return prove_written(
            work.target,
            tests,
            request.options,
            known_arcs=known.union(*(one.arcs for one in kept)),
            known_caught=frozenset().union(*(proof.caught for proof in beside)),
            setup=own.setup_of(work.target.module, tests),
            stop=stopping.is_set,
            notice=progress,
        )

    return prove
