"""`testwright generate-test`: turns recorded requests into tests, each proven in the project's own set-up."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_remark, show_text
from testwright.config.applications import app_to_test
from testwright.config.django_settings import django_settings
from testwright.config.kolo_settings import project_functions
from testwright.config.request import chosen_interpreter, find_settings, full_path, require_pytest, require_writable
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.config.options import Options
    from testwright.config.project import Project
    from testwright.config.sources import Settings
    from testwright.nouns import Span, Trace
    from testwright.nouns.project_functions import ProjectFunctions
    from testwright.workflows.generate_from_requests import RequestResult, Wanted

__all__ = ["command"]

_NEXT = {
    "trace-of-other-code": "record the request once more: `testwright explain trace-of-other-code`",
    "request-not-repeated": "record it with TESTWRIGHT_RECORD_ROWS=1, or see `testwright explain request-not-repeated`",
}


@click.command("generate-test", short_help="Turn recorded requests into tests, each proven by running.")
@click.argument("traces", nargs=-1, required=True, metavar="TRACE...")
@with_options(["python", "jobs"])
@click.option("-o", "--output", metavar="FILE", help="Write the file there; without it, it is printed.")
@click.option("--test-name", "names", multiple=True, metavar="NAME", help="Of the test; repeated, one a trace.")
@with_options(verb="generate-test")
@click.option("--and-run", is_flag=True, help="Run the file once more in the end, and show what pytest says.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(
    traces: tuple[str, ...],
    output: str | None,
    names: tuple[str, ...],
    and_run: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Turn recorded requests of Django, FastAPI, Starlette and Flask into tests.

    TRACE is an id, the beginning of one, latest, latest~2, or `all`. Each test makes the rows that the request needs, sends
    it as it was sent, and asserts its answer, the rows that it changed or left, and what it sent out. It is kept if it
    passes again and again in the project's own set-up.
    """
    project, found = find_settings(option_flags(given))
    options = found.options
    template = options.generate_test_template
    template = full_path("generate_test_template", template, found, project) if template else ""
    _require_names(names, options.generate_test_test_class)
    _require_template(template)
    functions = _functions(found, project, template)
    interpreter = chosen_interpreter(found, project)
    if options.generate_test_prove:
        require_pytest(interpreter)
    _require_output(output, and_run=and_run)
    _require_place_of_cassettes(found, output)
    chosen = _chosen(traces)
    wanted = _wanted(options, project, functions, _by_trace(names, chosen), template, output)
    result = _generate(project, chosen, options, interpreter.executable, wanted, quiet=quiet or as_json)
    written = _write(result, project, output)
    if as_json:
        show_document({"exit_code": _exit_code(result), "file": written, **result.to_plain()})
    elif output is None and result.text:
        show_text(result.text.rstrip("\n"))
    if not quiet and not as_json:
        _show(result, written)
    passed = _run(interpreter.executable, result, written) if and_run and written else True
    return _exit_code(result) if passed else exit_codes.FINDINGS


def _functions(settings: Settings, project: Project, template: str) -> ProjectFunctions:
    """Those that the settings name, ours or Kolo's; what is passed over is said."""
    found = project_functions(settings, project.root)
    for note in found.notes:
        show_remark(f"note: {note}")
    if found.trace_processors and not template:
        show_remark("note: trace processors give names to a template; there is none, and they are not called")
        return replace(found, trace_processors=())
    return found


def _wanted(
    options: Options,
    project: Project,
    functions: ProjectFunctions,
    names: dict[str, str],
    template: str,
    output: str | None,
) -> Wanted:
    from testwright.workflows.generate_from_requests import Wanted

    app = options.generate_test_app
    django = "" if app else options.generate_test_settings or django_settings(Path(project.root))
    return Wanted(
        settings=django,
        app=app_to_test(app, project) if not django else "",
        clock=options.generate_test_time.replace("-", "_"),
        http=options.generate_test_http,
        queries=options.generate_test_queries,
        unittest=options.generate_test_unittest,
        test_class=options.generate_test_test_class,
        names=names,
        prove=options.generate_test_prove,
        keep_unproven=options.generate_test_keep_unproven,
        template=Path(template).resolve() if template else None,
        place=Path(output).resolve() if output else None,
        functions=functions,
    )


def _require_names(names: tuple[str, ...], test_class: str) -> None:
    for name, flag in [*((name, "--test-name") for name in names), (test_class, "--test-class")]:
        if name and not name.isidentifier():
            raise UsageError(
                f"{name!r} is no name in Python", slug="bad-value", where=flag, hint="use letters, digits and _"
            )
        if name and flag == "--test-name" and not name.startswith("test"):
            raise UsageError(
                f"pytest takes {name!r} for no test", slug="bad-value", where=flag, hint=f"call it 'test_{name}'"
            )


def _require_output(output: str | None, *, and_run: bool) -> None:
    if output is not None and os.path.isdir(output):
        raise UsageError(
            f"the tests cannot be written to {output!r}: it is a folder",
            slug="output-not-writable",
            where="-o",
            hint=f"name a file, such as {os.path.join(output, 'test_recorded.py')!r}",
        )
    if output is not None:
        require_writable(os.path.dirname(os.path.abspath(output)))
    elif and_run:
        raise UsageError(
            "there is no file to run without -o", slug="bad-value", where="--and-run", hint="say where with -o FILE"
        )


def _require_place_of_cassettes(settings: Settings, output: str | None) -> None:
    """Where only the settings say vcr, requests that ask no service are none the worse."""
    http = next(value for value in settings.values if value.name == "generate_test_http")
    if http.value == "vcr" and http.source == "--http" and output is None:
        raise UsageError(
            "a cassette of vcr stands beside the test file, and there is none",
            slug="bad-value",
            where="--http",
            hint="say where with -o FILE, or name another library",
        )


