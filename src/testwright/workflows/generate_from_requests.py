"""The workflow of `testwright generate-test`: recorded requests arranged, rehearsed, shortened, proven and written."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project, is_test_file
from testwright.decide.keep_or_reject import keep_or_reject
from testwright.decide.policies import RECORDED
from testwright.errors import ProjectError, UsageError
from testwright.execute.rehearse import RehearsalPlace, call_functions, learn_facts
from testwright.execute.request_gate import lent_cassettes, lent_file, request_gate
from testwright.nouns import Candidate, Span, Trace
from testwright.nouns.django_facts import DjangoFacts
from testwright.nouns.project_facts import ProjectFacts
from testwright.nouns.project_functions import ProjectFunctions
from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.cassette import FOLDER
from testwright.propose.requests.from_request import FromRequest
from testwright.propose.requests.parsed_fields import ParsedFields
from testwright.propose.requests.request_test import RequestTest
from testwright.propose.requests.service_fixtures import service_fixtures
from testwright.traces.kolo_frames import kolo_context
from testwright.version import VERSION
from testwright.workers import project_environment, remove_abandoned, scratch_folder
from testwright.workflows.hooked_tests import apply_hooks, sources_of
from testwright.workflows.recorded_targets import changed_files
from testwright.workflows.rehearsal_places import folders_to_import_from, rehearsal_place
from testwright.workflows.rehearsed_requests import RehearsedRequests, RequestCase
from testwright.workflows.request_report import RequestReport
from testwright.workflows.waiting import result_of
from testwright.write.ownership import MARK
from testwright.write.placement import folder_of_tests
from testwright.write.request_template import request_contexts, request_template
from testwright.write.request_test_file import RequestTestText, other_names, request_test_file

__all__ = ["RequestResult", "Wanted", "generate_from_requests"]

_WITH_CONNECTIONS, _CHANGING = "basic", "passes-every-time"
_CLOCKS = ("time_machine", "freezegun")
_PYTEST_DJANGO = "pytest_django"
_BAKES = re.compile(r"^\s*(?:from|import) model_bakery\b", re.MULTILINE)
_NOT_LOOKED_AT = ("node_modules", "site-packages", "build")
_MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the tests are to be written. `clock` is the library that stops the clock, "" for whichever is installed;
    `names` are tests' own, by the trace. Not `prove`: nothing is run but what is needed to write them.
    """

    settings: str = ""
    app: str = ""
    """An application of WSGI or ASGI, "module:name"; without one it is a Django project."""
    clock: str = ""
    unittest: bool | None = None
    test_class: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    prove: bool = True
    keep_unproven: bool = False
    template: Path | None = None
    place: Path | None = None
    http: str = ""
    """What answers requests to other services; "" = what is there."""
    queries: bool = False
    functions: ProjectFunctions = field(default_factory=ProjectFunctions)


