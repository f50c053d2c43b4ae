"""Makes of an audit the tasks of its plan: where their tests go, what is there to build on, and what `generate` is told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from testwright.assess.batches import Batch, group_into_batches
from testwright.assess.plan_tasks import plan_tasks
from testwright.assess.tests_beside import SampleTests, existing_fixtures
from testwright.nouns import FunctionCoverage, ModuleCoverage, PlanTask
from testwright.workflows.audit_result import AuditResult
from testwright.write.placement import folder_of_tests, place_all

__all__ = ["best_targets", "plan_of"]


def plan_of(result: AuditResult) -> list[PlanTask]:
    """One task for each batch, in their order. Source is read, nothing is run. Of several projects, each has its paths, tests
    and commands from its own root.
    """
    if not result.projects:
        return _of_project(Path(result.root), result.batches, result.modules)
    tasks: dict[str, Iterator[PlanTask]] = {}
    for project in result.projects:
        batches = [_below(batch, project) for batch in result.batches if _project_of(batch, result) == project]
        modules = [_module(module, project) for module in result.modules if result.project_of(module.path) == project]
        tasks[project] = iter(_of_project(Path(result.root, project), batches, modules))
    places = [_project_of(batch, result) for batch in result.batches]
    return [replace(next(tasks[place]), number=number, project=place) for number, place in enumerate(places, 1)]


def _of_project(root: Path, batches: Sequence[Batch], all_modules: Sequence[ModuleCoverage]) -> list[PlanTask]:
    wanted = {name for batch in batches for name in batch.modules}
    modules = [module for module in all_modules if module.module in wanted]
    places = place_all([m.module for m in modules], output=None, project_root=root, in_project=True)
    files = {name: os.path.relpath(path, root) for name, path in places.items()}
    samples = SampleTests(str(folder_of_tests(root)), frozenset(name.partition(".")[0] for name in wanted))
    # Reading whole test files is the dearest of it, and a task shows one sample.
    first = {batch.modules[0] for batch in batches if batch.modules}
    return plan_tasks(
        batches,
        modules,
        sources={module.path: _text(root, module) for module in modules},
        test_files=files,
        fixtures={name: existing_fixtures(str(path.parent), str(root)) for name, path in places.items()},
        sample_tests={name: samples.for_module(name, str(path)) for name, path in places.items() if name in first},
    )


def _project_of(batch: Batch, result: AuditResult) -> str:
    """No batch is of two."""
    return result.project_of(batch.functions[0].path)


def _below(batch: Batch, project: str) -> Batch:
    """With the paths of files and tests from the project's root."""
    return replace(batch, functions=tuple(_function(function, project) for function in batch.functions))


def _module(module: ModuleCoverage, project: str) -> ModuleCoverage:
    functions = tuple(_function(function, project) for function in module.functions)
    return replace(module, path=module.path.removeprefix(f"{project}/"), functions=functions)


def _function(function: FunctionCoverage, project: str) -> FunctionCoverage:
    start = f"{project}/"
    tests = tuple(test.removeprefix(start) for test in function.tests)
    return msgspec.structs.replace(function, path=function.path.removeprefix(start), tests=tests)


def best_targets(result: AuditResult, number: int) -> tuple[str, ...]:
    """The first so many functions of the audit's order, as `generate` takes them, each once."""
    best = result.functions[:number]
    wanted = {function.module for function in best}
    modules = [module for module in result.modules if module.module in wanted]
    sources = {module.path: _text(Path(result.root), module) for module in modules}
    tasks = plan_tasks(group_into_batches(best), modules, sources=sources, test_files=dict.fromkeys(wanted, ""))
    targets = {(f.line, module.path): f.target for task in tasks for module in task.modules for f in module.functions}
    return tuple(dict.fromkeys(targets[function.line, function.path] for function in best))


def _text(root: Path, module: ModuleCoverage) -> bytes:
    try:
        return (root / module.path).read_bytes()
    except OSError:  # deleted meanwhile: its task has names and figures alone
        return b""
