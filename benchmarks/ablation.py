"""Prints what each mechanism of the engine pays: probes reached with it switched off, against everything on.

    python benchmarks/ablation.py MODULE… [--python PATH] [--max-executions 8000] [--seed 1]

The modules must be importable by that interpreter. A mechanism that pays nothing on any module is one to delete.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from testwright.config.options import MECHANISMS
from testwright.explore.explore_module import explore_module
from testwright.nouns import Target

FIND = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]).origin)"


def share(target: Target, python: str, executions: int, seed: int, without: tuple[str, ...]) -> float:
    """Probes covered, in percent of those that importing the module does not take."""
    found = explore_module(target, python=python, budget=60, max_executions=executions, seed=seed, without=without)
    wanted = set(found.arcs) - found.baseline
    return 100 * len(wanted & found.covered) / max(1, len(wanted))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--max-executions", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    targets = []
    for module in given.modules:
        found = subprocess.run([given.python, "-P", "-c", FIND, module], capture_output=True, text=True, check=True)
        targets.append(Target(module, found.stdout.strip()))
    arguments = (given.python, given.max_executions, given.seed)
    whole = [share(t, *arguments, ()) for t in targets]
    print("everything on".ljust(24), *(f"{w:6.1f}" for w in whole), f"mean {sum(whole) / len(whole):6.1f}", flush=True)
    for mechanism in sorted(MECHANISMS):
        off = [share(t, *arguments, (mechanism,)) for t in targets]
        changes = [o - w for o, w in zip(off, whole, strict=True)]
        print(
            mechanism.ljust(24),
            *(f"{c:+6.1f}" for c in changes),
            f"mean {sum(changes) / len(changes):+6.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
