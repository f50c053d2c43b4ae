"""Run as a script: runs suites of the standard library's tests, plain or with the module under test instrumented.

Prints one dict: suite → [run, failures, errors, skipped, arcs hit].
"""

from __future__ import annotations

import os
import sys
from io import StringIO


def module_path(module: str) -> str:
    base = os.path.join(os.path.dirname(os.__file__), *module.split("."))
    return os.path.join(base, "__init__.py") if os.path.isdir(base) else f"{base}.py"


def main(mode: str, pairs: list[str]) -> dict[str, list[int]]:
    recorders = {}
    # Imported by itself, off the folder that holds it: the whole project would import some of the modules under test.
    for module, _ in (pair.split("=") for pair in pairs):
        if mode != "plain":
            from instrument import Recorder, import_instrumented

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
    sys.stdout.write(repr(main(sys.argv[1], sys.argv[2:])))
