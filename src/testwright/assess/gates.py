"""Decides which limits a project fails: coverage of all, of what changed, CRAP of a function, the floor of each file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from testwright.assess.diff_coverage import DiffCoverage, DiffFile
from testwright.assess.ratchet import Drop
from testwright.errors import InternalError
from testwright.nouns.coverage import FunctionCoverage, ModuleCoverage
from testwright.python_source.line_ranges import line_ranges

__all__ = ["GateFailure", "GateFigures", "GateLimits", "failed_gates"]

_PLACES = 5
"""Named in a message; the report has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigures:
    """What is held against the limits. `drops` are the files below their floors; paths are shown relative to `root`."""

    modules: Sequence[ModuleCoverage]
    diff: DiffCoverage | None = None
    drops: Sequence[Drop] = ()
    root: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """The least percent of lines and branches, of all and of those that changed, and the most CRAP; None: no limit."""

    fail_under: float | None = None
    diff_fail_under: float | None = None
    max_crap: float | None = None


@dataclass(frozen=True, slots=True)
class GateFailure:
    """A limit that was failed. `name` is the option that set it; `where` is the first of the places that are named.
    `project` is "", or of several the one whose own limit it is.
    """

    name: str
    slug: str
    message: str
    hint: str
    where: str = ""
    project: str = ""


def failed_gates(figures: GateFigures, limits: GateLimits) -> list[GateFailure]:
    """All that failed, none of them for another's sake left out. Nothing is too small to count: only where no
    statement or branch is there at all, there is no percentage and nothing fails.

    Percentages are compared exactly and shown cut off: what reads as the limit has reached it. Raises InternalError for
    a limit on changes without any being told.
    """
    found = [_coverage(figures, limits), _diff_coverage(figures, limits), _crap(figures, limits), _ratchet(figures)]
    return [failure for failure in found if failure]


@dataclass(frozen=True, slots=True)
class _Share:
    """Of lines and branches `part` of `whole`, held against a limit in percent."""

    part: int
    whole: int
    limit: float

    @property
    def exact_limit(self) -> Fraction:
        """As it was written: 0.1 is a tenth."""
        return Fraction(repr(self.limit))

    @property
    def is_enough(self) -> bool:
        return not self.whole or 100 * self.part >= self.exact_limit * self.whole

    def __str__(self) -> str:
        percent = Fraction(100 * self.part, self.whole)
        lacking = max(0, math.ceil(self.exact_limit * self.whole / 100) - self.part)
        more = f"{lacking} more would do" if self.part + lacking <= self.whole else "no more than 100 % can be had"
        below = _shown(math.ceil((self.exact_limit - percent) * 100))
        covered = f"{_cut_off(percent)} % ({self.part} of {self.whole}) are covered"
        return f"{covered}, {below} points below {_plain(self.limit)} %: {more}"


def _coverage(figures: GateFigures, limits: GateLimits) -> GateFailure | None:
    if limits.fail_under is None:
        return None
    modules = figures.modules
    part = sum(module.covered + (module.taken or 0) for module in modules)
    whole = sum(module.statements + (module.branches or 0) for module in modules)
    share = _Share(part, whole, limits.fail_under)
    if share.is_enough:
        return None
    worst = sorted((m for m in modules if _missing(m)), key=lambda module: (-_missing(module), module.path))
    places = [f"{_first_place(module)} ({_missing(module)})" for module in worst]
    stale = [module.path for module in modules if module.stale]
    return GateFailure(
        "--fail-under",
        slug="gate-coverage",
        message=f"of all lines and branches {share}; most is missing in {_listed(places)}",
        hint=_remeasure(stale) or "test what the report lists first, or let `testwright generate` write tests for it",
        where=_first_place(worst[0]) if worst else "",
    )


def _diff_coverage(figures: GateFigures, limits: GateLimits) -> GateFailure | None:
    if limits.diff_fail_under is None:
        return None
    diff = figures.diff
    if diff is None:
        raise InternalError("a gate on changed lines was not told which they are", slug="internal-error")
    share = _Share(diff.covered + diff.taken, diff.statements + diff.branches, limits.diff_fail_under)
    if share.is_enough:
        return None
    lacking = [file for file in diff.files if file.missing or file.partial]
    places = [_changed_place(file, figures.root) for file in lacking]
    stale = [_relative(file.path, figures.root) for file in diff.files if file.stale]
    return GateFailure(
        "--diff-fail-under",
        slug="gate-diff-coverage",
        message=f"of the changed lines and branches {share}; not covered is {_listed(places)}",
        hint=_remeasure(stale) or "test these lines, or let `testwright generate --since` write tests for what changed",
        where=f"{_relative(lacking[0].path, figures.root)}:{_first_line(lacking[0])}" if lacking else "",
    )


