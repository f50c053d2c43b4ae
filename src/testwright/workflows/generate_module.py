"""Takes one module through the stages: explore, observe, propose, execute, decide; gives the text of its test file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.errors import ProjectError
from testwright.execute.existing_suite import existing_kills
from testwright.explore.explore_module import Exploration, explore_module
from testwright.nouns import (
    ExistingTests,
    MutantKey,
    Target,
)
from testwright.workers import scratch_folder
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.module_proving import Proving
from testwright.workflows.usable_fixtures import UsableFixtures

__all__ = ["GeneratedModule", "Notice", "Stop", "generate_module", "nothing_kept", "prove_without"]


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
        proving = Proving(made, options, scratch, stop, notice, jobs)
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
        Proving(made, options, scratch, stop, notice, jobs).run_without(fallen)


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


def nothing_kept(module: str, exploration: Exploration) -> ProjectError:
    """Why there is no file; `nothing-to-test` when the module has nothing that can be called."""
    empty = not exploration.arcs or set(exploration.arcs) <= exploration.baseline
    return ProjectError(
        f"{module!r} has nothing that can be called" if empty else f"no test of {module!r} could be proven",
        slug="nothing-to-test" if empty else "nothing-kept",
        hint="name another module" if empty else "give it a larger --budget, or read the rejected tests with -v",
    )
