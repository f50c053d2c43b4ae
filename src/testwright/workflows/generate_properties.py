"""The workflow of `generate --properties`: conjectures of one module, tried, run against mutants, and the file of those kept."""

from __future__ import annotations

import os
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.decide.property_verdicts import fewest_properties, is_broken, property_verdict
from testwright.decide.rules.holds_for_all_examples import holds_for_all_examples
from testwright.errors import ProjectError
from testwright.execute.property_gate import (
    EXAMPLES,
    JUDGING,
    PropertyPlace,
    hard_values,
    harder,
    property_mutants,
    property_trials,
)
from testwright.execute.pytest_gate import gate
from testwright.execute.pytest_worker import Limits
from testwright.explore.explore_module import Exploration, read_source
from testwright.inside.recipes import Const, walk
from testwright.nouns import Edit, PropertyEvidence, PropertyTest, PropertyTrial, Target, Verdict
from testwright.propose.properties.from_model import conjectures
from testwright.python_source.model import ModuleModel
from testwright.python_source.read_module import read_module
from testwright.version import VERSION
from testwright.workers import scratch_folder
from testwright.write.render_property_file import BARE, render_property_file

__all__ = [
    "ModuleProperties",
    "generate_properties",
    "properties_to_plain",
    "property_evidence",
]

_MOST_BESIDE, _LARGEST_BESIDE = 40, 300_000
_PROOF_RUNS = 5
_LIMITS = Limits(test_seconds=60.0)
"""A test calls the code a hundred times, and the first one of a process makes the tables of all characters."""
_FOR_JUDGING: frozenset[tuple[str, str]] = frozenset(
    {("hypothesis", name) for name in ("HealthCheck", "Phase", "settings")}
)


@dataclass(slots=True)
class ModuleProperties:
    """What became of one module's conjectures. `text` is the proven file, "" = none was kept; `dropped` counts those that
    do not hold and were no more than a guess.
    """

    text: str = ""
    kept: list[dict[str, Any]] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Verdict] = field(default_factory=list)
    dropped: int = 0

    def to_plain(self) -> dict[str, Any]:
        rejected = [{"node": v.node, "slug": v.slug, "reason": v.reason} for v in self.rejected]
        return {
            "text": self.text,
            "kept": self.kept,
            "broken": self.broken,
            "rejected": rejected,
            "dropped": self.dropped,
        }


def properties_to_plain(properties: Mapping[str, Any], edit: Edit | None) -> dict[str, Any]:
    """For the JSON report: what was found, and where it goes; nothing when it was not asked for."""
    if not properties:
        return {}
    told = {key: value for key, value in properties.items() if key not in ("text", "broken")}
    file = None if edit is None else {"path": edit.path, "note": edit.note}
    return {"properties": {**told, "edit": file}, "broken_properties": properties["broken"]}