def _crap(figures: GateFigures, limits: GateLimits) -> GateFailure | None:
    limit = limits.max_crap
    if limit is None:
        return None
    above = [f for module in figures.modules for f in module.functions if _is_above(f.crap, limit)]
    if not above:
        return None
    above.sort(key=lambda function: (-function.crap, function.path, function.line))
    number = f"{len(above)} functions have" if len(above) > 1 else "1 function has"
    covered = all(function.is_tested for function in above)
    return GateFailure(
        "--max-crap",
        slug="gate-crap",
        message=f"{number} a CRAP above {_plain(limit)}: {_listed([_function_place(f, limit) for f in above])}",
        hint="they are covered: only splitting them makes it less" if covered else "test the worst first, or split it",
        where=f"{above[0].path}:{above[0].line}",
    )


def _ratchet(figures: GateFigures) -> GateFailure | None:
    if not figures.drops:
        return None
    fallen = sorted(figures.drops, key=lambda drop: (_depth(drop), drop.path))
    number = f"{len(fallen)} files are" if len(fallen) > 1 else "1 file is"
    return GateFailure(
        "--ratchet",
        slug="gate-ratchet",
        message=f"{number} covered less than before: {_listed([_drop_place(drop) for drop in fallen])}",
        hint="test what is missing there; if tested code was taken away, lower the file's line in the ratchet file by hand",
        where=fallen[0].path,
    )


def _missing(module: ModuleCoverage) -> int:
    return module.statements - module.covered + (module.branches or 0) - (module.taken or 0)


def _first_place(module: ModuleCoverage) -> str:
    branches = (branch.line for function in module.functions for branch in function.missing_branches)
    lines = sorted({*module.missing_lines[:1], *branches})
    return f"{module.path}:{lines[0]}" if lines else module.path


def _changed_place(file: DiffFile, root: str) -> str:
    name = _relative(file.path, root)
    lines = f"{name}:{line_ranges(file.missing).replace(' ', '')}" if file.missing else name
    if not file.partial:
        return lines
    return f"{lines} ({'and ' if file.missing else ''}branches of {line_ranges(file.partial)})"


def _first_line(file: DiffFile) -> int:
    return min((*file.missing, *file.partial))


def _function_place(function: FunctionCoverage, limit: float) -> str:
    too_much = math.ceil(function.crap * 100) - math.floor(limit * 100)
    crap = f"{_shown(math.ceil(function.crap * 100))}, {_shown(too_much)} too much"
    return f"{function.module}.{function.qualname} with {crap} ({function.path}:{function.line})"


def _is_above(crap: float, limit: float) -> bool:
    """CRAP is a product of floats: the last digit of one that is exactly at the limit is chance."""
    return crap > limit and not math.isclose(crap, limit, rel_tol=1e-9)


def _drop_place(drop: Drop) -> str:
    now, floor = drop.now.beside(drop.floor)
    points = _shown(math.ceil((floor - now) * 10_000))
    return f"{drop.path} with {_cut_off(100 * now)} %, {points} points below {_rounded_up(100 * floor)} %"


def _depth(drop: Drop) -> Fraction:
    now, floor = drop.now.beside(drop.floor)
    return now - floor


def _remeasure(stale: Sequence[str]) -> str:
    return f"run the tests again first: measured in another state was {_listed(stale)}" if stale else ""


def _listed(places: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(places)
    rest = [f"{len(found) - _PLACES} more"] if len(found) > _PLACES else []
    return ", ".join([*found[:_PLACES], *rest])


def _relative(path: str, root: str) -> str:
    inside = root and path.startswith(os.path.join(root, ""))
    return os.path.relpath(path, root).replace(os.sep, "/") if inside else path


def _cut_off(percent: Fraction) -> str:
    return _shown(math.floor(percent * 100))


def _rounded_up(percent: Fraction) -> str:
    return _shown(math.ceil(percent * 100))


def _shown(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


def _plain(number: float) -> str:
    """All the digits that were given."""
    return repr(float(number)).removesuffix(".0")
