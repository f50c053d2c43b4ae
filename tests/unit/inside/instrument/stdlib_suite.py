"""Run as a script: runs suites of the standard library's tests, plain or with the module under test instrumented.

Prints one JSON object: suite → [run, failures, errors, skipped, arcs hit].
"""

from __future__ import annotations

import importlib.machinery
import json
import sys
from io import StringIO
from pathlib import Path


def module_path(module: str) -> str:
    base = Path(importlib.machinery.__file__).parents[1].joinpath(*module.split("."))
    return str(base / "__init__.py" if base.is_dir() else base.with_suffix(".py"))


def main(mode: str, pairs: list[str]) -> dict[str, list[int]]:
    recorders = {}
    for module, _ in (pair.split("=") for pair in pairs):
        if mode != "plain":
            from testwright.inside.instrument import Recorder, import_instrumented

            recorders[module] = Recorder()
            recorders[module].recording = mode == "recording"
            import_instrumented(module, module_path(module), recorders[module])
    # Only now: unittest itself imports some of the modules under test.
    import unittest

    results = {}
    for module, suite in (pair.split("=") for pair in pairs):
        tests = unittest.defaultTestLoader.loadTestsFromName(suite)
        ran = unittest.TextTestRunner(stream=StringIO(), verbosity=0).run(tests)
        hit = sum(recorders[module].hits) if recorders else 0
        results[suite] = [ran.testsRun, len(ran.failures), len(ran.errors), len(ran.skipped), hit]
    return results


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
