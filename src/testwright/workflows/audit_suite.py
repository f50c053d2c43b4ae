"""Diagnoses the project's own suite: runs it again, backwards and shuffled, and says what is wrong with which test."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from testwright.assess.culprits import culprits
from testwright.assess.history import days_since_change
from testwright.assess.suite_reading import WEAK, read_suite
from testwright.errors import ProjectError
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import SuiteFinding, SuiteOrder

__all__ = ["FINDINGS_IN_ORDER", "SuiteDiagnosis", "diagnose_suite"]

_FINE = frozenset({"passed", "skipped", "xfailed", "xpassed"})
_SLOW_SECONDS, _SLOW_TIMES = 1.0, 10.0
_SLEPT_SECONDS = 0.01
_MOST_RUNS = 60
"""Of a part of the suite, to find out what tests depend on: one takes a dozen. The others are only named."""
_CONFIRMED = 2
_OWN_STATE = "let each test make the state that it needs, and take it away again"
_FIND_OUT = "find out what it depends on"
_UNSTEADY = frozenset({"fails", "flaky", "order-dependent", "hash-seed-dependent"})
GIVEN, REVERSED, SHUFFLED = SuiteOrder("given", watched=True), SuiteOrder("reversed"), SuiteOrder("shuffled", seed=1)
OTHER_HASHES = SuiteOrder("given", hash_seed=4711)
_TOLD = {GIVEN: "once more", REVERSED: "backwards", SHUFFLED: "shuffled", OTHER_HASHES: "with other hashes"}

Run = Callable[[SuiteOrder], SuiteRun]


@dataclass(slots=True)
class SuiteDiagnosis:
    """`tests` is how many there are, `runs` how often all or some of them were run."""

    tests: int
    findings: list[SuiteFinding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What is doubtful of it."""
    runs: int = 0
    steady: int = 0
    """Tests that pass in every run, and are not skipped."""
    weak: int = 0
    """Test functions that would pass whatever the code gave."""
    functions: int = 0

    @property
    def stability(self) -> float | None:
        return 100.0 * self.steady / self.tests if self.tests else None

    @property
    def strength(self) -> float | None:
        """Percent of the test functions whose assertions can fail."""
        return 100.0 * (self.functions - self.weak) / self.functions if self.functions else None


def diagnose_suite(
    first: SuiteRun, run: Run, *, root: str, tops: frozenset[str], progress: Callable[[str], None]
) -> SuiteDiagnosis:
    """`first` is a run of the whole suite as it is; `run` makes others, `tops` are the first names of the project's modules."""
    diagnosis = SuiteDiagnosis(len(first.outcomes))
    if not first.outcomes:
        return diagnosis
    running = _Running(run, diagnosis, progress)
    seen = _Seen(first, *(running.whole(order) for order in (GIVEN, REVERSED, SHUFFLED, OTHER_HASHES)))
    found = [*_unsteady(seen, running), *_slow(first), *_touching(seen.again)]
    read = read_suite(first.outcomes, root, tops, lambda s: days_since_change(root, s.path, s.first, s.last))
    slept = {finding.node for finding in found if finding.slug == "sleeps"}
    found += [f for f in read.findings if f.slug != "sleeps" or not any(_is_row(node, f.node) for node in slept)]
    found = [f if f.line else replace(f, line=read.lines.get(f.node.partition("[")[0], 0)) for f in found]
    diagnosis.findings = sorted(
        found, key=lambda each: (FINDINGS_IN_ORDER.index(each.slug), each.path, each.line, each.node)
    )
    unsteady = {each.node for each in found if each.slug in _UNSTEADY}
    fine = [n for n, outcome in first.outcomes.items() if outcome in ("passed", "xfailed") and n not in unsteady]
    diagnosis.steady = len(fine)
    diagnosis.functions = len({node.partition("[")[0] for node in first.outcomes})
    diagnosis.weak = len({each.node for each in found if each.slug in WEAK})
    return diagnosis


FINDINGS_IN_ORDER = (
    *("fails", "flaky", "order-dependent", "hash-seed-dependent"),
    *("asserts-nothing", "cannot-fail", "asserts-only-not-none"),
    *("touches-the-network", "asks-the-clock", "sleeps", "slow", "skipped-for-long"),
)
"""The worst first; what `prove` says of a test too goes by the same name there."""


@dataclass(frozen=True, slots=True)
class _Seen:
    first: SuiteRun
    again: SuiteRun
    reversed: SuiteRun
    shuffled: SuiteRun
    other_hashes: SuiteRun


