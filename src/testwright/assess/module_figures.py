"""Turns what is covered of a file into figures of its module and of each function in it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from testwright.assess.branch_words import BranchWords
from testwright.assess.hard_inputs import HardInputs
from testwright.assess.reported_names import reported_names
from testwright.assess.scores import crap, effort, priority, risk
from testwright.assess.statement_survey import StatementSurvey, SurveyedFunction
from testwright.nouns import (
    BranchPoint,
    Effort,
    FileCoverage,
    FunctionCoverage,
    MissingBranch,
    ModuleCoverage,
    percentage,
)

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
        crap=crap(function.complexity, at_stake),
        risk=at_stake,
        priority=priority(at_stake, commits=commits, importers=importers, changed=changed),
        effort=function.effort,
        commits=commits,
        importers=importers,
        tests=function.tests,
        changed=changed,
    )


def module_figures(file: FileCoverage, found: StatementSurvey, *, module: str, root: str) -> ModuleFigures:
    """The figures of one module, its functions by line; `root` is a real path.

    What is only needed where something is missing (words, hard inputs) is not worked out for what is covered.
    """
    about = _About(file, module, found)
    has_branches = file.branches is not None
    return ModuleFigures(
        module=module,
        path=os.path.relpath(file.path, root).replace(os.sep, "/"),
        statements=len(file.statements),
        covered=len(file.covered),
        missing_lines=tuple(sorted(file.missing)),
        branches=file.branch_count if has_branches else None,
        taken=file.taken_count if has_branches else None,
        measured=file.measured,
        stale=file.stale,
        functions=about.functions(),
    )


@dataclass(slots=True)
class _Share:
    """What of a file's statements and branches lies in one function."""

    statements: int = 0
    missing: list[int] = field(default_factory=list)
    points: list[BranchPoint] = field(default_factory=list)
    tests: set[str] = field(default_factory=set)


@dataclass
class _About:
    """One file, and what of it is worked out when the first function that needs it comes along."""

    file: FileCoverage
    module: str
    found: StatementSurvey

    def functions(self) -> tuple[FunctionFigures, ...]:
        shares = self._shares()
        names = reported_names(self.found.functions, [share.statements > 0 for share in shares])
        return tuple([self._function(*each) for each in zip(self.found.functions, names, shares, strict=True)])

    def _shares(self) -> list[_Share]:
        """Each line is in one function or none: an inner one takes its lines from the one around it."""
        shares = [_Share() for _ in self.found.functions]
        if not shares:
            return shares
        at: list[_Share] = [_Share()] * (max(function.last for function in self.found.functions) + 1)
        for function, share in zip(self.found.functions, shares, strict=True):
            at[function.first : function.last + 1] = [share] * (function.last + 1 - function.first)
        known = range(len(at))
        for line in self.file.statements:
            if line in known:
                at[line].statements += 1
        for line in sorted(self.file.missing):
            if line in known:
                at[line].missing.append(line)
        for point in self.file.branches or ():
            if point.line in known:
                at[point.line].points.append(point)
        for line, tests in self.file.tests.items():
            if line in known and line in self.file.covered:
                at[line].tests.update(tests)
        return shares

    def _function(self, function: SurveyedFunction, name: str, share: _Share) -> FunctionFigures:
        covered = share.statements - len(share.missing)
        exits, taken = sum([point.exits for point in share.points]), sum([point.taken for point in share.points])
        fraction = percentage(covered + taken, share.statements + exits) / 100
        return FunctionFigures(
            qualname=name,
            line=function.line,
            end_line=function.end_line,
            spans=function.runs(function.begins),
            statements=share.statements,
            covered=covered,
            missing_lines=tuple(share.missing),
            branches=exits,
            taken=taken,
            missing_branches=self._words.of(share.points) if taken < exits else (),
            complexity=function.complexity,
            effort=self._effort(function, fraction, exits - taken, covered > 0),
            tests=tuple(sorted(share.tests)),
        )

    def _effort(self, function: SurveyedFunction, fraction: float, uncovered: int, entered: bool) -> Effort:
        if fraction >= 1:
            return effort(0, entered=True, nothing_missing=True)
        # Two ways for each decision are taken for granted where no branches were measured, missing like the lines are.
        ways = uncovered if self.file.branches is not None else 2 * (function.complexity - 1) * (1 - fraction)
        hard = self._hard_inputs.of(function.node, owner=function.owner)
        return effort(ways, entered=entered, hard_inputs=hard)

    @cached_property
    def _words(self) -> BranchWords:
        return BranchWords(self.found.text, self.found.openings)

    @cached_property
    def _hard_inputs(self) -> HardInputs:
        is_package = self.file.path.endswith("__init__.py")
        return HardInputs(self.found.tree, self.found.text, self.module, is_package=is_package)
