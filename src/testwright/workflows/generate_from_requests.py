"""The workflow of `testwright generate-test`: recorded requests arranged, rehearsed, shortened, proven and written."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project
from testwright.decide.keep_or_reject import keep_or_reject
from testwright.decide.policies import RECORDED
from testwright.execute.rehearse import DjangoPlace, check, learn_facts, rehearse
from testwright.execute.request_gate import lent_file, request_gate
from testwright.inside.mutants.operators import EVERY_OPERATOR
from testwright.nouns import Candidate, Proof, Span, Trace
from testwright.nouns.django_facts import DjangoFacts
from testwright.propose.requests.from_request import VARIANTS, FromRequest, Rehearsed, Variant, import_lines
from testwright.propose.requests.request_test import RequestTest, Step
from testwright.propose.requests.upstream_mocks import NoMockError
from testwright.python_source.render_plain import NoSourceError
from testwright.version import VERSION
from testwright.workers import project_environment, remove_abandoned, scratch_folder
from testwright.workflows.waiting import result_of
from testwright.write.ownership import MARK
from testwright.write.placement import folder_of_tests
from testwright.write.request_template import request_template
from testwright.write.request_test_file import RequestTestText, other_names, request_test_file

__all__ = ["RequestReport", "RequestResult", "Wanted", "generate_from_requests"]

_MOST_MUTANTS = 48
_NEAR, _ROUNDS = 2, 4
"""So many models get a row that must not show."""
_WITH_CONNECTIONS, _CHANGING = "basic", "passes-every-time"
_CLOCKS = ("time_machine", "freezegun")


@dataclass(slots=True)
class RequestReport:
    """Of one trace: its test, or the `reason` for there being none. `tried` and `caught` are mutants by number."""

    trace: Trace
    slug: str = ""
    reason: str = ""
    test: RequestTest | None = None
    tried: Mapping[int, tuple[str, int, str]] = field(default_factory=dict)
    caught: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)

    proof: Proof | None = None
    name: str = ""
    response: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        return self.test is not None and not self.slug

    def to_plain(self) -> dict[str, Any]:
        return {
            "trace": self.trace.id,
            "request": self.trace.name,
            "status": "kept" if self.kept else "not kept",
            "test": self.name,
            "slug": self.slug,
            "reason": self.reason,
            "notes": self.notes,
            "runs": self.proof.runs if self.proof is not None else 0,
            "mutants": {"tried": len(self.tried), "caught": len(self.caught)},
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the tests are to be written. `clock` is the library that stops the clock, "" for whichever is installed;
    `names` are the tests' own, one a trace. Not `prove`: nothing is run but what is needed to write them.
    """

    settings: str = ""
    clock: str = ""
    unittest: bool | None = None
    test_class: str = ""
    names: Sequence[str] = ()
    prove: bool = True
    keep_unproven: bool = False
    factories: bool = True
    template: Path | None = None
    place: Path | None = None


@dataclass(slots=True)
class RequestResult:
    """`text` is the file, "" if no test was kept; `path` where it belongs, if anywhere."""

    reports: list[RequestReport]
    facts: DjangoFacts
    text: str = ""
    root: str = ""

    @property
    def kept(self) -> list[RequestReport]:
        return [report for report in self.reports if report.kept]

    def to_plain(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "counts": {"kept": len(self.kept), "not kept": len(self.reports) - len(self.kept)},
            "tests": [report.to_plain() for report in self.reports],
            "text": self.text,
        }


@dataclass(slots=True)
class _Case:
    """One trace on its way."""

    report: RequestReport
    proposal: FromRequest
    variant: Variant = field(default_factory=Variant)
    first: Mapping[str, Any] | None = None
    misfit: str = ""
    distance: int = 0
    rehearsed: Rehearsed | None = None


def generate_from_requests(
    project: Project,
    traces: Sequence[tuple[Trace, Sequence[Span]]],
    options: Options,
    wanted: Wanted,
    *,
    progress: Callable[[str], None],
) -> RequestResult:
    """One report a trace, in their order. ProjectError or UsageError where the project cannot be set up."""
    stopping = threading.Event()
    with ThreadPoolExecutor(1) as pool:  # so that this thread hears Ctrl-C while workers run
        try:
            return result_of(pool.submit(_generated, project, traces, options, wanted, progress, stopping.is_set))
        except KeyboardInterrupt:
            stopping.set()
            raise


