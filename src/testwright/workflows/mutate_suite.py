"""The workflow of `testwright mutate`: records the suite, judges its mutants, and reports what the tests let pass."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.config.changed_lines import changed_lines
from testwright.config.request import Request
from testwright.config.touched_functions import touched_functions
from testwright.errors import ProjectError
from testwright.execute.mutants import RecordedSuite, Suite, SuiteTest, judge, record
from testwright.nouns import Mutant, MutantVerdict, Target
from testwright.python_source.function_lines import function_lines
from testwright.python_source.parsing import source_lines
from testwright.python_source.planted_source import mutant_diff
from testwright.version import VERSION
from testwright.workers import remove_abandoned, scratch_folder
from testwright.workflows.waiting import wait_for
from testwright.write.stored_file import remember

__all__ = ["MutationResult", "mutate_suite"]

TOLD_OFTEN = 20
SAVED_EVERY = 2.0
"""Seconds between two savings of verdicts: what an interrupted run loses at most."""


@dataclass(slots=True)
class MutationResult:
    """`verdicts` in the order of the source; `left_out` tests did not pass without any mutant."""

    root: Path
    verdicts: list[MutantVerdict] = field(default_factory=list)
    equivalent: int = 0
    tests: int = 0
    left_out: list[SuiteTest] = field(default_factory=list)
    known_before: int = 0
    seconds: float = 0.0
    isolation: str = ""
    interrupted: bool = False
    seed: int = 1

    @property
    def judged(self) -> list[MutantVerdict]:
        return [verdict for verdict in self.verdicts if verdict.outcome != "unjudged"]

    @property
    def score(self) -> float | None:
        """Percent of the judged mutants that the tests caught; None when there are none."""
        return _score(self.judged)

    @property
    def survivors(self) -> list[MutantVerdict]:
        return [verdict for verdict in self.judged if not verdict.caught]

    def by_file(self) -> dict[str, list[MutantVerdict]]:
        grouped: dict[str, list[MutantVerdict]] = {}
        for verdict in self.verdicts:
            grouped.setdefault(self.relative(verdict.mutant.path), []).append(verdict)
        return grouped

    def kills(self) -> Counter[str]:
        """How many mutants each test was the first to catch."""
        return Counter(verdict.node for verdict in self.judged if verdict.node)

    def relative(self, path: str) -> str:
        relative = os.path.relpath(path, self.root)
        return path if relative.startswith("..") else relative

    def diff(self, mutant: Mutant) -> list[str]:
        """What the mutant changes, in a few lines."""
        return mutant_diff(Path(mutant.path).read_text(encoding="utf-8", errors="replace"), mutant)

    def to_plain(self) -> dict[str, Any]:
        score = self.score
        return {
            "score": None if score is None else round(score, 1),
            "mutants": dict(Counter(verdict.outcome for verdict in self.verdicts)),
            "equivalent": self.equivalent,
            "known_before": self.known_before,
            "tests": self.tests,
            "left_out": [{"node": test.node, "why": test.detail or test.outcome} for test in self.left_out],
            "seconds": round(self.seconds, 2),
            "seed": self.seed,
            "isolation": self.isolation,
            "interrupted": self.interrupted,
            "files": [self._file(file, verdicts) for file, verdicts in self.by_file().items()],
            "kills": dict(self.kills().most_common()),
        }

    def _file(self, file: str, verdicts: Sequence[MutantVerdict]) -> dict[str, Any]:
        score = _score([v for v in verdicts if v.outcome != "unjudged"])
        rows = [
            {
                "line": v.mutant.line,
                "function": v.mutant.function,
                "operator": v.mutant.operator,
                "outcome": v.outcome,
                "test": v.node,
                "diff": [] if v.caught else self.diff(v.mutant),
            }
            for v in verdicts
        ]
        return {"file": file, "score": None if score is None else round(score, 1), "mutants": rows}


def _score(verdicts: Sequence[MutantVerdict]) -> float | None:
    return 100.0 * sum(v.caught for v in verdicts) / len(verdicts) if verdicts else None


def mutate_suite(
    request: Request,
    *,
    since: str | None = None,
    sample: int | None = None,
    progress: Callable[[str], None],
) -> MutationResult:
    """Raises ProjectError when the suite cannot be run or no mutant can be planted; `since` "" = since the merge base.

    After Ctrl-C the result holds what is judged so far, and `interrupted` is set.
    """
    remove_abandoned()
    return _Run(request, progress).all(since, sample)


class _Run:
    def __init__(self, request: Request, progress: Callable[[str], None]) -> None:
        self.request, self.options, self.progress = request, request.options, progress
        self.root = Path(request.project.root).resolve()
        self.stopping = threading.Event()
        self.store = _Store(self.root / ".testwright" / "mutants.json")
        self.result = MutationResult(self.root, seed=self.options.seed)

    def all(self, since: str | None, sample: int | None) -> MutationResult:
        started = time.monotonic()
        changed = None if since is None else changed_lines(str(self.root), since)
        suite = self._suite()
        if not suite.files:
            return self.result
        with scratch_folder() as scratch:
            self.progress(f"running the tests once, with mutants planted in {len(suite.files)} files")
            recorded = record(suite, scratch=scratch, stop=self.stopping.is_set)
            self._require_passing(recorded)
            chosen = self._chosen(recorded, changed, sample)
            self._judge(suite, recorded, chosen, scratch)
        result = self.result
        result.seconds, result.interrupted = time.monotonic() - started, self.stopping.is_set()
        result.verdicts.sort(key=lambda v: (v.mutant.path, v.mutant.number))
        return result

    def _suite(self) -> Suite:
        files: dict[str, tuple[str, ...]] = {}
        roots: dict[str, None] = {}
        for target in self.request.targets:
            operators = self._operators_for(target)
            if operators is not None:
                files[os.path.realpath(target.source)] = operators
                roots.update(dict.fromkeys(target.import_roots))
        return Suite(files, self.options.tests, str(self.root), self.options.python, tuple(roots))

    def _operators_for(self, target: Target) -> tuple[str, ...] | None:
        """None: no mutant is planted in it; () = the usual ones."""
        from testwright.inside.mutants.operators import OPERATORS

        relative = os.path.relpath(os.path.realpath(target.source), self.root)
        off: set[str] = set()
        for entry in self.options.no_mutants:
            pattern, _, operator = entry.partition(":")
            if fnmatch.fnmatch(relative, pattern):
                if not operator:
                    return None
                off.add(operator)
        wanted = self.options.operators or (tuple(o.slug for o in OPERATORS if not o.finer) if off else ())
        return tuple(name for name in wanted if name not in off)

    def _require_passing(self, recorded: RecordedSuite) -> None:
        self.result.tests, self.result.isolation = len(recorded.passing), recorded.isolation
        uncollected = [SuiteTest(n, "failed", why, 0.0, frozenset()) for n, why in recorded.collection_errors.items()]
        self.result.left_out = [*uncollected, *(test for test in recorded.tests if test.outcome != "passed")]
        if not recorded.passing and not self.stopping.is_set():
            errors = [f"{t.node}: {t.detail}" for t in self.result.left_out]
            raise ProjectError(
                "no test passes without any mutant" + (f", the first says: {errors[0]}" if errors else ""),
                slug="no-passing-tests",
                where=", ".join(self.options.tests) or str(self.root),
                hint="run the tests with pytest first; those that need the network or other programs cannot run here",
            )

    def _chosen(self, recorded: RecordedSuite, changed: dict[str, set[int]] | None, sample: int | None) -> list[Mutant]:
        targets = {os.path.realpath(target.source): target for target in self.request.targets}
        mutants = [m for m in recorded.mutants if targets[m.path].asks_for(m.function)]
        if changed is not None:
            touched = touched_functions(changed)
            mutants = [m for m in mutants if (m.path, m.function) in touched]
        self.result.equivalent = len(recorded.equivalent)
        if sample is not None and sample < len(mutants):
            drawn = random.Random(self.options.seed).sample(mutants, sample)
            mutants = sorted(drawn, key=lambda m: m.number)
        return mutants

    def _judge(self, suite: Suite, recorded: RecordedSuite, mutants: Sequence[Mutant], scratch: Path) -> None:
        keys = _keys(mutants, self._tests_digest(recorded))
        known = {m.number: self.store.verdict(keys[m.number], m) for m in mutants}
        self.result.verdicts += [verdict for verdict in known.values() if verdict is not None]
        self.result.known_before = len(self.result.verdicts)
        left = [m for m in mutants if known[m.number] is None]
        lock, total = threading.Lock(), len(left)

        def take(verdict: MutantVerdict) -> None:
            with lock:
                self.result.verdicts.append(verdict)
                self.store.add(keys[verdict.mutant.number], verdict)
                done = len(self.result.verdicts) - self.result.known_before
                if done % max(1, total // TOLD_OFTEN) == 0:
                    self.progress(f"judged {done} of {total} mutants")

        stop, jobs = self.stopping.is_set, self.options.jobs
        work: Future[None] | None = None
        with ThreadPoolExecutor(1) as pool:
            try:  # from the start: the first verdicts may be there before this thread comes to wait for them
                work = pool.submit(judge, suite, recorded, left, scratch=scratch, on_verdict=take, jobs=jobs, stop=stop)
                wait_for([work])
            except KeyboardInterrupt:
                self.stopping.set()
        self.store.save()
        if work is not None:
            work.result()  # what went wrong there is told here

    def _tests_digest(self, recorded: RecordedSuite) -> str:
        """Of all files that the tests are in, and what configures them: any change there is a reason to judge again."""
        files = {os.path.join(self.root, test.node.partition("::")[0]) for test in recorded.tests}
        files |= {str(path) for path in self.root.glob("**/conftest.py") if "site-packages" not in path.parts}
        told = [f"{path}\0{_digest(Path(path))}" for path in sorted(files)]
        return hashlib.sha256("\0".join([VERSION, self.options.python, *told]).encode()).hexdigest()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _keys(mutants: Sequence[Mutant], tests: str) -> dict[int, str]:
    """By number what each verdict depends on: the function as it is written, the mutant in it, and the tests."""
    lines = {path: source_lines(Path(path).read_text("utf-8", "replace")) for path in {m.path for m in mutants}}
    places = {(path, name): (a, b) for path in lines for name, a, b in function_lines(path)}
    keys: dict[int, str] = {}
    for m in mutants:
        first, last = places.get((m.path, m.function), (1, len(lines[m.path])))
        text = "".join(lines[m.path][first - 1 : last])
        line, column, end, after = m.span
        parts = [tests, m.path, m.function, text, m.operator, m.text, repr((line - first, column, end - first, after))]
        keys[m.number] = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
    return keys


class _Store:
    """Verdicts by key in a file; one that cannot be read is begun anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved = time.monotonic()
        self._known: dict[str, list[str]] = {}
        try:
            known = json.loads(path.read_text(encoding="utf-8"))["verdicts"]
            self._known = {str(key): [str(part) for part in value] for key, value in known.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._known = {}

    def verdict(self, key: str, mutant: Mutant) -> MutantVerdict | None:
        known = self._known.get(key)
        return None if known is None else MutantVerdict(mutant, known[0], known[1])

    def add(self, key: str, verdict: MutantVerdict) -> None:
        if verdict.outcome == "unjudged":
            return
        self._known[key] = [verdict.outcome, verdict.node]
        if time.monotonic() - self._saved > SAVED_EVERY:
            self.save()

    def save(self) -> None:
        self._saved = time.monotonic()
        remember(self.path, json.dumps({"schema": 1, "verdicts": self._known}))
