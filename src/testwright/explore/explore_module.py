"""Explores one module in a sandboxed worker and collects what it found as Observations."""

from __future__ import annotations

import json
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError
from testwright.inside.scenario import Check, Scenario
from testwright.inside.surviving.weighing import doubled
from testwright.nouns import MutantKey, Observation, Target
from testwright.python_source.read_module import read_module
from testwright.workers import run_job, scratch_folder

__all__ = ["Exploration", "explore_module", "read_source", "steps_key", "with_fitting_checks"]

ENDLESS_IMPORT = "the import did not come to an end in twice the budget"
_NOT_FOUND = re.compile(r"ModuleNotFoundError: No module named '(?P<package>\w+)")


@dataclass(slots=True)
class Exploration:
    """What exploring one module gave; `observations` cover everything reachable that was found, plainest first.

    `arcs` maps probe number to (line, qualname, kind); `baseline` are those that importing takes, `touched` those that
    only calls that make no test have taken. `crashes` counts lost children.
    """

    observations: list[Observation] = field(default_factory=list)
    spares: list[Observation] = field(default_factory=list)
    """Others that reach the same, should some of the observations turn out to make no test."""
    tellers: list[Observation] = field(default_factory=list)
    """Further ones, each of which tells some mutant from the original that no other does."""
    mutants: Mapping[str, Any] = field(default_factory=dict)
    """What was said of the search for them: how many mutants, which are left, executions, CPU seconds."""
    idle_checks: dict[str, list[Any]] = field(default_factory=dict)
    """By scenario (its steps in plain form, as text) the assertions that catch nothing which others of it do not."""
    needed_checks: dict[str, list[Any]] = field(default_factory=dict)
    """The same of those that say more than a reader wants, but catch what no other does."""
    search_crashes: list[str] = field(default_factory=list)
    """How often the search lost its process, and how."""
    carved: dict[int, Observation] = field(default_factory=dict)
    """Recorded calls that went again as they were recorded, by their place among those given."""
    uncarved: dict[int, str] = field(default_factory=dict)
    """The same of the others, and why they did not."""
    suspects: list[Observation] = field(default_factory=list)
    """Calls that look as if they met a bug; `raised` "TimeLimit" = they did not come to an end."""
    documented: list[Observation] = field(default_factory=list)
    """The examples of docstrings, with the result that each shows."""
    arcs: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    baseline: frozenset[int] = frozenset()
    covered: frozenset[int] = frozenset()
    touched: frozenset[int] = frozenset()
    blocked: tuple[str, ...] = ()
    executions: int = 0
    cpu_seconds: float = 0.0
    crashes: int = 0
    isolation: str = ""
    ended: bool = False
    stderr_tail: str = ""
    failures: tuple[str, ...] = ()
    """Where our own engine stumbled over a live class or value, one traceback a kind."""


def steps_key(scenario: Scenario) -> str:
    """Equal for scenarios of the same steps."""
    return json.dumps([step.to_plain() for step in scenario.steps])


def with_fitting_checks(observation: Observation, exploration: Exploration) -> Observation:
    """Its outcome without the assertions that catch nothing further, should some be left then, and with the needed ones."""
    outcome = observation.outcome
    if outcome is None:
        return observation
    key = steps_key(observation.scenario)
    idle = exploration.idle_checks.get(key)
    if idle is None:
        idle = [outcome.checks[place].to_plain() for place in doubled(outcome.checks)]
    left = tuple(check for check in outcome.checks if check.to_plain() not in idle)
    wanted = exploration.needed_checks.get(key, [])
    needed = tuple(check for check in outcome.further if check.to_plain() in wanted)
    fitting = (*(left or outcome.checks), *needed)
    if fitting == outcome.checks and not outcome.further:
        return observation
    return replace(observation, outcome=replace(outcome, checks=fitting, further=()))