@dataclass(slots=True)
class RequestResult:
    """`text` is the file, "" if no test was kept; `path` where it belongs, if anywhere."""

    reports: list[RequestReport]
    facts: ProjectFacts
    text: str = ""
    root: str = ""

    @property
    def cassettes(self) -> dict[str, str]:
        """Of the tests that were kept: texts of the files that vcr plays, by their names."""
        tests = [report.test for report in self.kept if report.test is not None]
        return {name: text for test in tests for name, text in test.cassettes.items()}

    @property
    def kept(self) -> list[RequestReport]:
        return [report for report in self.reports if report.kept]

    def command(self, path: str) -> list[str]:
        """What runs the file with the project's interpreter: `-m pytest …`, where pytest is set up for Django."""
        if (
            not isinstance(self.facts, DjangoFacts)
            or _PYTEST_DJANGO in self.facts.libraries
            or not Path(self.root, "manage.py").is_file()
        ):
            return ["-m", "pytest", os.path.relpath(path, self.root)]
        module = Path(os.path.relpath(path, self.root)).with_suffix("").parts
        return ["manage.py", "test", ".".join(module)]

    def to_plain(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "counts": {"kept": len(self.kept), "not kept": len(self.reports) - len(self.kept)},
            "tests": [report.to_plain() for report in self.reports],
            "text": self.text,
        }


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
    place = rehearsal_place(project, options.python, wanted.settings, wanted.app, _folder_of(project, wanted), stop)
    place = replace(place, functions=wanted.functions)
    with scratch_folder() as scratch:
        progress("setting up the project")
        facts = learn_facts(place, scratch, _factories(project))
        if isinstance(facts, DjangoFacts):
            facts = replace(facts, bakery="model_bakery" in facts.libraries and _bakes(project))
        if facts.has_server:
            progress("a database is reached over a connection: the sandbox is limits and the audit hook only")
            place = replace(place, isolation=_WITH_CONNECTIONS)
        _require_pytest_django(facts, wanted, place)
        traces = _parsed(place, scratch, facts, traces)
        making = _Making(project, place, wanted, options, scratch, progress)
        reports = making.reports(facts, traces)
        changing = {report.trace.id for report in reports if report.slug == _CHANGING}
        if changing and isinstance(facts, DjangoFacts) and (facts.factories or facts.bakery):
            progress(f"{len(changing)} once more without factories: what these count up may be in the way")
            plain = replace(facts, factories={}, bakery=False)
            again = making.reports(plain, [pair for pair in traces if pair[0].id in changing])
            by_trace = {report.trace.id: report for report in again}
            reports = [by_trace.get(report.trace.id, report) for report in reports]
        if isinstance(facts, ServiceFacts) and facts.offered.client and not any(report.kept for report in reports):
            progress("once more with fixtures of their own: none passed with those of the project")
            facts = facts.without_offers()
            reports = making.reports(facts, traces)
        writing = _Writing(project, facts, wanted, reports)
    return RequestResult(reports, facts, writing.text(), project.root)


def _parsed(
    place: RehearsalPlace, scratch: Path, facts: ProjectFacts, traces: Sequence[tuple[Trace, Sequence[Span]]]
) -> list[tuple[Trace, Sequence[Span]]]:
    """With rows as the project's field parsers have them."""
    if not place.functions.field_parsers:
        return list(traces)
    if not isinstance(facts, DjangoFacts):
        raise UsageError(
            "field parsers are called with fields of Django's models, and these are requests of another framework",
            slug="bad-value",
            where=place.functions.sources.get("field_parsers", "field_parsers"),
            hint="take field-parsers out of the settings",
        )
    fields = ParsedFields(facts)
    answers = call_functions(place, scratch, "field_parsers", fields.orders([spans for _, spans in traces]))
    return [(trace, fields.taken(spans, answers)) for trace, spans in traces]


def _require_pytest_django(facts: ProjectFacts, wanted: Wanted, place: RehearsalPlace) -> None:
    if not isinstance(facts, DjangoFacts):
        if wanted.unittest:
            raise UsageError(
                "methods of a TestCase are written for Django only",
                slug="bad-value",
                where="--unittest",
                hint="leave it out: tests of other applications are functions for pytest",
            )
        return
    if wanted.prove and wanted.unittest is False and _PYTEST_DJANGO not in facts.libraries:
        raise ProjectError(
            "functions for pytest need pytest-django, which is not installed",
            slug="pytest-django-missing",
            where=place.python,
            hint="install pytest-django there, or have methods of Django's TestCase with --unittest",
        )


