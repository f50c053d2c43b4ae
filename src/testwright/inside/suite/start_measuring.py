"""Starts coverage.py in a Python process of the suite; lent to it as `sitecustomize`, so that children are measured too.

The environment's own `sitecustomize` comes first. Of a child, all counts for the test that started it.
"""

from __future__ import annotations

import os

import testwright_own_sitecustomize  # type: ignore[import-not-found]


def _start() -> None:
    import coverage

    coverage.process_startup()  # does nothing when a .pth file of coverage.py's was quicker
    running, test = coverage.Coverage.current(), os.environ.get("PYTEST_CURRENT_TEST", "")
    if running is not None and test:
        running.switch_context(test.rpartition(" (")[0])


testwright_own_sitecustomize.run()
if os.environ.get("COVERAGE_PROCESS_START"):
    _start()
