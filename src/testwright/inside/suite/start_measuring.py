"""Starts coverage.py in a Python process of the suite; lent to it as `sitecustomize`, so that children are measured too.

The environment's own `sitecustomize` comes first. Of a child, all counts for the test that started it.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys


def _run_the_environments_own() -> None:
    here = os.path.dirname(os.path.realpath(__file__))
    others = [place for place in sys.path if os.path.realpath(place) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _start() -> None:
    import coverage

    coverage.process_startup()  # does nothing when a .pth file of coverage.py's was quicker
    running, test = coverage.Coverage.current(), os.environ.get("PYTEST_CURRENT_TEST", "")
    if running is not None and test:
        running.switch_context(test.rpartition(" (")[0])


_run_the_environments_own()
if os.environ.get("COVERAGE_PROCESS_START"):
    _start()
