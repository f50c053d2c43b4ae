"""Writes missing pytest tests and proves each one by running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testwright.version import VERSION

if TYPE_CHECKING:
    from testwright.assess.batches import group_into_batches
    from testwright.assess.parsed_json import parse_coverage_json
    from testwright.assess.ranking import prioritize_modules
    from testwright.inside.recording.block import record
    from testwright.nouns.coverage import FunctionCoverage, ModuleCoverage
    from testwright.workflows.audit_result import AuditResult
    from testwright.workflows.generate_tests import GenerateResult

__version__ = VERSION
__all__ = [
    "FunctionCoverage",
    "ModuleCoverage",
    "__version__",
    "audit",
    "generate",
    "group_into_batches",
    "parse_coverage_json",
    "prioritize_modules",
    "record",
]
_PLACES = {
    "FunctionCoverage": "testwright.nouns.coverage",
    "ModuleCoverage": "testwright.nouns.coverage",
    "group_into_batches": "testwright.assess.batches",
    "parse_coverage_json": "testwright.assess.parsed_json",
    "prioritize_modules": "testwright.assess.ranking",
    "record": "testwright.inside.recording.block",
}
"""What is imported only when it is asked for: `testwright --help` needs none of it."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def audit(
    paths: str | list[str] | tuple[str, ...] = (),
    *,
    coverage: tuple[str, ...] = (),
    remap: tuple[str, ...] = (),
    python: str | None = None,
    tests: tuple[str, ...] = (),
    since: str | None = None,
    suite: bool = False,
    mutants: bool = False,
    fresh: bool = False,
    fail_under: float | None = None,
    diff_fail_under: float | None = None,
    max_crap: float | None = None,
    ratchet: str | None = None,
    sort: str | None = None,
) -> AuditResult:
    """Say what the tests of `paths` (none: of the whole project) do not cover; `.failures` are the gates that are not met.

    Without `coverage` files the suite is run once, unless nothing has changed since it last was (`fresh`: in any case).
    Paths of several projects are measured with the settings and tests of each, and joined in one result.
    `since` asks for what changed since a revision ("" = the merge base), `suite` for what is wrong with the tests
    themselves, `mutants` for how many planted bugs they catch.
    Options not given are taken from TESTWRIGHT_* variables, [tool.testwright], or their defaults.
    Raises testwright.errors.TestwrightError when it cannot start.
    """
    from testwright.config.audit_order import AuditOrder
    from testwright.config.joint_request import prepare_audits
    from testwright.workflows.audit_projects import audit as run_audit

    flags = {
        "coverage": coverage or None,
        "remap": remap or None,
        "python": python,
        "tests": tests or None,
        "audit_fail_under": fail_under,
        "audit_diff_fail_under": diff_fail_under,
        "audit_max_crap": max_crap,
        "audit_ratchet": ratchet,
        "sort": sort,
    }
    texts = [paths] if isinstance(paths, str) else list(paths)
    order = AuditOrder(since=since, diagnose=suite, mutants=mutants, fresh=fresh)
    return run_audit(prepare_audits(texts, flags, runs_suite=suite or mutants), order, progress=lambda text: None)


def generate(
    targets: str | list[str] | tuple[str, ...] = (),
    *,
    output: str | None = None,
    budget: float | None = None,
    max_executions: int | None = None,
    seed: int | None = None,
    python: str | None = None,
    private: bool | None = None,
    jobs: int | None = None,
    without: tuple[str, ...] = (),
    resume: bool | None = None,
    ignore_existing: bool | None = None,
) -> GenerateResult:
    """Generate proven tests for `targets` (as on the command line); nothing is written before `.write()`.

    Options not given are taken from TESTWRIGHT_* variables, [tool.testwright], or their defaults.
    Raises testwright.errors.TestwrightError when it cannot start.
    """
    from testwright.config.request import prepare
    from testwright.workflows.generate_tests import generate as run

    flags = {
        "output": output,
        "budget": budget,
        "max_executions": max_executions,
        "seed": seed,
        "python": python,
        "private": private,
        "jobs": jobs,
        "without": without,
        "resume": resume,
        "ignore_existing": ignore_existing,
    }
    texts = [targets] if isinstance(targets, str) else list(targets)
    request = prepare(texts, flags)
    return run(request.targets, request.options, progress=lambda text, *, detail=False: None)
