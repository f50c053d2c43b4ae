"""Decides which modules the two-step workflow works on, and how their tests are proven: as those of `generate`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from testwright.config.audit_order import AuditOrder
from testwright.config.existing_files import find_test_files
from testwright.config.request import Request
from testwright.errors import UsageError
from testwright.execute.existing_suite import run_existing_suite
from testwright.nouns import ExistingTests, ModuleCoverage, Target, WrittenCandidate
from testwright.workers import scratch_folder
from testwright.workflows.audit_project import audit_project
from testwright.workflows.output_places import places_of
from testwright.workflows.prove_written import WrittenProof, prove_written
from testwright.workflows.two_step import ModuleWork, Prove
from testwright.write.ownership import Ownership
from testwright.write.placement import beside

__all__ = ["least_covered", "prover", "work_of"]


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


def prover(
    request: Request, work: Sequence[ModuleWork], *, stopping: threading.Event, progress: Callable[[str], None]
) -> Prove:
    """Runs the project's own tests once: what they reach is new to nobody."""
    existing = _existing(request, [each.target for each in work], stopping, progress)

    def prove(one: ModuleWork, tests: Sequence[WrittenCandidate]) -> WrittenProof:
        return prove_written(
            one.target,
            tests,
            request.options,
            known_arcs=existing.arcs_of(one.target.source),
            stop=stopping.is_set,
            notice=progress,
        )

    return prove


def _existing(
    request: Request, targets: Sequence[Target], stopping: threading.Event, progress: Callable[[str], None]
) -> ExistingTests:
    """Those that we wrote count only if somebody has changed them since: they are made anew."""
    root, options = Path(request.project.root), request.options
    roots: Mapping[str, None] = dict.fromkeys(place for target in targets for place in target.import_roots)
    owned = [str(path) for path in Ownership.load(root).owned_files()]
    files = find_test_files(str(root), list(roots), [target.source for target in targets], owned)
    if options.ignore_existing or not files.wanted:
        return ExistingTests()
    progress("running the project's own tests once")
    with scratch_folder() as scratch:
        return run_existing_suite(
            targets,
            root=root,
            python=options.python,
            tests=files.paths,
            left_out=files.left_out,
            seconds=options.existing_seconds,
            scratch=scratch,
            stop=stopping.is_set,
        )
