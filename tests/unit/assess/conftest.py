"""Figures of functions and modules as tests plant them."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from testwright.nouns import Effort, FunctionCoverage, ModuleCoverage

FUNCTION = FunctionCoverage(
    module="a",
    qualname="f",
    path="a.py",
    line=1,
    end_line=9,
    statements=5,
    covered=0,
    missing_lines=(2, 3),
    branches=0,
    taken=0,
    missing_branches=(),
    complexity=3,
    crap=3.0,
    risk=0.0,
    priority=1.0,
    effort=Effort("S", 1),
)
MODULE = ModuleCoverage(
    module="a",
    path="a.py",
    statements=5,
    covered=0,
    missing_lines=(),
    branches=None,
    taken=None,
    percent=80.0,
    priority=0.0,
)


def function(module: str, line: int = 1, tests: int = 1, **changes: Any) -> FunctionCoverage:
    path = f"{module.replace('.', '/')}.py"
    place = {"module": module, "path": path, "line": line, "qualname": f"f{line}", "effort": Effort("S", tests)}
    return msgspec.structs.replace(FUNCTION, **{**place, **changes})


def module(name: str, *functions: FunctionCoverage, **changes: Any) -> ModuleCoverage:
    priority = sum(each.priority for each in functions)
    place = {"module": name, "path": f"{name.replace('.', '/')}.py", "functions": functions, "priority": priority}
    return dataclasses.replace(MODULE, **{**place, **changes})
