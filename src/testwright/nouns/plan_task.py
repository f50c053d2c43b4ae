"""Holds one task of a plan: which functions to write tests for, with all that its reader needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.nouns.coverage import Effort, MissingBranch

__all__ = ["PlanFunction", "PlanModule", "PlanTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFunction:
    """One function that lacks tests.

    `target` is what `testwright generate` is told to test ("shop.cart:Cart.add"); for a function inside another, the
    outermost one. `signature` is the `def` on one line, `docstring` its first line, `source` the text from `first_line`
    on (the first decorator), as it stands in the file. Of the `test_count` tests that reach it, `tests` are the first.
    """

    qualname: str
    target: str
    line: int
    end_line: int
    signature: str
    decorators: tuple[str, ...]
    returns: str
    raises: tuple[str, ...]
    is_async: bool
    docstring: str
    missing_lines: tuple[int, ...]
    missing_branches: tuple[MissingBranch, ...]
    complexity: int
    effort: Effort
    tests: tuple[str, ...] = ()
    test_count: int = 0
    first_line: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanModule:
    """One module of a task. `path` and `test_file` are relative to the project's root; `test_file` may be "".

    `context` are the module's own imports, constants, classes and functions that the functions name, shortened;
    `related` the same of other modules of the project, each with a comment that says of which.
    """

    module: str
    path: str
    test_file: str
    functions: tuple[PlanFunction, ...]
    context: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTask:
    """One batch of work. Coverage is in percent, lines and branches of the task's modules together: as it is now, and as
    it is once nothing is missing of the functions listed. `validation` are commands for the project's root. In a plan
    of several projects, `project` is the folder of this one below that of all.
    """

    number: int
    name: str
    objective: str
    modules: tuple[PlanModule, ...]
    coverage_now: float
    coverage_target: float
    fixtures: tuple[str, ...] = ()
    sample_test: str = ""
    validation: tuple[str, ...] = ()
    project: str = ""
