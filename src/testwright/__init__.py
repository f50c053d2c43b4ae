"""Writes missing pytest tests and proves each one by running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testwright.version import VERSION

if TYPE_CHECKING:
    from testwright.workflows.generate_tests import GenerateResult

__version__ = VERSION
__all__ = ["__version__", "generate"]


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