@dataclass(slots=True)
class _Making:
    """All that is done for some traces, up to their proof."""

    project: Project
    place: RehearsalPlace
    wanted: Wanted
    options: Options
    scratch: Path
    progress: Callable[[str], None]

    def reports(self, facts: ProjectFacts, traces: Sequence[tuple[Trace, Sequence[Span]]]) -> list[RequestReport]:
        library = self.wanted.clock or next((name for name in _CLOCKS if name in facts.libraries), "")
        cases = [
            RequestCase(
                RequestReport(trace, response=_response_of(spans), changed=_changed(self.project, spans)),
                FromRequest(
                    facts,
                    trace,
                    spans,
                    clock_library=library,
                    http_library=self.wanted.http,
                    with_cassette=self.wanted.place is not None,
                    count_queries=self.wanted.queries,
                ),
            )
            for trace, spans in traces
        ]
        run = RehearsedRequests(self.project, self.place, facts, self.scratch, self.options.jobs, self.progress)
        run.rehearse(cases)
        run.check(cases)
        apply_hooks(run, cases)
        found = [case.report for case in cases]
        self._process(facts, cases)
        writing = _Writing(self.project, facts, self.wanted, found, self.place.stop)
        if self.wanted.prove and writing.kept:
            self.progress(f"proving {len(writing.kept)} tests")
            writing.prove(self.options, self.scratch)
        return found

    def _process(self, facts: ProjectFacts, cases: Sequence[RequestCase]) -> None:
        """What trace processors add to the names that the template has for each test."""
        kept = [case for case in cases if case.report.test is not None]
        if not self.place.functions.trace_processors or not kept:
            return
        contexts = _Writing(self.project, facts, self.wanted, [case.report for case in kept]).contexts()
        given = [
            context | kolo_context(case.report.trace, case.proposal.spans)
            for case, context in zip(kept, contexts, strict=True)
        ]
        self.progress("calling trace processors")
        answers = call_functions(self.place, self.scratch, "trace_processors", given)
        for case, answer in zip(kept, answers, strict=True):
            case.report.names = answer or {}


def _changed(project: Project, spans: Sequence[Span]) -> list[str]:
    """Files of the functions that were called that are not as they were."""
    sources = {span.file: str(span.data.get("source") or "") for span in spans if span.kind == "call" and span.file}
    return changed_files(project, sources)


def _factories(project: Project) -> list[str]:
    """The modules of the project that are called so, wherever they are."""
    root = Path(project.root)
    found = [path for path in _python_files(root) if path.name == "factories.py" or path.parent.name == "factories"]
    names = [".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for path in sorted(found)]
    return [name for name in names if all(part.isidentifier() for part in name.split("."))]


def _folder_of(project: Project, wanted: Wanted) -> Path:
    """Where the tests run: where they are to be, if that is in the project."""
    root = Path(project.root)
    inside = wanted.place is not None and wanted.place.resolve().is_relative_to(root.resolve())
    return wanted.place.parent if inside and wanted.place is not None else folder_of_tests(root)


def _bakes(project: Project) -> bool:
    """Its own tests make rows by model_bakery; what we have written ourselves says nothing."""
    files = islice(_test_files(Path(project.root)), _MOST_FILES)
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files)
    return any(_BAKES.search(text) and MARK not in text for text in texts)


def _test_files(root: Path) -> Iterator[Path]:
    for path in _python_files(root):
        is_tests = "tests" in path.parent.relative_to(root).parts
        if is_tests or path.name in ("conftest.py", "tests.py") or is_test_file(path.name):
            yield path


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_LOOKED_AT)
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