def read_source(target: Target) -> str:
    """The target's source text. ProjectError when it cannot be read or is not UTF-8 (or what its coding line says)."""
    try:
        with tokenize.open(target.source) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"the source of {target.module!r} cannot be read: {error}",
            slug="source-unreadable",
            where=target.source,
            hint="check the file's permissions and its coding line",
        ) from error


def explore_module(
    target: Target,
    *,
    python: str,
    budget: float,
    max_executions: int | None,
    seed: int,
    private: bool = True,
    without: Sequence[str] = (),
    survivors: float = 0.0,
    seeds: Mapping[str, Any] | None = None,
    conftests: Iterable[str] = (),
    caught: Iterable[MutantKey] = (),
    every_call: bool = False,
    stop: Callable[[], bool] | None = None,
    on_progress: Callable[[int], None] = lambda found: None,
) -> Exploration:
    """`survivors`: seconds (as many executions again, where these are the budget) for what tells mutants apart; `seeds`
    are what existing tests were seen to use (`ExistingTests.seeds_of`), `conftests` the paths of those whose fixtures are
    among that, `caught` the mutants that they catch. With `every_call`, each recorded call of the seeds is told of.

    Raises ProjectError: `syntax-error`, `source-unreadable`, `import-failed`, `missing-dependency`."""
    model = read_module(read_source(target), module=target.module, path=target.source)
    collector = _Collector(target, python, on_progress)
    with scratch_folder() as scratch:
        job = {
            "task": "explore",
            "module": target.module,
            "path": target.source,
            "sys_path": list(target.import_roots),
            "scratch": str(scratch),
            "memory_mb": 2048,
            "isolation": "auto",
            "model": model.to_plain(),
            "budget": budget,
            "max_executions": max_executions,
            "seed": seed,
            "private": private,
            "without": list(without),
            "only": list(target.only),
            "survivors": survivors,
            "caught": [[operator, list(span), text] for operator, span, text in sorted(caught)],
            "seeds": dict(seeds or {}),
            "every_call": every_call,
            "conftests": list(conftests),
        }
        end = run_job(
            python,
            job,
            on_message=collector.take,
            wall_seconds=(120 + 14 * (budget + survivors)) if max_executions is None else 3600,
            stop=stop,
            environment={"PYTHONHASHSEED": "0"},
        )
    collector.exploration.isolation = end.isolation
    return collector.result()