class _Running:
    def __init__(self, run: Run, diagnosis: SuiteDiagnosis, progress: Callable[[str], None]) -> None:
        self._run, self._diagnosis, self.progress = run, diagnosis, progress
        self.parts = 0
        """How often parts of the suite were run."""
        self._answers: dict[tuple[tuple[str, ...], str], list[str]] = {}

    def whole(self, order: SuiteOrder) -> SuiteRun:
        self.progress(f"running the suite {_TOLD[order]}")
        done = self.one(order)
        if done.problem:
            self._diagnosis.notices.append(f"the suite, run {_TOLD[order]}, did not come to its end: {done.problem}")
        return done

    def one(self, order: SuiteOrder) -> SuiteRun:
        self._diagnosis.runs += 1
        return self._run(order)

    def after(self, before: Sequence[str], node: str) -> str:
        """How `node` goes when just these tests run before it, each time anew."""
        waiting = self._answers.get((tuple(before), node))
        if not waiting:
            self.ask([(tuple(before), node)])
            waiting = self._answers[tuple(before), node]
        return waiting.pop(0)

    def ask(self, questions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """The answers to what will be asked, by one run of pytest for all."""
        self.parts += 1
        order = SuiteOrder("parts", parts=tuple((*before, node) for before, node in questions))
        try:
            parts = self.one(order).parts
        except ProjectError:
            parts = {}  # pytest found no tests at all
        for number, (before, node) in enumerate(questions):
            self._answers.setdefault((before, node), []).append(_went(parts.get(number, {}), node))


def _went(outcomes: Mapping[str, str], node: str) -> str:
    """ "fine" or "bad"; "" where it did not run."""
    outcome = outcomes.get(node, "")
    return "fine" if outcome in _FINE else "bad" if outcome else ""


def _unsteady(seen: _Seen, running: _Running) -> Iterator[SuiteFinding]:
    dependent: list[tuple[str, str]] = []
    for node in seen.first.outcomes:
        runs = (seen.first, seen.again, seen.reversed, seen.shuffled, seen.other_hashes)
        went = [_went(each.outcomes, node) for each in runs]
        if "bad" not in went:
            continue
        detail = next((each.details[node] for each in runs if node in each.details), "")
        if set(went) <= {"bad", ""}:
            yield _finding("fails", node, "it fails", "mend the code or the test", detail)
        elif went[0] != went[1]:
            yield _finding("flaky", node, "it went otherwise when run again as before", _FIND_OUT, detail)
        elif went[2] == went[3] == went[0]:
            yield _finding(
                "hash-seed-dependent",
                node,
                "it fails with some values of PYTHONHASHSEED",
                "do not rely on the order of sets, or on hash()",
                detail,
            )
        else:
            dependent.append((node, detail))
    yield from _order_dependent_ones(dependent, seen, running)


def _order_dependent_ones(
    dependent: Sequence[tuple[str, str]], seen: _Seen, running: _Running
) -> Iterator[SuiteFinding]:
    """It is often the same test that several depend on: with the first that is found, all others are asked at once."""
    known: list[tuple[str, ...]] = []
    if dependent:
        running.progress(f"looking for what {len(dependent)} tests depend on")
        running.ask([((), node) for node, _ in dependent])
    for number, (node, detail) in enumerate(dependent):
        found_before = len(known)
        yield _order_dependent(node, seen, running, known, detail)
        if len(known) > found_before:
            others = [other for other, _ in dependent[number + 1 :] if other not in known[-1]]
            again = [question for other in others for question in ((known[-1], other), ((), other))]
            if again:
                first = [(known[-1], other) for other in others]
                running.ask([*first, *again * _CONFIRMED])


def _order_dependent(
    node: str, seen: _Seen, running: _Running, known: list[tuple[str, ...]], detail: str
) -> SuiteFinding:
    """`known` are those that others were found to depend on."""
    plain = "it depends on which tests run before it"
    if running.parts >= _MOST_RUNS:
        return _finding("order-dependent", node, plain, _OWN_STATE, detail)
    running.progress(f"looking for what {node} depends on")
    alone = running.after((), node)
    runs = (seen.first, seen.reversed, seen.shuffled)
    other = next((run for run in runs if _went(run.outcomes, node) not in ("", alone)), None)
    if other is None or not alone:
        return _finding("order-dependent", node, plain, _OWN_STATE, detail)
    order = list(other.outcomes)

    def shows(before: Sequence[str]) -> bool:
        return running.after(before, node) not in ("", alone)

    usual = next((each for each in known if node not in each and shows(each)), None)
    found = usual or culprits(order[: order.index(node)], shows)
    # What goes by chance would lead to some test or other: it has to do so again and again.
    if usual is None and found:
        running.ask([(found, node), ((), node)] * _CONFIRMED)
    if not found or not all(shows(found) and not shows(()) for _ in range(_CONFIRMED)):
        return _finding("flaky", node, "it went otherwise in another order, but not each time", _FIND_OUT, detail)
    if usual is None:
        known.append(found)
    named = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    how = ("passes", "fails") if alone == "fine" else ("fails", "passes")
    return _finding("order-dependent", node, f"it {how[0]} alone, and {how[1]} after {named}", _OWN_STATE, detail)


def _slow(run: SuiteRun) -> Iterator[SuiteFinding]:
    usual = statistics.median(run.durations.values())
    whole = sum(run.durations.values())
    for node, seconds in run.durations.items():
        if seconds >= max(_SLOW_SECONDS, _SLOW_TIMES * usual):
            share = 100 * seconds / whole
            message = f"it takes {seconds:.1f} s, {share:.0f}% of the time of all tests"
            yield _finding("slow", node, message, "see what it waits for, or what it sets up")


def _touching(run: SuiteRun) -> Iterator[SuiteFinding]:
    for node, seconds in run.slept.items():
        if seconds >= _SLEPT_SECONDS:
            hint = "wait for what should happen, or replace the sleep"
            yield _finding("sleeps", node, f"while it runs, {seconds:g} s are slept", hint)
    for node, hosts in run.hosts.items():
        hint = "let a server on this machine answer, or a stand-in"
        yield _finding("touches-the-network", node, f"it asks for {', '.join(hosts)}", hint)


def _finding(slug: str, node: str, what: str, hint: str, detail: str | None = None) -> SuiteFinding:
    """With a `detail` of this very test, others may have the same cause."""
    message = what if detail is None else f"{what}: {detail}".rstrip(": ")
    return SuiteFinding(slug, node, node.partition("::")[0], 0, message, hint, "" if detail is None else what)


def _is_row(node: str, function: str) -> bool:
    return node.partition("[")[0] == function
