"""Prints what each mechanism of the engine pays: probes reached with it switched off, against everything on.

    python benchmarks/ablation.py MODULE[=PYTHON] … [--budget 3 | --max-executions 8000] [--seeds 1,2] [--only NAME …]

PYTHON is the interpreter that can import the module (default: this one). A figure is the share, in percent, of the
probes that importing the module does not take; `size` is the mean number of nodes of the kept calls, which tells what
makes them plainer. A mechanism that pays on no module is one to delete; differences below a point are noise.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from statistics import mean

from testwright.config.mechanisms import MECHANISMS
from testwright.explore.explore_module import explore_module
from testwright.inside.recipes import size
from testwright.nouns import Target

FIND = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]).origin)"


@dataclass(frozen=True)
class Found:
    """What exploring one module gave: `share` of its probes in percent, mean `size` of the calls."""

    share: float
    size: float


def target_of(named: str) -> tuple[Target, str]:
    module, _, python = named.partition("=")
    python = python or sys.executable
    found = subprocess.run([python, "-P", "-c", FIND, module], capture_output=True, text=True, check=True)
    return Target(module, found.stdout.strip()), python


def explored(target: Target, python: str, given: argparse.Namespace, without: tuple[str, ...]) -> Found:
    shares, sizes = [], [0.0]
    for seed in given.seeds.split(","):
        found = explore_module(
            target,
            python=python,
            budget=given.budget,
            max_executions=given.max_executions,
            seed=int(seed),
            without=without,
        )
        wanted = set(found.arcs) - found.baseline
        shares.append(100 * len(wanted & found.covered) / max(1, len(wanted)))
        sizes += [sum(size(step.recipe) for step in o.scenario.steps) for o in found.observations]
    return Found(mean(shares), mean(sizes))


def line(name: str, shares: list[float], sizes: list[float], sign: str) -> None:
    figures = " ".join(f"{share:{sign}7.1f}" for share in [*shares, mean(shares)])
    print(f"{name:<20}{figures} {mean(sizes):{sign}7.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", metavar="MODULE[=PYTHON]")
    parser.add_argument("--budget", type=float, default=3.0)
    parser.add_argument("--max-executions", type=int)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only", nargs="*", choices=sorted(MECHANISMS), default=sorted(MECHANISMS))
    given = parser.parse_args()
    targets = [target_of(named) for named in given.modules]
    print(f"{'':<20}" + " ".join(f"{t.module.rsplit('.', 1)[-1][:7]:>7}" for t, _ in targets) + "    mean    size")
    whole = [explored(*target, given, ()) for target in targets]
    line("everything on", [w.share for w in whole], [w.size for w in whole], "")
    for mechanism in given.only:
        off = [explored(*target, given, (mechanism,)) for target in targets]
        pairs = list(zip(off, whole, strict=True))
        line(f"- {mechanism}", [o.share - w.share for o, w in pairs], [o.size - w.size for o, w in pairs], "+")


if __name__ == "__main__":
    main()