class _Collector:
    """Reads the worker's messages; nothing in them is trusted."""

    def __init__(self, target: Target, python: str, on_progress: Callable[[int], None]) -> None:
        self.target = target
        self.python = python
        self.on_progress = on_progress
        self.exploration = Exploration()
        self.found: list[Observation] = []
        self.kept: list[Observation] = []
        self.spares: list[Observation] = []
        self.telling: list[Observation] = []
        self.tellers: list[Observation] = []
        self.problem: ProjectError | None = None
        self.imported = False
        self.crash_ends: list[str] = []

    def take(self, message: dict[str, Any]) -> None:
        reader = getattr(self, "_on_" + str(message.get("event", "")).replace("-", "_"), None)
        if reader is not None:
            try:
                reader(message)
            except (KeyError, TypeError, ValueError, RecursionError):
                self.exploration.crashes += 1  # a forged or damaged message costs itself only

    def _on_imported(self, message: dict[str, Any]) -> None:
        self.imported = True
        self.exploration.arcs = {int(n): (int(line), str(q), str(k)) for n, line, q, k in message["arcs"]}
        self.exploration.baseline = frozenset(int(n) for n in message["baseline"])

    def _on_found(self, message: dict[str, Any]) -> None:
        self.found.append(_observation(message))
        self.on_progress(len(self.found))

    def _on_kept(self, message: dict[str, Any]) -> None:
        self.kept.append(_observation(message))

    def _on_spare(self, message: dict[str, Any]) -> None:
        self.spares.append(_observation(message))

    def _on_carved(self, message: dict[str, Any]) -> None:
        number = int(message["number"])
        if message["why"]:
            self.exploration.uncarved[number] = str(message["why"])
        else:
            self.exploration.carved[number] = _observation(message)

    def _on_telling(self, message: dict[str, Any]) -> None:
        self.telling.append(_observation(message))

    def _on_teller(self, message: dict[str, Any]) -> None:
        self.tellers.append(_observation(message))

    def _on_idle(self, message: dict[str, Any]) -> None:
        scenario = Scenario.from_plain(message["scenario"])
        key = steps_key(scenario)
        self.exploration.idle_checks[key] = [Check.from_plain(c).to_plain() for c in message["checks"]]
        if message["needed"]:
            self.exploration.needed_checks[key] = [Check.from_plain(c).to_plain() for c in message["needed"]]

    def _on_survivors(self, message: dict[str, Any]) -> None:
        self.exploration.mutants = message
        self.telling.clear()  # they came again, shrunk

    def _on_search_crashed(self, message: dict[str, Any]) -> None:
        self.exploration.search_crashes.append(f"{message['kind']} {message['code']} {message['text']}")

    def _on_suspect(self, message: dict[str, Any]) -> None:
        self.exploration.suspects.append(_observation({**message, "arcs": ()}))

    def _on_documented(self, message: dict[str, Any]) -> None:
        shown = replace(_observation({**message, "arcs": ()}), documented=str(message["shown"]))
        self.exploration.documented.append(shown)

    def _on_crashed(self, message: dict[str, Any]) -> None:
        self.exploration.crashes += 1
        self.crash_ends.append(f"{message.get('kind')} {message.get('code')} {message.get('text')}")
        for kind in (self.kept, self.spares, self.exploration.suspects, self.exploration.documented):
            kind.clear()
        if not message.get("imported"):
            how = f"the import ended the process ({message.get('kind')} {message.get('code')})"
            if message.get("kind") == "silent":
                how = ENDLESS_IMPORT
            self.problem = _import_problem(self.target, self.python, how)

    def _on_import_failed(self, message: dict[str, Any]) -> None:
        self.problem = _import_problem(self.target, self.python, str(message["error"]))

    def _on_ended(self, message: dict[str, Any]) -> None:
        exploration = self.exploration
        exploration.ended = True
        exploration.executions += int(message.get("executions", 0))
        exploration.cpu_seconds += float(message.get("cpu", 0))
        exploration.covered = frozenset(int(n) for n in message.get("covered", ()))
        exploration.touched = frozenset(int(n) for n in message.get("touched", ()))
        exploration.failures = tuple(str(f) for f in message.get("failures", ()))
        exploration.blocked = tuple(str(b) for b in message.get("blocked", ()))

    def result(self) -> Exploration:
        if self.problem is not None and not self.imported:
            raise self.problem
        whole = self.exploration.ended and self.kept
        self.exploration.observations = self.kept if whole else self.found
        self.exploration.spares = self.spares if whole else []
        self.exploration.tellers = [*self.tellers, *self.telling]
        return self.exploration


def _observation(message: dict[str, Any]) -> Observation:
    scenario = Scenario.from_plain(message["scenario"])
    return Observation(scenario, tuple(int(n) for n in message["arcs"]), raised=str(message.get("raised", "")))


def _import_problem(target: Target, python: str, error: str) -> ProjectError:
    missing = _missing_package(target, error)
    by_hand = f'run `{python} -c "import {target.module}"` and mend what it says'
    if error == ENDLESS_IMPORT:
        by_hand += ", or give it a larger --budget if it only takes long"
    return ProjectError(
        f"{target.module!r} cannot be imported: {error}",
        slug="missing-dependency" if missing else "import-failed",
        where=target.source,
        hint=f"{python} -m pip install {missing}" if missing else by_hand,
    )


def _missing_package(target: Target, error: str) -> str:
    """The top-level name of what could not be found; "" for one that the project itself should have."""
    found = _NOT_FOUND.match(error)
    if found is None:
        return ""
    own = {path.stem for root in target.import_roots for path in Path(root).glob(f"{found['package']}*")}
    return "" if found["package"] in own else found["package"]
