"""Turns what is covered of a file into figures of its module and of each function in it."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from testwright.assess.branch_words import BranchWords
from testwright.assess.function_regions import FunctionRegion, parsed, regions_of, reported_names
from testwright.assess.hard_inputs import HardInputs
from testwright.assess.scores import crap, effort, priority, risk
from testwright.nouns import (
    BranchPoint,
    Effort,
    FileCoverage,
    FunctionCoverage,
    MissingBranch,
    ModuleCoverage,
    percentage,
)
from testwright.python_source.complexity import DecidingWords
from testwright.python_source.line_ranges import line_runs

__all__ = ["FunctionFigures", "ModuleFigures", "module_figures"]


class FunctionFigures(msgspec.Struct, frozen=True, array_like=True):
    """What of a function depends on its file and on what is covered of it, and on nothing else. `spans` are the lines of
    its signature and body, first and last of each run of them.
    """

    qualname: str
    line: int
    end_line: int
    spans: tuple[tuple[int, int], ...]
    statements: int
    covered: int
    missing_lines: tuple[int, ...]
    branches: int
    taken: int
    missing_branches: tuple[MissingBranch, ...]
    complexity: int
    effort: Effort
    tests: tuple[str, ...] = ()


class ModuleFigures(msgspec.Struct, frozen=True, array_like=True):
    """The same of a module: they hold as long as neither source nor evidence change. `path` is relative to the root."""

    module: str
    path: str
    statements: int
    covered: int
    missing_lines: tuple[int, ...]
    branches: int | None
    taken: int | None
    measured: bool
    stale: str
    functions: tuple[FunctionFigures, ...]

    def rated(
        self, *, commits: int | None = None, importers: int = 0, changed_lines: Collection[int] = ()
    ) -> ModuleCoverage:
        """With the priorities that history (None: unknown), other modules and the diff at hand give them."""
        lines = frozenset(changed_lines)
        functions = tuple([_rated(function, self, commits, importers, lines) for function in self.functions])
        return ModuleCoverage(
            module=self.module,
            path=self.path,
            statements=self.statements,
            covered=self.covered,
            missing_lines=self.missing_lines,
            branches=self.branches,
            taken=self.taken,
            percent=percentage(self.covered + (self.taken or 0), self.statements + (self.branches or 0)),
            priority=sum(function.priority for function in functions),
            measured=self.measured,
            stale=self.stale,
            functions=functions,
        )


def _rated(
    function: FunctionFigures, module: ModuleFigures, commits: int | None, importers: int, changed_lines: frozenset[int]
) -> FunctionCoverage:
    fraction = percentage(function.covered + function.taken, function.statements + function.branches) / 100
    at_stake = risk(function.complexity, fraction)
    changed = bool(changed_lines) and any(
        not changed_lines.isdisjoint(range(first, last + 1)) for first, last in function.spans
    )
    return FunctionCoverage(
        module=module.module,
        qualname=function.qualname,
        path=module.path,
        line=function.line,
        end_line=function.end_line,
        statements=function.statements,
        covered=function.covered,
        missing_lines=function.missing_lines,
        branches=function.branches,
        taken=function.taken,
        missing_branches=function.missing_branches,
        complexity=function.complexity,
        crap=crap(function.complexity, fraction),
        risk=at_stake,
        priority=priority(at_stake, commits=commits, importers=importers, changed=changed),
        effort=function.effort,
        commits=commits,
        importers=importers,
        tests=function.tests,
        changed=changed,
    )


def module_figures(
    file: FileCoverage,
    *,
    module: str,
    root: str,
    source: bytes,
    tree: ast.Module | None = None,
) -> ModuleFigures:
    """The figures of one module, its functions by line.

    `tree` saves parsing `source` again. What is only needed where something is missing (words,
    hard inputs) is not worked out for what is covered. Raises ProjectError `source-unreadable`.
    """
    tree = parsed(source, file.path) if tree is None else tree
    about = _About(file, module, tree, source)
    found = [region for region in regions_of(tree, DecidingWords(source)) if region.node]
    names = reported_names(found, file.statements)
    has_branches = file.branches is not None
    return ModuleFigures(
        module=module,
        path=os.path.relpath(file.path, os.path.realpath(root)).replace(os.sep, "/"),
        statements=len(file.statements),
        covered=len(file.covered),
        missing_lines=tuple(sorted(file.missing)),
        branches=file.branch_count if has_branches else None,
        taken=file.taken_count if has_branches else None,
        measured=file.measured,
        stale=file.stale,
        functions=tuple([about.function(region, name) for region, name in zip(found, names, strict=True)]),
    )


@dataclass
class _About:
    """One file, and what of it is worked out when the first function that needs it comes along."""

    file: FileCoverage
    module: str
    tree: ast.Module
    source: bytes

    def function(self, region: FunctionRegion, name: str) -> FunctionFigures:
        statements = region.lines & self.file.statements
        covered = statements & self.file.covered
        points = self._points_of(region)
        exits, taken = sum([point.exits for point in points]), sum([point.taken for point in points])
        fraction = percentage(len(covered) + taken, len(statements) + exits) / 100
        return FunctionFigures(
            qualname=name,
            line=region.line,
            end_line=region.end_line,
            spans=tuple(line_runs(region.lines | region.head)),
            statements=len(statements),
            covered=len(covered),
            missing_lines=tuple(sorted(statements - covered)),
            branches=exits,
            taken=taken,
            missing_branches=self._words.of(region.node, points) if region.node and taken < exits else (),
            complexity=region.complexity,
            effort=self._effort(region, fraction, exits - taken, bool(covered)),
            tests=self._tests(covered),
        )

    def _points_of(self, region: FunctionRegion) -> list[BranchPoint]:
        return [self._points[line] for line in sorted(region.lines & self._branch_lines)]

    def _effort(self, region: FunctionRegion, fraction: float, uncovered: int, entered: bool) -> Effort:
        if fraction >= 1 or region.node is None:
            return effort(0, entered=True, nothing_missing=True)
        # Two ways for each decision are taken for granted where no branches were measured, missing like the lines are.
        ways = uncovered if self.file.branches is not None else 2 * (region.complexity - 1) * (1 - fraction)
        hard = self._hard_inputs.of(region.node, owner=region.owner)
        return effort(ways, entered=entered, hard_inputs=hard)

    def _tests(self, covered: Iterable[int]) -> tuple[str, ...]:
        tests = self.file.tests
        return tuple(sorted(set[str]().union(*(tests.get(line, ()) for line in covered)))) if tests else ()

    @cached_property
    def _points(self) -> dict[int, BranchPoint]:
        return {point.line: point for point in self.file.branches or ()}

    @cached_property
    def _branch_lines(self) -> frozenset[int]:
        return frozenset(self._points)

    @cached_property
    def _words(self) -> BranchWords:
        return BranchWords(self.source)

    @cached_property
    def _hard_inputs(self) -> HardInputs:
        is_package = self.file.path.endswith("__init__.py")
        return HardInputs(self.tree, self.source, self.module, is_package=is_package)