class _Writing:
    """The file that the tests become."""

    def __init__(
        self,
        project: Project,
        facts: ProjectFacts,
        wanted: Wanted,
        reports: Sequence[RequestReport],
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._stop = stop
        self._responses = {report.trace.id: report.response for report in reports}
        self._project, self._wanted, self._reports = project, wanted, reports
        self._facts = facts
        self._django = isinstance(facts, DjangoFacts) and _PYTEST_DJANGO not in facts.libraries
        self.unittest = self._django if wanted.unittest is None else wanted.unittest
        self._group = wanted.test_class or ("RecordedRequests" if self.unittest else "")
        made = [report for report in reports if report.test is not None]
        names = other_names(
            str(r.names.get("test_name") or wanted.names.get(r.trace.id) or r.test.name)
            for r in made
            if r.test is not None
        )
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
        place = _folder_of(self._project, self._wanted) / (self._wanted.place or Path("test_recorded_requests.py")).name
        nodes = {self._node(report): report for report in self.kept}
        text = self._file(self.kept)
        tests = [report.test for report in self.kept if report.test is not None]
        cassettes = {name: each for test in tests for name, each in test.cassettes.items()}
        with (
            lent_cassettes(place.parent, cassettes) as folder,
            lent_file(place, text.replace(f'/ "{FOLDER}" /', f'/ "{folder}" /') if folder else text, MARK) as file,
        ):
            evidence = request_gate(
                file,
                list(nodes),
                root=self._project.root,
                sys_path=folders_to_import_from(self._project),
                python=options.python,
                scratch=scratch,
                jobs=1 if self._facts.has_server else options.jobs,  # they would have one database between them
                isolation=_WITH_CONNECTIONS if self._facts.has_server else "auto",
                stop=self._stop,
                environment=self._environment(),
                django=self._django,
            )
        for node, report in nodes.items():
            whole = replace(evidence[node], caught=report.caught, catchable=frozenset(report.tried))
            verdict = keep_or_reject(Candidate(node, "", ()), whole, RECORDED)
            report.proof, report.slug, report.reason = verdict.proof, verdict.slug, verdict.reason

    def _environment(self) -> dict[str, str]:
        django = {"DJANGO_SETTINGS_MODULE": self._facts.settings} if isinstance(self._facts, DjangoFacts) else {}
        return {**project_environment(), **django}

    def _fixtures(self, tests: Sequence[RequestTestText]) -> list[Source]:
        """Of the file's own, those that the tests need."""
        if not isinstance(self._facts, ServiceFacts):
            return []
        return service_fixtures(self._facts).used(name for test in tests if not test.unproven for name in test.fixtures)

    def _node(self, report: RequestReport) -> str:
        return f"{self._group}::{report.name}" if self._group else report.name

    def _file(self, reports: Sequence[RequestReport]) -> str:
        own = self._own_names()
        tests = [self._test(report, report.test) for report in reports if report.test is not None]
        if self._wanted.template is not None:
            contexts = request_contexts(
                tests, [self._responses[r.trace.id] for r in reports], own=own, unittest=self.unittest
            )
            told = [
                context | dict(report.names) | {"test_name": report.name}
                for context, report in zip(contexts, reports, strict=True)
            ]
            return request_template(self._wanted.template, told, version=VERSION)
        about = "Tests of recorded requests"
        fixtures = self._fixtures(tests)
        return request_test_file(
            tests, about=about, version=VERSION, own=own, unittest=self.unittest, fixtures=fixtures
        )

    def _own_names(self) -> frozenset[str]:
        """The first names of the project's packages."""
        own = frozenset(file.module.partition(".")[0] for file in self._project.modules())
        return own | {path.stem for path in Path(self._project.root).iterdir() if (path / "__init__.py").exists()}

    def contexts(self) -> list[dict[str, Any]]:
        """What a template has for each, without the proof: that is not there yet."""
        tests = [self._test(report, report.test) for report in self._reports if report.test is not None]
        responses = [self._responses[report.trace.id] for report in self._reports]
        found = request_contexts(tests, responses, own=self._own_names(), unittest=self.unittest)
        return [{name: value for name, value in each.items() if name != "proof"} for each in found]

    def _test(self, report: RequestReport, test: RequestTest) -> RequestTestText:
        fixtures: Sequence[str] = test.fixtures
        decorators, rest = list(test.decorators), test.rest
        arrange = [*test.first, *(line for step in test.arrange for line in step.lines)]
        if report.parts is not None:
            fixtures = report.parts["fixtures"]
            decorators, arrange, rest = sources_of(report.parts)
        return RequestTestText(
            name=report.name,
            fixtures=fixtures,
            decorators=decorators,
            arrange=arrange,
            rest=rest,
            proof=_proof_of(report),
            group=self._group,
            databases=test.databases,
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