def property_evidence(properties: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By test name, as the stored evidence of other tests."""
    return {each["node"]: {"kept": True, **each} for each in properties.get("kept", ())}


def generate_properties(
    target: Target,
    exploration: Exploration,
    options: Options,
    *,
    stop: Callable[[], bool],
    notice: Callable[[str], None],
    jobs: int = 1,
) -> ModuleProperties:
    """Raises ProjectError as `generate_module` does; what was interrupted keeps nothing."""
    source = read_source(target)
    model = read_module(source, module=target.module, path=target.source)
    groups = conjectures(model, source, beside=_beside(target), asks_for=target.asks_for)
    if not groups:
        return ModuleProperties()
    with scratch_folder() as scratch:
        place = PropertyPlace(options.python, os.path.realpath(target.source), target.import_roots, scratch, jobs, stop)
        trying = _Trying(target, options, place, notice, _values(model, exploration))
        made = trying.run(groups)
    return ModuleProperties() if stop() else made


class _Trying:
    """The way of one module's conjectures through trials, mutants and pytest."""

    def __init__(
        self,
        target: Target,
        options: Options,
        place: PropertyPlace,
        notice: Callable[[str], None],
        values: Sequence[Any],
    ) -> None:
        self.target, self.options, self.place, self.notice = target, options, place, notice
        self.values = values
        self.made = ModuleProperties()
        self.evidence: dict[str, PropertyEvidence] = {}
        self._told: set[str] = set()

    def run(self, groups: Sequence[Sequence[PropertyTest]]) -> ModuleProperties:
        holding = self._holding(groups)
        catching = self._catching(holding)
        chosen = fewest_properties(catching, self.evidence)
        for test in catching:
            if test not in chosen:
                reason = "other properties of the same functions catch the same planted bugs, or more"
                self.made.rejected.append(Verdict(test.name, kept=False, slug="catches-a-mutant", reason=reason))
        self._accept(self._passing(chosen))
        return self.made

    def _holding(self, groups: Sequence[Sequence[PropertyTest]]) -> list[PropertyTest]:
        """Of each group the first test that holds."""
        order = [group[0].group for group in groups]
        waiting = {group[0].group: list(group) for group in groups}
        found: dict[str, PropertyTest] = {}
        while waiting and not self.place.stop_asked:
            tests = [group[0] for group in waiting.values()]
            self.notice(f"{self.target.module}: trying {len(tests)} properties with {EXAMPLES} examples each")
            evidence = self._tried(tests)
            for test in tests:
                if property_verdict(test, evidence[test.name], (holds_for_all_examples,)).kept:
                    found[test.group] = test
                    self.evidence[test.name] = evidence[test.name]
                else:
                    self._not_holding(test, evidence[test.name])
            waiting = {g: rest[1:] for g, rest in waiting.items() if g not in found and len(rest) > 1}
        self.made.dropped = len(set(order) - found.keys() - self._told)
        return [found[group] for group in order if group in found]

    def _tried(self, tests: Sequence[PropertyTest]) -> dict[str, PropertyEvidence]:
        text = self._render(tests)
        place = replace(self.place, scratch=self.place.scratch / f"trials-{len(list(self.place.scratch.iterdir()))}")
        strong = [test.name for test in tests if test.strong]
        statements = hard_values(self.values)
        texts = {"plain": text, "hard": harder(self._render(tests, preamble=statements), statements)}
        names = [test.name for test in tests]
        return property_trials(texts, names, place=place, seed=self.options.seed, shrink=strong)

    def _not_holding(self, test: PropertyTest, evidence: PropertyEvidence) -> None:
        """Told once a group, of the most values that are not refused outright."""
        failure = evidence.failure
        if failure is None or test.group in self._told or not is_broken(test, evidence):
            return
        self._told.add(test.group)
        what = {"property": test.statement, "kind": test.kind, "functions": list(test.targets)}
        how = {"example": failure.example, "raised": failure.raised, "detail": failure.detail}
        self.made.broken.append({**what, **how})

    def _catching(self, tests: Sequence[PropertyTest]) -> list[PropertyTest]:
        if not tests or self.place.stop_asked:
            return []
        self.notice(f"{self.target.module}: planting bugs against {len(tests)} properties")
        trial = [replace(test, imports=test.imports | _FOR_JUDGING) for test in tests]
        text = self._render(trial, preamble=JUDGING, twins=True)
        twins = {test.name: test.name + BARE for test in tests}
        self.evidence |= property_mutants(text, twins, self.evidence, place=self.place)
        verdicts = {test.name: property_verdict(test, self.evidence[test.name]) for test in tests}
        self.made.rejected += [verdict for verdict in verdicts.values() if not verdict.kept]
        return [test for test in tests if verdicts[test.name].kept]

    def _passing(self, tests: list[PropertyTest]) -> list[PropertyTest]:
        """Those that pytest passes under every condition that other tests have to pass."""
        runs = 0
        while tests and not self.place.stop_asked:
            runs += 1
            trial = [replace(test, imports=test.imports | _FOR_JUDGING) for test in tests]
            folder = self.place.scratch / f"proof-{runs}"
            folder.mkdir()
            evidence, _ = gate(
                self._render(trial, preamble=JUDGING),
                file_name="test_properties.py",
                python=self.options.python,
                target=self.target,
                sys_path=self.target.import_roots,
                scratch_root=folder,
                nodes=[test.name for test in tests],
                runs=_PROOF_RUNS,
                limits=_LIMITS,
                jobs=self.place.jobs,
                stop=self.place.stop,
            )
            fallen = {n: r for n, e in evidence.items() for r in e.runs if r.outcome != "passed"}
            if not fallen:
                return tests
            for name, run in fallen.items():
                reason = f"{run.outcome} under {run.condition}: {run.detail}"
                self.made.rejected.append(Verdict(name, kept=False, slug="passes-every-time", reason=reason))
            tests = [test for test in tests if test.name not in fallen]
        return tests

    def _accept(self, tests: Sequence[PropertyTest]) -> None:
        if tests:
            self.made.text = self._render(tests, proofs=self.evidence)
        for test in tests:
            evidence = self.evidence[test.name]
            self.made.kept.append(
                {
                    "node": test.name,
                    "target": ", ".join(f"{self.target.module}:{name}" for name in test.targets),
                    "proof": f"catches {len(evidence.catches)} of {evidence.reached} mutants",
                    "python": self.options.python,
                    "kind": test.kind,
                    "property": test.statement,
                    "functions": list(test.targets),
                    "examples": EXAMPLES,
                    "catches": len(evidence.catches),
                    "mutants": evidence.reached,
                    "runs": [_run(trial) for trial in evidence.trials],
                }
            )

    def _render(
        self,
        tests: Sequence[PropertyTest],
        *,
        preamble: str = "",
        twins: bool = False,
        proofs: Mapping[str, PropertyEvidence] | None = None,
    ) -> str:
        return render_property_file(
            tests,
            module=self.target.module,
            version=VERSION,
            seed=self.options.seed,
            proofs=proofs,
            preamble=preamble,
            twins=twins,
        )


def _run(trial: PropertyTrial) -> dict[str, Any]:
    seed = f"seed {trial.seed}" if trial.seed.isdecimal() else trial.seed
    return {"condition": f"{trial.examples} examples, {seed}", "outcome": trial.outcome}


def _values(model: ModuleModel, exploration: Exploration) -> list[Any]:
    """Constants of the code, and what exploring it found to reach something."""
    own = [const.value for const in model.literals]
    own += [const.value for function in model.functions for const in function.literals]
    steps = (step for observation in exploration.observations for step in observation.scenario.steps)
    found = [node.value for step in steps for node in walk(step.recipe) if isinstance(node, Const)]
    return [*_once(own), *_once(found)]


def _once(values: Iterable[Any]) -> list[Any]:
    return list({(type(v), repr(v)): v for v in values}.values())


def _beside(target: Target) -> list[tuple[ModuleModel, str]]:
    """The modules of the same package: one may undo what the other does."""
    package, dot, _ = target.module.rpartition(".")
    if not dot:
        return []
    found: list[tuple[ModuleModel, str]] = []
    for path in sorted(Path(target.source).parent.glob("*.py"))[:_MOST_BESIDE]:
        if path.name.startswith(("__", "test_")) or path.samefile(target.source):
            continue
        try:
            with tokenize.open(path) as file:
                source = file.read(_LARGEST_BESIDE)
            found.append((read_module(source, module=f"{package}.{path.stem}", path=str(path)), source))
        except (OSError, SyntaxError, UnicodeDecodeError, ProjectError):
            continue  # what cannot be read has nothing to offer
    return found
