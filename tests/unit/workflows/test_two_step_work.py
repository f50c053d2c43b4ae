from __future__ import annotations

from testwright.nouns import ModuleCoverage
from testwright.workflows.two_step_work import least_covered


def module(name: str, percent: float, missing: int) -> ModuleCoverage:
    return ModuleCoverage(
        module=name,
        path=f"{name}.py",
        statements=10,
        covered=0,
        missing_lines=tuple(range(missing)),
        branches=None,
        taken=None,
        percent=percent,
        priority=0.0,
    )


def test_the_least_covered_come_first_and_whole_ones_not_at_all():
    modules = [module("a", 50, 5), module("b", 0, 1), module("c", 100, 0), module("d", 0, 9), module("e", 90, 1)]
    assert [each.module for each in least_covered(modules, 3)] == ["d", "b", "a"]