def _generated(
    project: Project,
    traces: Sequence[tuple[Trace, Sequence[Span]]],
    options: Options,
    wanted: Wanted,
    progress: Callable[[str], None],
    stop: Callable[[], bool],
) -> RequestResult:
    remove_abandoned()
    place = DjangoPlace(project.root, options.python, tuple(_folders(project)), wanted.settings, stop=stop)
    with scratch_folder() as scratch:
        progress("setting up the project")
        facts = learn_facts(place, scratch, _factories(project) if wanted.factories else ())
        if facts.has_server:
            progress("a database is reached over a connection: the sandbox is limits and the audit hook only")
            place = replace(place, isolation=_WITH_CONNECTIONS)
        making = _Making(project, place, wanted, options, scratch, progress)
        reports = making.reports(facts, traces)
        changing = {report.trace.id for report in reports if report.slug == _CHANGING}
        if changing and facts.factories:
            progress(f"{len(changing)} once more without factories: what these count up may be in the way")
            plain = replace(facts, factories={})
            again = making.reports(plain, [pair for pair in traces if pair[0].id in changing])
            by_trace = {report.trace.id: report for report in again}
            reports = [by_trace.get(report.trace.id, report) for report in reports]
        writing = _Writing(project, facts, wanted, reports)
    return RequestResult(reports, facts, writing.text(), project.root)


@dataclass(slots=True)
class _Making:
    """All that is done for some traces, up to their proof."""

    project: Project
    place: DjangoPlace
    wanted: Wanted
    options: Options
    scratch: Path
    progress: Callable[[str], None]

    def reports(self, facts: DjangoFacts, traces: Sequence[tuple[Trace, Sequence[Span]]]) -> list[RequestReport]:
        library = self.wanted.clock or next((name for name in _CLOCKS if name in facts.libraries), "")
        cases = [
            _Case(
                RequestReport(trace, response=_response_of(spans)),
                FromRequest(facts, trace, spans, clock_library=library),
            )
            for trace, spans in traces
        ]
        run = _Run(self.project, self.place, facts, self.scratch, self.options.jobs, self.progress)
        run.rehearse(cases)
        run.check(cases)
        found = [case.report for case in cases]
        writing = _Writing(self.project, facts, self.wanted, found, self.place.stop)
        if self.wanted.prove and writing.kept:
            self.progress(f"proving {len(writing.kept)} tests")
            writing.prove(self.options, self.scratch)
        return found


def _factories(project: Project) -> list[str]:
    """The modules of the project that are called so, wherever they are."""
    root = Path(project.root)
    found = []
    for path in sorted([*root.rglob("factories.py"), *root.rglob("factories/*.py")]):
        parts = path.relative_to(root).with_suffix("").parts
        if not any(part.startswith(".") or part in ("node_modules", "site-packages", "build") for part in parts):
            found.append(".".join(parts).removesuffix(".__init__"))
    return [name for name in found if all(part.isidentifier() for part in name.split("."))]


def _folders(project: Project) -> list[str]:
    return list(dict.fromkeys([*project.source_roots, project.root]))


