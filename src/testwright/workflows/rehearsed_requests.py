"""Brings recorded requests to tests: sends them again to see what is the same each time, then tries the tests on mutants."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.project import Project
from testwright.execute.rehearse import RehearsalPlace, check, rehearse
from testwright.inside.mutants.operators import EVERY_OPERATOR
from testwright.nouns import Span
from testwright.nouns.project_facts import ProjectFacts
from testwright.propose.requests.cassette import FOLDER
from testwright.propose.requests.from_request import VARIANTS, FromRequest, Rehearsed, Variant, import_lines
from testwright.propose.requests.request_test import RequestTest, Step
from testwright.propose.requests.upstream_mocks import NoMockError
from testwright.python_source.render_plain import NoSourceError
from testwright.workflows.request_report import RequestReport

__all__ = ["RehearsedRequests", "RequestCase"]

_MOST_MUTANTS = 48
_NEAR, _ROUNDS, _NAMED = 2, 4, 3
_OTHER_QUERIES = "queries were made, not"
"""So many models get a row that must not show."""


@dataclass(slots=True)
class RequestCase:
    """One trace on its way."""

    report: RequestReport
    proposal: FromRequest
    variant: Variant = field(default_factory=Variant)
    first: Mapping[str, Any] | None = None
    misfit: str = ""
    distance: int = 0
    rehearsed: Rehearsed | None = None
    checked: str = ""
    """What the test did and asserted when mutants were tried on it."""


@dataclass(slots=True)
class RehearsedRequests:
    project: Project
    place: RehearsalPlace
    facts: ProjectFacts
    scratch: Path
    jobs: int
    progress: Callable[[str], None]

    # -- rehearsing ----------------------------------------------------------------------------------------------------

    def rehearse(self, cases: Sequence[RequestCase]) -> None:
        """Each is sent as it stands; those that come out otherwise than recorded in every other way there is."""
        self.progress(f"sending {len(cases)} requests again")
        found = self._all_plays(cases)
        for case in cases:
            first = found.get(case.report.trace.id, {}).get("first")
            if first is not None:
                self._compare(case, VARIANTS[0], first)
        self._try_variants([case for case in cases if case.first is not None])
        others = [case for case in cases if case.variant != VARIANTS[0] and not case.misfit]
        if others:
            self.progress(f"looking at what {len(others)} of them do each time")
            found |= self._all_plays(others)
        for case in cases:
            if case.first is not None and case.misfit:
                case.report.slug, case.report.reason = "request-not-repeated", case.misfit
                if case.report.changed:
                    slug, files = "trace-of-other-code", ", ".join(case.report.changed[:_NAMED])
                    case.report.slug = slug
                    case.report.reason += f", and {files} changed since it was recorded"
            elif case.first is not None:
                self._settle(case, found[case.report.trace.id])

    def _try_variants(self, cases: Sequence[RequestCase]) -> None:
        """All of them at once: it is setting up the project that takes long."""
        tried: list[tuple[RequestCase, Variant, str]] = []
        plays: dict[str, dict[str, Any]] = {}
        for case in cases:
            for number, variant in enumerate(VARIANTS[1:]):
                if self._wants(case, variant) and self._arranged(case, variant):
                    name = f"{case.report.trace.id} {number}"
                    plays[name] = case.proposal.play()
                    tried.append((case, variant, name))
        self.progress(f"trying {len(plays)} other ways to send {len({id(case) for case, *_ in tried})} of them")
        accounts = self._rehearsed(plays)
        for case, variant, name in tried:
            if name in accounts:
                self._compare(case, variant, accounts[name])

    def _all_plays(self, cases: Sequence[RequestCase]) -> dict[str, dict[str, Mapping[str, Any]]]:
        """By trace and name the accounts of all rehearsals that tell what is the same each time."""
        plays: dict[str, dict[str, Any]] = {}
        for case in cases:
            if self._arranged(case, case.variant):
                plays |= {f"{case.report.trace.id} {name}": play for name, play in case.proposal.plays().items()}
        found: dict[str, dict[str, Mapping[str, Any]]] = {case.report.trace.id: {} for case in cases}
        for each, account in self._rehearsed(plays).items():
            trace, _, name = each.partition(" ")
            found[trace][name] = account
        return found

    def _arranged(self, case: RequestCase, variant: Variant) -> bool:
        try:
            case.proposal.arrange(variant)
        except NoSourceError as error:
            if case.first is None:
                case.report.slug, case.report.reason = "request-not-written", str(error)
            return False
        return True

    def _wants(self, case: RequestCase, variant: Variant) -> bool:
        return bool(case.misfit or case.distance) and case.proposal.makes_sense(variant)

    def _compare(self, case: RequestCase, variant: Variant, account: Mapping[str, Any]) -> None:
        misfit = case.proposal.misfit(account)
        distance = 0 if misfit else case.proposal.distance(account)
        better = (
            case.first is None
            or (case.misfit and not misfit)
            or (bool(misfit) == bool(case.misfit) and distance < case.distance)
        )
        if better:
            case.variant, case.first, case.misfit, case.distance = variant, account, misfit, distance

    def _settle(self, case: RequestCase, found: dict[str, Mapping[str, Any]]) -> None:
        case.proposal.arrange(case.variant)
        if found.keys() != case.proposal.plays().keys() or any(account.get("problem") for account in found.values()):
            case.report.slug, case.report.reason = "request-not-repeated", "it did not end the same way each time"
            return
        marked = found.pop("marked", None)
        case.rehearsed = Rehearsed(**found, marked=(marked or {}).get("marked"))

    def _rehearsed(self, plays: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        orders = [{"id": name, **play} for name, play in plays.items()]
        found: dict[str, Mapping[str, Any]] = {}
        for part in self._side_by_side(lambda place, share: rehearse(place, self.scratch, share), orders):
            found |= part
        return found

    def _side_by_side(self, work: Callable[[RehearsalPlace, Sequence[Any]], Any], orders: Sequence[Any]) -> list[Any]:
        if not orders:
            return []
        count = max(1, min(self.jobs, len(orders) // 4 + 1))
        places = [replace(self.place, share=number) for number in range(count)]
        shares = [orders[number::count] for number in range(count)]
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(work, places, shares))

    # -- checking ------------------------------------------------------------------------------------------------------

    def check(self, cases: Sequence[RequestCase]) -> None:
        """Each test is run as it will be written, with mutants too; rows that it can do without go. An assertion that
        does not hold is left out, and the test tried again.
        """
        waiting = [case for case in cases if case.rehearsed is not None]
        mutated = dict.fromkeys(self._paths(waiting), EVERY_OPERATOR)
        for _ in range(_ROUNDS):
            waiting = self._checked(waiting, mutated)
            if not waiting:
                break
        self._count_again(cases, mutated)

    def _checked(self, cases: Sequence[RequestCase], mutated: Mapping[str, Sequence[str]]) -> list[RequestCase]:
        """Those to try once more."""
        asked: list[RequestCase] = []
        orders: list[dict[str, Any]] = []
        for case in cases:
            assert case.rehearsed is not None
            try:
                test = case.proposal.test(case.rehearsed)
            except (NoSourceError, NoMockError) as error:
                case.report.test, case.report.slug, case.report.reason = None, "request-not-written", str(error)
                continue
            case.report.test = test
            case.report.notes += [note for note in test.notes if note not in case.report.notes]
            asked.append(case)
            orders.append(self._order(case, test))
        self.progress(f"shortening {len(orders)} tests")
        answers = self._answers(orders, mutated)
        return [case for case in asked if not self._take(case, answers.get(case.report.trace.id))]

    def _answers(self, orders: Sequence[Any], mutated: Mapping[str, Sequence[str]]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for part in self._side_by_side(lambda place, share: check(place, self.scratch, share, mutated), orders):
            found |= part
        return found

    def _count_again(self, cases: Sequence[RequestCase], mutated: Mapping[str, Sequence[str]]) -> None:
        """The mutants that a test catches as it is now written: with fewer rows some assertions are written otherwise."""
        orders = []
        for case in cases:
            test = case.report.test
            if test is not None and case.report.kept and case.checked != _text_of(test):
                orders.append(self._order(case, test) | {"mutants": sorted(case.report.tried)})
        self.progress(f"trying {len(orders)} tests as they are written now")
        self._count(cases, orders, mutated)

    def try_again(
        self, cases: Sequence[RequestCase], changed: Callable[[RequestCase, Mapping[str, Any]], dict[str, Any]]
    ) -> None:
        """Tests as `changed` has their orders, with the mutants that were tried on them."""
        mutated = dict.fromkeys(self._paths(cases), EVERY_OPERATOR)
        orders = []
        for case in cases:
            if case.report.test is not None:
                order = changed(case, self._order(case, case.report.test))
                orders.append(order | {"mutants": sorted(case.report.tried)})
        self._count(cases, orders, mutated)

    def _count(self, cases: Sequence[RequestCase], orders: Sequence[Any], mutated: Mapping[str, Sequence[str]]) -> None:
        answers = self._answers(orders, mutated)
        for case in cases:
            answer = answers.get(case.report.trace.id)
            if answer is not None and answer.get("problem"):
                case.report.slug, case.report.reason = "test-does-not-pass", str(answer["problem"])
            elif answer is not None:
                case.report.caught = frozenset(map(int, answer["caught"]))

    def _order(self, case: RequestCase, test: RequestTest) -> dict[str, Any]:
        return {
            "id": case.report.trace.id,
            "imports": import_lines(test.imports),
            "fixtures": list(test.fixtures),
            "decorators": [each.text for each in test.decorators],
            "first": [line.text for line in test.first],
            "arrange": [_plain_step(step) for step in test.arrange],
            "rest": "\n".join(line.text for line in test.rest),
            "file": self._lent(test),
            "functions": self._functions(case.proposal.spans),
            "most": _MOST_MUTANTS,
            "fixed": case.proposal.changed_steps(case.rehearsed) if case.rehearsed is not None else [],
            "near": case.proposal.shown_models(case.rehearsed)[:_NEAR] if case.rehearsed is not None else [],
            "preamble": case.proposal.idiom.order.get("preamble", ""),
        }

    def _lent(self, test: RequestTest) -> str:
        """The file that the test takes itself for, where its cassettes lie beside it; "" if it has none."""
        folder = self.scratch / FOLDER
        for name, text in test.cassettes.items():
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return str(self.scratch / "test_rehearsed.py") if test.cassettes else ""

    def _take(self, case: RequestCase, answer: Mapping[str, Any] | None) -> bool:
        """False if it is worth another try."""
        report = case.report
        assert case.rehearsed is not None
        if answer is None or answer.get("problem"):
            reason = str((answer or {}).get("problem") or "its process ended")
            line = reason.rpartition(" at `")[2].removesuffix("`")
            asserts = [each.text for each in report.test.asserts] if report.test is not None else []
            report.slug, report.reason = "test-does-not-pass", reason
            if case.proposal.count_queries and _OTHER_QUERIES in reason:
                case.proposal.count_queries = False
                report.notes.append(f"the number of queries is not asserted: {reason.partition(' at `')[0]}")
                return False
            failed = next((text for text in asserts if line and text.startswith(line)), "")
            if failed.startswith("assert ") and len(asserts) > 1:
                case.proposal.not_held.add(failed)
                report.notes.append(f"left out, as it did not hold: {failed}")
                return False
            return True
        report.slug = report.reason = ""
        assert report.test is not None
        case.checked = _text_of(report.test)
        report.test = case.proposal.test(case.rehearsed, kept=list(answer["kept"]), dropped=answer["dropped"])
        report.tried = {
            int(n): (str(path), int(line), str(function)) for n, path, line, function, *_ in answer["tried"]
        }
        report.caught = frozenset(int(n) for n in answer["caught"])
        return True

    def _paths(self, cases: Sequence[RequestCase]) -> list[str]:
        return sorted({path for case in cases for path in self._functions(case.proposal.spans)})

    def _functions(self, spans: Sequence[Span]) -> dict[str, list[str]]:
        """By file of the project, the functions that the trace called: outermost ones, as mutants are planted in those."""
        found: dict[str, set[str]] = {}
        for span in spans:
            if span.kind == "call" and span.file and not os.path.isabs(span.file):
                path = os.path.realpath(os.path.join(self.project.root, span.file))
                if os.path.isfile(path):
                    found.setdefault(path, set()).add(span.name.partition(":")[2].partition(".<locals>")[0])
        return {path: sorted(names) for path, names in found.items()}


def _text_of(test: RequestTest) -> str:
    return "\n".join(line.text for line in (*test.decorators, *test.first, *test.rest))


def _plain_step(step: Step) -> dict[str, Any]:
    arguments = [[name, source.text, sorted(source.needs), name in step.spare] for name, source in step.arguments]
    told = {"name": step.name, "head": step.head.text, "label": step.label}
    told["closing"] = step.closing
    return told | {"needs": sorted(step.head.needs), "arguments": arguments}