def _require_template(template: str) -> None:
    if template and not os.path.isfile(template):
        raise UsageError(
            f"there is no template {template!r}",
            slug="template-error",
            where="--template",
            hint="name a file that is there",
        )
    if template:
        from testwright.write.request_template import require_template

        require_template(Path(template))


def _by_trace(names: tuple[str, ...], chosen: list[tuple[Trace, list[Span]]]) -> dict[str, str]:
    """The names that were given, in the order in which the traces were."""
    if len(names) > len(chosen):
        raise UsageError(
            f"{len(names)} names are too many for {len(chosen)} requests",
            slug="bad-value",
            where="--test-name",
            hint="give one a trace",
        )
    return dict(zip((trace.id for trace, _ in chosen), names, strict=False))


def _chosen(texts: tuple[str, ...]) -> list[tuple[Trace, list[Span]]]:
    """Those that are requests, in the order in which they were named; `all` in that in which they were recorded."""
    from testwright.traces.trace_filters import TraceFilter
    from testwright.workflows.issued_tokens import with_issued
    from testwright.workflows.open_traces import open_traces

    with open_traces() as opened:
        store = opened.store
        wanted: dict[str, Trace] = {}
        for text in texts:
            found = store.find(TraceFilter(kind="request")) if text == "all" else [store.get(text)]
            wanted |= {trace.id: trace for trace in sorted(found, key=lambda each: each.id)}
        read = [(trace, list(store.spans(trace.id))) for trace in wanted.values()]
        pairs = with_issued(
            read, lambda trace: store.find(TraceFilter(kind="request", before=trace.started)), store.spans
        )
    kept = [(trace, spans) for trace, spans in pairs if any(span.kind == "request" for span in spans)]
    for trace, _ in pairs:
        if all(trace.id != each.id for each, _ in kept):
            show_remark(f"note: {trace.id} is no request; `testwright generate --from {trace.id}` tests what it called")
    if not kept:
        raise UsageError(
            f"{' '.join(texts)!r} is no recorded request",
            slug="nothing-to-test",
            where="TRACE",
            hint="`testwright trace list --kind request` lists them; `testwright generate --from TRACE` takes others",
        )
    return kept


def _generate(
    project: Project,
    chosen: list[tuple[Trace, list[Span]]],
    options: Options,
    python: str,
    wanted: Wanted,
    *,
    quiet: bool,
) -> RequestResult:
    from testwright.workflows.generate_from_requests import generate_from_requests

    progress = Progress(quiet=quiet)
    try:
        return generate_from_requests(project, chosen, replace(options, python=python), wanted, progress=progress)
    finally:
        progress.close()


def _write(result: RequestResult, project: Project, output: str | None) -> str:
    """The path of what was written; a file that somebody has changed stays, and ours goes beside it."""
    from testwright.propose.requests.cassette import FOLDER
    from testwright.write.apply import apply_edits
    from testwright.write.ownership import Ownership, plan_edit

    if output is None or not result.text:
        return ""
    ownership = Ownership.load(Path(project.root))
    edit = plan_edit(Path(output).resolve(), result.text, ownership)
    cassettes = [
        plan_edit(Path(edit.path).parent / FOLDER / name, _marked(text), ownership)
        for name, text in result.cassettes.items()
    ]
    changed = [each for each in cassettes if each.note]
    apply_edits([*(each for each in cassettes if not each.note), edit], ownership)  # before the tests that play them
    for each in changed:
        show_remark(f"note: {each.note.partition(';')[0]}")
    if edit.note:
        show_remark(f"note: {edit.note}")
    return edit.path


def _marked(cassette: str) -> str:
    """With the words that tell that the file is ours."""
    from testwright.version import VERSION
    from testwright.write.ownership import MARK

    return cassette.replace("{", f'{{\n  "about": "Plays for a test that is {MARK} {VERSION})",', 1)


def _exit_code(result: RequestResult) -> int:
    """0 each became a test, 1 some did not."""
    return exit_codes.DONE if len(result.kept) == len(result.reports) else exit_codes.FINDINGS


def _show(result: RequestResult, written: str) -> None:
    reasons = [report for report in result.reports if not report.kept]
    for file in sorted({file for report in result.kept for file in report.changed}):
        show_remark(f"note: {file} has changed since it was recorded; tests say what it does now [trace-of-other-code]")
    for report in result.reports:
        for note in report.notes:
            show_remark(f"note: {report.trace.id}: {note}")
    for report in reasons:
        show_remark(f"not kept: {report.trace.id}  {report.trace.name}: {report.reason} [{report.slug}]")
    caught = sum(len(report.caught) for report in result.kept)
    tried = sum(len(report.tried) for report in result.kept)
    parts = [f"kept {len(result.kept)} of {len(result.reports)}"]
    if tried:
        parts.append(f"catches {caught} of {tried} mutants")
    counts = Counter(report.slug for report in reasons)
    parts += [f"{count} {slug}" for slug, count in counts.most_common()]
    show_remark(" · ".join(parts))
    for slug in sorted(counts):
        show_remark(f"  try: {_NEXT.get(slug, f'`testwright explain {slug}` says more')}")
    if written:
        show_remark(f"run them: python {' '.join(result.command(written))}")


def _run(python: str, result: RequestResult, path: str) -> bool:
    """Whether the file passes in a process of its own, as the project's developers would run it; what is said is shown."""
    import subprocess

    command = [python, *result.command(path)]
    done = subprocess.run(command, cwd=result.root, capture_output=True, text=True, check=False)
    sys.stdout.flush()
    show_remark((done.stdout + done.stderr).strip())
    return done.returncode == 0