@dataclass(slots=True)
class _Run:
    project: Project
    place: DjangoPlace
    facts: DjangoFacts
    scratch: Path
    jobs: int
    progress: Callable[[str], None]

    # -- rehearsing ----------------------------------------------------------------------------------------------------

    def rehearse(self, cases: Sequence[_Case]) -> None:
        """Each is first sent as it stands; those that come out otherwise than recorded in every other way there is."""
        for variant in VARIANTS:
            asked = [case for case in cases if self._wants(case, variant)]
            plays = {}
            for case in asked:
                try:
                    case.proposal.arrange(variant)
                    plays[case.report.trace.id] = case.proposal.play()
                except NoSourceError as error:
                    case.report.slug, case.report.reason = "request-not-written", str(error)
            self.progress(f"sending {len(plays)} requests again")
            accounts = self._rehearsed(plays)
            for case in asked:
                account = accounts.get(case.report.trace.id)
                if account is not None:
                    self._compare(case, variant, account)
        self._settle([case for case in cases if case.first is not None and not case.misfit])
        for case in cases:
            if case.first is not None and case.misfit:
                case.report.slug, case.report.reason = "request-not-repeated", case.misfit

    def _wants(self, case: _Case, variant: Variant) -> bool:
        if case.first is None:
            return variant == VARIANTS[0]
        return bool(case.misfit or case.distance) and case.proposal.makes_sense(variant)

    def _compare(self, case: _Case, variant: Variant, account: Mapping[str, Any]) -> None:
        misfit = case.proposal.misfit(account)
        distance = 0 if misfit else case.proposal.distance(account)
        better = (
            case.first is None
            or (case.misfit and not misfit)
            or (bool(misfit) == bool(case.misfit) and distance < case.distance)
        )
        if better:
            case.variant, case.first, case.misfit, case.distance = variant, account, misfit, distance

    def _settle(self, cases: Sequence[_Case]) -> None:
        """All rehearsals that tell what is the same each time."""
        plays: dict[str, dict[str, Any]] = {}
        for case in cases:
            case.proposal.arrange(case.variant)
            plays |= {f"{case.report.trace.id} {name}": play for name, play in case.proposal.plays().items()}
        self.progress(f"looking at what {len(cases)} requests do each time")
        accounts = self._rehearsed(plays)
        for case in cases:
            found = {name: accounts.get(f"{case.report.trace.id} {name}") for name in case.proposal.plays()}
            if any(account is None or account.get("problem") for account in found.values()):
                case.report.slug, case.report.reason = "request-not-repeated", "it did not end the same way each time"
                continue
            marked = found.pop("marked", None)
            case.rehearsed = Rehearsed(
                **{n: a for n, a in found.items() if a is not None}, marked=(marked or {}).get("marked")
            )

    def _rehearsed(self, plays: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        orders = [{"id": name, **play} for name, play in plays.items()]
        found: dict[str, Mapping[str, Any]] = {}
        for part in self._side_by_side(lambda place, share: rehearse(place, self.scratch, share), orders):
            found |= part
        return found

    def _side_by_side(self, work: Callable[[DjangoPlace, Sequence[Any]], Any], orders: Sequence[Any]) -> list[Any]:
        if not orders:
            return []
        count = max(1, min(self.jobs, len(orders) // 4 + 1))
        places = [replace(self.place, share=number) for number in range(count)]
        shares = [orders[number::count] for number in range(count)]
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(work, places, shares))

    # -- checking ------------------------------------------------------------------------------------------------------

    def check(self, cases: Sequence[_Case]) -> None:
        """Each test is run as it will be written, with mutants too; rows that it can do without go. An assertion that
        does not hold is left out, and the test tried again.
        """
        waiting = [case for case in cases if case.rehearsed is not None]
        for _ in range(_ROUNDS):
            waiting = self._checked(waiting)
            if not waiting:
                return

    def _checked(self, cases: Sequence[_Case]) -> list[_Case]:
        """Those to try once more."""
        orders, mutated = [], dict.fromkeys(self._paths(cases), EVERY_OPERATOR)
        for case in cases:
            assert case.rehearsed is not None
            try:
                test = case.proposal.test(case.rehearsed)
            except (NoSourceError, NoMockError) as error:
                case.report.slug, case.report.reason = "request-not-written", str(error)
                continue
            case.report.test = test
            orders.append(self._order(case, test))
        self.progress(f"shortening {len(orders)} tests")
        answers: dict[str, Mapping[str, Any]] = {}
        for part in self._side_by_side(lambda place, share: check(place, self.scratch, share, mutated), orders):
            answers |= part
        made = [case for case in cases if case.report.test is not None]
        return [case for case in made if not self._take(case, answers.get(case.report.trace.id))]

    def _order(self, case: _Case, test: RequestTest) -> dict[str, Any]:
        return {
            "id": case.report.trace.id,
            "imports": import_lines(test.imports),
            "fixtures": list(test.fixtures),
            "decorators": [each.text for each in test.decorators],
            "first": [line.text for line in test.first],
            "arrange": [_plain_step(step) for step in test.arrange],
            "rest": "\n".join(line.text for line in test.rest),
            "functions": self._functions(case.proposal.spans),
            "most": _MOST_MUTANTS,
            "fixed": case.proposal.changed_steps(case.rehearsed) if case.rehearsed is not None else [],
            "near": case.proposal.shown_models(case.rehearsed)[:_NEAR] if case.rehearsed is not None else [],
        }

    def _take(self, case: _Case, answer: Mapping[str, Any] | None) -> bool:
        """False if it is worth another try."""
        report = case.report
        assert case.rehearsed is not None
        if answer is None or answer.get("problem"):
            reason = str((answer or {}).get("problem") or "its process ended")
            line = reason.rpartition(" at `")[2].removesuffix("`")
            asserts = [each.text for each in report.test.asserts] if report.test is not None else []
            report.test, report.slug, report.reason = None, "test-does-not-pass", reason
            failed = next((text for text in asserts if line and text.startswith(line)), "")
            if failed.startswith("assert ") and len(asserts) > 1:
                case.proposal.not_held.add(failed)
                report.notes.append(f"left out, as it did not hold: {failed}")
                return False
            return True
        report.slug = report.reason = ""
        report.test = case.proposal.test(case.rehearsed, kept=list(answer["kept"]), dropped=answer["dropped"])
        report.tried = {
            int(n): (str(path), int(line), str(function)) for n, path, line, function, *_ in answer["tried"]
        }
        report.caught = frozenset(int(n) for n in answer["caught"])
        return True

    def _paths(self, cases: Sequence[_Case]) -> list[str]:
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


class _Writing:
    """The file that the tests become."""

    def __init__(
        self,
        project: Project,
        facts: DjangoFacts,
        wanted: Wanted,
        reports: Sequence[RequestReport],
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._stop = stop
        self._responses = {report.trace.id: report.response for report in reports}
        self._project, self._wanted, self._reports = project, wanted, reports
        self._has_server, self._settings = facts.has_server, facts.settings
        self.unittest = "pytest_django" not in facts.libraries if wanted.unittest is None else wanted.unittest
        self._group = wanted.test_class or ("RecordedRequests" if self.unittest else "")
        given = dict(zip((report.trace.id for report in reports), wanted.names, strict=False))
        made = [report for report in reports if report.test is not None]
        names = other_names(given.get(r.trace.id) or r.test.name for r in made if r.test is not None)
        for report, name in zip(made, names, strict=True):
            report.name = name

    @property
    def kept(self) -> list[RequestReport]:
        return [report for report in self._reports if report.kept]

    def text(self) -> str:
        """With what was not kept as comments, if that is wanted; "" if there is nothing at all."""
        shown = [r for r in self._reports if r.kept or (r.test is not None and self._wanted.keep_unproven)]
        return self._file(shown) if shown else ""

    def prove(self, options: Options, scratch: Path) -> None:
        """Those that do not pass each time are not kept."""
        first = self._wanted.place or folder_of_tests(Path(self._project.root)) / "test_recorded_requests.py"
        inside = first.resolve().is_relative_to(Path(self._project.root).resolve())
        place = first if inside else folder_of_tests(Path(self._project.root)) / first.name
        nodes = {self._node(report): report for report in self.kept}
        with lent_file(place, self._file(self.kept), MARK) as file:
            evidence = request_gate(
                file,
                list(nodes),
                root=self._project.root,
                sys_path=_folders(self._project),
                python=options.python,
                scratch=scratch,
                jobs=1 if self._has_server else options.jobs,  # they would have one database between them
                isolation=_WITH_CONNECTIONS if self._has_server else "auto",
                stop=self._stop,
                environment={**project_environment(), "DJANGO_SETTINGS_MODULE": self._settings},
            )
        for node, report in nodes.items():
            whole = replace(evidence[node], caught=report.caught, catchable=frozenset(report.tried))
            verdict = keep_or_reject(Candidate(node, "", ()), whole, RECORDED)
            report.proof, report.slug, report.reason = verdict.proof, verdict.slug, verdict.reason

    def _node(self, report: RequestReport) -> str:
        return f"{self._group}::{report.name}" if self._group else report.name

    def _file(self, reports: Sequence[RequestReport]) -> str:
        own = frozenset(file.module.partition(".")[0] for file in self._project.modules())
        own |= {path.stem for path in Path(self._project.root).iterdir() if (path / "__init__.py").exists()}
        tests = [self._test(report, report.test) for report in reports if report.test is not None]
        if self._wanted.template is not None:
            return request_template(
                self._wanted.template, tests, [self._responses[r.trace.id] for r in reports], own=own, version=VERSION
            )
        about = "Tests of recorded requests"
        return request_test_file(tests, about=about, version=VERSION, own=own, unittest=self.unittest)

    def _test(self, report: RequestReport, test: RequestTest) -> RequestTestText:
        return RequestTestText(
            name=report.name,
            fixtures=test.fixtures,
            decorators=test.decorators,
            arrange=[*test.first, *(step.source for step in test.arrange)],
            rest=test.rest,
            proof=_proof_of(report),
            group=self._group,
            unproven=f"{report.reason} [{report.slug}]" if report.slug else "",
        )


def _response_of(spans: Sequence[Span]) -> dict[str, Any]:
    """What was answered: `status_code`, `content_type`, `headers` and `content`."""
    told = next((span.data.get("response") for span in spans if span.kind == "request"), None) or {}
    return {
        "status_code": told.get("status"),
        "content_type": told.get("content_type", ""),
        "headers": {str(name): str(value) for name, value in told.get("headers", ())},
        "content": told.get("body", ""),
    }


def _proof_of(report: RequestReport) -> str:
    """Such as `5/5 runs · trace trc_… · catches 7 of 8 mutants of shop.views.create_order`."""
    parts = [f"{report.proof.passed}/{report.proof.runs} runs"] if report.proof is not None else []
    parts.append(f"trace {report.trace.id}")
    if report.tried:
        places = {(Path(path).stem, function) for path, _, function in report.tried.values()}
        of = " of {}.{}".format(*places.pop()) if len(places) == 1 else ""
        many = "" if len(report.tried) == 1 else "s"
        parts.append(f"catches {len(report.caught)} of {len(report.tried)} mutant{many}{of}")
    return " · ".join(parts)


def _plain_step(step: Step) -> dict[str, Any]:
    arguments = [[name, source.text, sorted(source.needs), name in step.spare] for name, source in step.arguments]
    told = {"name": step.name, "head": step.head.text, "label": step.label}
    return told | {"needs": sorted(step.head.needs), "arguments": arguments}
