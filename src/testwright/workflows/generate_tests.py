"""The workflow of `testwright generate`: every target through the stages, then edits, evidence and the report."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from testwright.config.options import Options
from testwright.config.project import find_project
from testwright.config.pytest_reach import advice_on_imports
from testwright.errors import TestwrightError
from testwright.llm.exchange import ModelClient, Told
from testwright.nouns import Edit, ExistingTests, Target
from testwright.version import VERSION
from testwright.workers import remove_abandoned
from testwright.workflows.ask_model import ModelGain, ask_model, plain_gain
from testwright.workflows.callers import calls_of
from testwright.workflows.fallen_together import Fallen, fallen_together
from testwright.workflows.generate_module import GeneratedModule, generate_module, nothing_kept
from testwright.workflows.generate_properties import (
    generate_properties,
    property_evidence,
)
from testwright.workflows.module_report import ModuleReport, failed_report, plain_problem, report_of, stored_report
from testwright.workflows.output_places import places_of, starting_place
from testwright.workflows.own_tests import existing_tests, fixtures_for
from testwright.workflows.prove_again import prove_again
from testwright.workflows.stored_evidence import store_evidence
from testwright.workflows.usable_fixtures import UsableFixtures
from testwright.workflows.waiting import result_of, wait_for
from testwright.write.apply import apply_edits, diff_of
from testwright.write.ownership import Ownership, plan_edit
from testwright.write.placement import beside
from testwright.write.stored_file import remember

__all__ = ["GenerateResult", "generate"]


ROUNDS_TOGETHER = 4


class Notices(Protocol):
    """What the run is doing."""

    def __call__(self, text: str, *, detail: bool = False) -> None: ...


@dataclass(slots=True)
class GenerateResult:
    """All modules of one run. Nothing is written before `write()`."""

    modules: list[ModuleReport]
    seed: int
    root: Path
    isolation: str = ""
    interrupted: bool = False
    advice: str = ""
    """What the project lacks before its tests can be run."""
    existing: ExistingTests = field(default_factory=ExistingTests)

    @property
    def edits(self) -> list[Edit]:
        found = (edit for m in self.modules for edit in (m.edit, m.property_edit, m.model_edit))
        return [edit for edit in found if edit is not None]

    def diff(self) -> str:
        """The edits as one unified diff."""
        return diff_of(self.edits, self.root)

    def write(self) -> list[Path]:
        """Writes the test files and the evidence; gives the paths written."""
        if not self.edits:
            return []
        written = apply_edits(self.edits, Ownership.load(self.root))
        store_evidence(self.root, [(edit.path, records) for m in self.modules for edit, records in _evidence_of(m)])
        return written

    def to_plain(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "seed": self.seed,
            "isolation": self.isolation,
            "interrupted": self.interrupted,
            "advice": self.advice,
            "existing": {
                "passed": self.existing.passed,
                "seconds": round(self.existing.seconds, 2),
                "notes": list(self.existing.notices),
            },
            "modules": [m.to_plain() for m in self.modules],
        }


def _evidence_of(module: ModuleReport) -> list[tuple[Edit, dict[str, dict[str, Any]]]]:
    """By file the records of its tests."""
    parts = (
        (module.edit, module.evidence),
        (module.property_edit, property_evidence(module.properties)),
        (module.model_edit, module.model.get("tests", {})),
    )
    return [(edit, records) for edit, records in parts if edit is not None]


Recorded = Mapping[str, Sequence[dict[str, Any]]]
"""By `Target.source` the calls that were recorded, as `RecordedCalls.of` gives them."""


def generate(
    targets: Sequence[Target],
    options: Options,
    *,
    progress: Notices,
    recorded: Recorded = MappingProxyType({}),
    client: ModelClient | None = None,
    told: Told | None = None,
) -> GenerateResult:
    """Every target, `options.jobs` at a time; after Ctrl-C what is finished is kept and `interrupted` is set.

    `client` is asked for what the engine leaves open; `told` hears its replies as they come.
    """
    root = Path(find_project(starting_place(targets)).root).resolve()
    remove_abandoned()
    run = _Run(options, root, progress, recorded, client, told)
    reports = run.all(list(targets))
    _plan_edits(reports, targets, options, root, recorded=bool(recorded))
    isolation = next((r.isolation for r in reports if r.isolation), "")
    advice = _advice(reports, targets, options, root)
    return GenerateResult(reports, options.seed, root, isolation, run.stopping.is_set(), advice, run.existing)


def _advice(reports: Sequence[ModuleReport], targets: Sequence[Target], options: Options, root: Path) -> str:
    written = {r.module for r in reports if r.edit is not None}
    places = [(t.module, t.import_roots[0]) for t in targets if t.in_project and t.module in written]
    return advice_on_imports(root, places, options.python)


class _Run:
    """The modules of one run, side by side, each with its stored result when it is resumed."""

    def __init__(
        self,
        options: Options,
        root: Path,
        progress: Notices,
        recorded: Recorded,
        client: ModelClient | None,
        told: Told | None,
    ) -> None:
        self.options, self.root, self.progress, self.recorded = options, root, progress, recorded
        self.client, self.told = client, told
        self.stopping = threading.Event()
        self.jobs_of_each = 1
        self.existing = ExistingTests()
        self.fixtures: dict[str, UsableFixtures] = {}
        """By module those that its file may take."""
        self.callers: dict[str, list[dict[str, Any]]] = {}
        """How each module is called elsewhere, once that was looked for."""
        self.made: dict[str, GeneratedModule] = {}
        """Of the modules that were not finished before."""
        self.properties: dict[str, dict[str, Any]] = {}
        self.gains: dict[str, ModelGain] = {}
        """By module what a model brought."""

    def all(self, targets: list[Target]) -> list[ModuleReport]:
        jobs = max(1, min(self.options.jobs, len(targets)))
        self.jobs_of_each = max(1, self.options.jobs // jobs)
        with ThreadPoolExecutor(jobs) as pool:
            futures: list[Future[ModuleReport | None]] = []
            try:
                stop = self.stopping.is_set
                self.existing = result_of(
                    pool.submit(existing_tests, targets, self.options, self.root, notice=self.progress, stop=stop)
                )
                self.fixtures = result_of(pool.submit(self._usable_fixtures, targets))
                for target in targets:
                    futures.append(pool.submit(self.one, target))  # one by one: Ctrl-C may come between two
                wait_for(futures)
                reports = _finished(futures)
                self.jobs_of_each = self.options.jobs
                result_of(pool.submit(self._settle, reports, {t.module: t for t in targets}))
            except KeyboardInterrupt:
                self.stopping.set()
                if self.client is not None:
                    self.client.close()  # ends the calls that are under way
                for future in futures:
                    future.cancel()
                reports = _finished(futures)
        return reports

    def _usable_fixtures(self, targets: Sequence[Target]) -> dict[str, UsableFixtures]:
        places = places_of([t.module for t in targets], targets, self.options, self.root)
        return fixtures_for(
            places,
            targets,
            self.existing,
            self.options,
            self.root,
            notice=self.progress,
            stop=self.stopping.is_set,
        )

    def _settle(self, reports: list[ModuleReport], targets: Mapping[str, Target]) -> None:
        """Replaces the reports of modules some of whose tests do not pass beside those of the others."""
        for _ in range(ROUNDS_TOGETHER):
            try:
                fallen = fallen_together(
                    reports, targets, self.options, stop=self.stopping.is_set, notice=self.progress
                )
            except TestwrightError as error:  # what each module's own runs have proven is not lost for that
                self.progress(f"the tests of all modules could not be run together: {error.message}")
                return
            if not fallen or self.stopping.is_set():
                return
            for number, report in enumerate(reports):
                if report.module in fallen:
                    reports[number] = self._without(targets[report.module], fallen[report.module])

    def _without(self, target: Target, fallen: Fallen) -> ModuleReport:
        """What was finished before is made again: only then its tests are known one by one."""
        made = self.made.get(target.module)
        if made is None:
            return self._fresh(target)
        prove_again(
            made,
            self.gains.get(target.module),
            fallen,
            self.options,
            stop=self.stopping.is_set,
            notice=self.progress,
            jobs=self.jobs_of_each,
        )
        return self._reported(made)

    def one(self, target: Target) -> ModuleReport | None:
        """None when it was interrupted before it was finished."""
        store = self.root / ".testwright" / "finished" / f"{self._key(target)}.json"
        if self.options.resume and (report := stored_report(store)) is not None:
            self.progress(f"{target.module}: finished before")
            return report
        report = self._fresh(target)
        if self.stopping.is_set() and not report.text and not report.model.get("text"):
            return None
        asked = report.model.get("problem") is None
        if report.problem is None and asked and not self.stopping.is_set() and not self.options.diff:
            # What failed is tried again: a missing package may be there by then, which no key can tell.
            remember(store, json.dumps(asdict(report)))
        return report

    def _fresh(self, target: Target) -> ModuleReport:
        started = time.monotonic()
        try:
            made = generate_module(
                target,
                self.options,
                stop=self.stopping.is_set,
                notice=self.progress,
                jobs=self.jobs_of_each,
                existing=self.existing,
                root=self.root,
                fixtures=self.fixtures.get(target.module),
                callers=self._callers_of(target),
                recorded=self.recorded.get(target.source, ()),
            )
        except TestwrightError as error:
            return failed_report(target, error)
        self.made[target.module] = made
        if self.options.properties and not self.stopping.is_set():
            self.properties[target.module] = self._properties(made)
        if self.client is not None and not self.stopping.is_set():
            self.gains[target.module] = self._gain(made, self.client, time.monotonic() - started)
        return self._reported(made)

    def _callers_of(self, target: Target) -> list[dict[str, Any]]:
        if "callers" in self.options.without:
            return []
        if target.module not in self.callers:
            self.callers[target.module] = calls_of(target, self.root, tests=not self.options.ignore_existing)
        return self.callers[target.module]

    def _properties(self, made: GeneratedModule) -> dict[str, Any]:
        stop, notice, jobs = self.stopping.is_set, self.progress, self.jobs_of_each
        try:
            found = generate_properties(
                made.target, made.exploration, self.options, stop=stop, notice=notice, jobs=jobs
            )
        except TestwrightError as error:  # the other tests are not lost for that
            self.progress(f"{made.target.module}: properties could not be tried: {error.message}")
            return {}
        return found.to_plain()

    def _gain(self, made: GeneratedModule, client: ModelClient, seconds: float) -> ModelGain:
        return ask_model(
            made,
            client,
            self.options,
            root=self.root,
            engine_seconds=seconds,
            stop=self.stopping.is_set,
            notice=self.progress,
            jobs=self.jobs_of_each,
            told=self.told,
        )

    def _reported(self, made: GeneratedModule) -> ModuleReport:
        report = report_of(made, self.options)
        if (gain := self.gains.get(made.target.module)) is not None:
            report.take_gain(plain_gain(gain))
        report.properties = self.properties.get(made.target.module, {})
        if made.adds_nothing and not made.text:
            self.progress(f"{made.target.module}: the project's own tests reach all that was found")
        elif not made.text and not made.interrupted and not report.model.get("text"):
            report.problem = plain_problem(nothing_kept(made.target.module, made.exploration), made.target)
        return report

    def _key(self, target: Target) -> str:
        """Everything that the result depends on: source, options, version."""
        o = self.options
        parts = [VERSION, target.module, repr(target.only), o.python, repr(o.budget), repr(o.max_executions)]
        parts += [
            repr(o.seed),
            repr(o.private),
            repr((o.mutants, o.mutant_budget, o.most_cases)),
            repr(o.properties),
            repr(tuple(o.without)),
            repr((o.pin_suspicions, o.every_call)),
            repr((o.model_name, o.model_temperature, o.model_name_tests)),
            hashlib.sha256(Path(target.source).read_bytes()).hexdigest(),
            self.existing.digest_of(target.source),
            repr(self.fixtures.get(target.module)),
            json.dumps(self._callers_of(target), sort_keys=True),
            json.dumps(list(self.recorded.get(target.source, ())), sort_keys=True),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _finished(futures: Sequence[Future[ModuleReport | None]]) -> list[ModuleReport]:
    done = [future.result() for future in futures if _has_result(future)]
    return [report for report in done if report is not None]


def _has_result(future: Future[ModuleReport | None]) -> bool:
    return not future.cancelled()


def _plan_edits(
    reports: list[ModuleReport], targets: Sequence[Target], options: Options, root: Path, *, recorded: bool
) -> None:
    """Where each text goes; modules of the project and others are placed alike, two of one name get longer names.

    The tests of some functions alone, or of what was recorded, never replace the file that holds those of the module.
    """
    written = [r for r in reports if r.text or r.properties.get("text") or r.model.get("text")]
    output = Path(options.output) if options.output else None
    places = places_of([r.module for r in written], targets, options, root)
    ownership = Ownership.load(root)
    for report in written:
        place = places[report.module]
        if report.only and place != output:
            place = beside(place, ["recorded"] if recorded else report.only)
        if report.text:
            report.edit = plan_edit(place, report.text, ownership)
        if report.properties.get("text"):
            report.property_edit = plan_edit(beside(place, ["properties"]), report.properties["text"], ownership)
        if report.model.get("text"):
            report.model_edit = plan_edit(beside(place, ["model"]), report.model["text"], ownership)
