"""Makes of an audit the tasks of its plan: where their tests go, what is there to build on, and what `generate` is told."""

from __future__ import annotations

import os
from pathlib import Path

from testwright.assess.batches import group_into_batches
from testwright.assess.plan_tasks import plan_tasks
from testwright.assess.tests_beside import SampleTests, existing_fixtures
from testwright.nouns import ModuleCoverage, PlanTask
from testwright.workflows.audit_result import AuditResult
from testwright.write.placement import folder_of_tests, place_all

__all__ = ["best_targets", "plan_of"]


def plan_of(result: AuditResult) -> list[PlanTask]:
    """One task for each batch, in their order. Source is read, nothing is run."""
    root = Path(result.root)
    wanted = {name for batch in result.batches for name in batch.modules}
    modules = [module for module in result.modules if module.module in wanted]
    places = place_all([m.module for m in modules], output=None, project_root=root, in_project=True)
    files = {name: os.path.relpath(path, root) for name, path in places.items()}
    samples = SampleTests(str(folder_of_tests(root)), frozenset(name.partition(".")[0] for name in wanted))
    # Reading whole test files is the dearest of it, and a task shows one sample.
    first = {batch.modules[0] for batch in result.batches if batch.modules}
    return plan_tasks(
        result.batches,
        modules,
        sources={module.path: _text(root, module) for module in modules},
        test_files=files,
        fixtures={name: existing_fixtures(str(path.parent), str(root)) for name, path in places.items()},
        sample_tests={name: samples.for_module(name, str(path)) for name, path in places.items() if name in first},
    )


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
