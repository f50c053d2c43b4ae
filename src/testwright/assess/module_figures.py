"""Turns what is covered of a file into figures of its module and of each function in it."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from testwright.assess.branch_words import BranchWords
from testwright.assess.function_regions import FunctionRegion, parsed, regions_of, reported_names
from testwright.assess.hard_inputs import awkward_classes, hard_inputs, origins
from testwright.assess.scores import crap, effort, priority, risk
from testwright.nouns import BranchPoint, Effort, FileCoverage, FunctionCoverage, ModuleCoverage, percentage

__all__ = ["Commits", "module_coverage", "with_importers"]

Commits: TypeAlias = int | Mapping[str, int | None] | Callable[[FunctionRegion], int | None] | None
"""Of the file, by `FileCoverage.path`, or asked for each function; None = unknown."""


def module_coverage(
    file: FileCoverage,
    *,
    module: str,
    root: str,
    source: bytes | str,
    commits: Commits = None,
    importers: int = 0,
    changed_lines: Collection[int] = (),
    awkward: Collection[str] | None = None,
    tree: ast.Module | None = None,
) -> ModuleCoverage:
    """The figures of one module, its functions by line, their paths relative to `root`.

    `awkward` are dotted names of classes of the project whose objects are hard to make; without them those of this
    module are found. `tree` saves parsing `source` again. What is only needed where something is missing (words,
    hard inputs) is not worked out for what is covered. Raises ProjectError `source-unreadable`.
    """
    tree = parsed(source, file.path) if tree is None else tree
    about = _About(file, module, _relative(file.path, root), tree, source, importers, frozenset(changed_lines), awkward)
    found = [region for region in regions_of(tree) if region.node]
    names = reported_names(found, file.statements)
    counts = _counts(commits, file.path)
    functions = tuple(about.function(region, name, counts(region)) for region, name in zip(found, names, strict=True))
    has_branches = file.branches is not None
    return ModuleCoverage(
        module=module,
        path=about.path,
        statements=len(file.statements),
        covered=len(file.covered),
        missing_lines=tuple(sorted(file.missing)),
        branches=file.branch_count if has_branches else None,
        taken=file.taken_count if has_branches else None,
        percent=file.percent,
        priority=sum(function.priority for function in functions),
        measured=file.measured,
        stale=file.stale,
        functions=functions,
    )


def with_importers(module: ModuleCoverage, importers: int) -> ModuleCoverage:
    """The same, once it is known how many modules import it: that takes all of the project's source to be read."""
    functions = tuple(
        replace(
            function,
            importers=importers,
            priority=priority(function.risk, commits=function.commits, importers=importers, changed=function.changed),
        )
        for function in module.functions
    )
    return replace(module, functions=functions, priority=sum(function.priority for function in functions))


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, os.path.realpath(root)).replace(os.sep, "/")


def _counts(commits: Commits, path: str) -> Callable[[FunctionRegion], int | None]:
    if callable(commits):
        return commits
    count = commits.get(path) if isinstance(commits, Mapping) else commits
    return lambda region: count


@dataclass
class _About:
    """One file, and what of it is worked out when the first function that needs it comes along."""

    file: FileCoverage
    module: str
    path: str
    tree: ast.Module
    source: bytes | str
    importers: int
    changed_lines: frozenset[int]
    awkward: Collection[str] | None

    def function(self, region: FunctionRegion, name: str, commits: int | None) -> FunctionCoverage:
        statements = region.lines & self.file.statements
        covered = statements & self.file.covered
        points = self._points_of(region)
        exits, taken = sum(point.exits for point in points), sum(point.taken for point in points)
        fraction = percentage(len(covered) + taken, len(statements) + exits) / 100
        at_stake = risk(region.complexity, fraction)
        changed = not self.changed_lines.isdisjoint(region.lines | region.head) if self.changed_lines else False
        return FunctionCoverage(
            module=self.module,
            qualname=name,
            path=self.path,
            line=region.line,
            end_line=region.end_line,
            statements=len(statements),
            covered=len(covered),
            missing_lines=tuple(sorted(statements - covered)),
            branches=exits,
            taken=taken,
            missing_branches=self._words.of(region.node, points) if region.node and taken < exits else (),
            complexity=region.complexity,
            crap=crap(region.complexity, fraction),
            risk=at_stake,
            priority=priority(at_stake, commits=commits, importers=self.importers, changed=changed),
            effort=self._effort(region, fraction, exits - taken, bool(covered)),
            commits=commits,
            importers=self.importers,
            tests=self._tests(covered),
            changed=changed,
        )

    def _points_of(self, region: FunctionRegion) -> list[BranchPoint]:
        return [self._points[line] for line in sorted(region.lines & self._branch_lines)]

    def _effort(self, region: FunctionRegion, fraction: float, uncovered: int, entered: bool) -> Effort:
        if fraction >= 1 or region.node is None:
            return effort(0, entered=True, nothing_missing=True)
        # Two ways for each decision are taken for granted where no branches were measured, missing like the lines are.
        ways = uncovered if self.file.branches is not None else 2 * (region.complexity - 1) * (1 - fraction)
        hard = hard_inputs(
            region.node, self._origins, module=self.module, owner=region.owner, awkward=self._awkward_classes
        )
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
    def _origins(self) -> dict[str, str]:
        return origins(self.tree, self.module, is_package=self.path.endswith("__init__.py"))

    @cached_property
    def _awkward_classes(self) -> Collection[str]:
        return awkward_classes(self.tree, self._origins, self.module) if self.awkward is None else self.awkward
