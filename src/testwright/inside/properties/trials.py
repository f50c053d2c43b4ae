"""Runs one Hypothesis test with one seed, and tells how it ended, with the example that it was shrunk to."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["keep_in", "load_file", "run_trial"]

_DETAIL_LIMIT = 300
_EXAMPLE = re.compile(r"(Falsifying example|Failing test case)\b[^\n]*\(")
"""Hypothesis has called it by either name."""


def keep_in(home: Path) -> None:
    """Whatever Hypothesis writes down goes there."""
    from hypothesis.configuration import set_hypothesis_home_dir

    set_hypothesis_home_dir(os.path.join(home, "hypothesis"))


def load_file(path: Path, *, examples: int, shrink: bool) -> Any:
    """The module of tests, which take so many examples, and look for a short one that fails if `shrink`."""
    import hypothesis

    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    hypothesis.settings.register_profile(
        "trial",
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        phases=phases,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],  # says as much of the machine as of the test
    )
    hypothesis.settings.load_profile("trial")
    name = f"{path.stem}_{shrink}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def run_trial(test: Callable[[], None], seed: int) -> dict[str, str]:
    """The outcome ("passed" or "failed"), and of a failure the exception's name, its words and the example."""
    import hypothesis

    try:
        hypothesis.seed(seed)(test)()
    except BaseException as error:  # noqa: BLE001 - strangers' code: whatever it raises is a failure of this test
        return {"outcome": "failed", **_told(error)}
    return {"outcome": "passed"}


def _told(error: BaseException) -> dict[str, str]:
    notes = getattr(error, "__notes__", [])
    example = next((note for note in map(str, notes) if _EXAMPLE.match(note)), "")
    try:
        words = str(error)
    except Exception:  # noqa: BLE001 - strangers' __str__
        words = ""
    first = next((line for line in words.splitlines() if line.strip()), "")
    return {"raised": type(error).__name__, "detail": first[:_DETAIL_LIMIT], "example": _arguments(example)}


def _arguments(note: str) -> str:
    """What stands between the parentheses of "Failing test case: test_x(...)", in one line."""
    lines = [line.partition("  # ")[0].strip() for line in note.splitlines()[1:]]
    inside = " ".join(line for line in lines if line and line != ")")
    return inside.rstrip(",")[:_DETAIL_LIMIT]
