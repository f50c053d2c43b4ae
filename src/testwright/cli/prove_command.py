"""`testwright prove`: says of each test in some files whether it is sound, and if not, why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import Progress, show_document, show_problem, show_remark, show_text
from testwright.cli.report_file import pages_of, write_sarif
from testwright.config.proven_files import ProveRequest, prepare_tests
from testwright.write.sarif import SarifResult

if TYPE_CHECKING:
    from testwright.workflows.prove_tests import FileReport, ProveResult, TestReport

__all__ = ["command"]

_LEVELS = {"rejected": "warning", "unjudged": "note"}


@click.command("prove", short_help="Judge tests from anywhere: which are flaky, empty or cannot fail.")
@click.argument("tests", nargs=-1, required=True, metavar="TESTFILE[::TEST]...")
@with_options(["python", "jobs"])
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("--sarif", metavar="FILE", default="", help="Also write what was found to FILE, as SARIF 2.1.0.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working, and list only what is not ok.")
def command(tests: tuple[str, ...], as_json: bool, sarif: str, quiet: bool, **given: Any) -> int:
    """Judge tests from anywhere: each one is run under many conditions, read, and named ok or rejected with its reason.

    TESTFILE is a test file or a folder of them; ::TEST names a test of it as pytest does. The tests run where they are,
    with the project's own pytest settings, conftest files and plugins, in the sandbox. Nothing is written.
    """
    request = prepare_tests(tests, option_flags(given))
    result = _prove(request, quiet=quiet or as_json)
    if sarif:
        _write_findings(sarif, result)
    if as_json:
        show_document({"exit_code": exit_code(result), **result.to_plain()})
    else:
        show_text(report(result, quiet=quiet))
    for file in result.files:
        if file.problem is not None:
            problem = file.problem
            show_problem(problem["message"], problem["slug"], problem["where"], problem["hint"])
    if result.interrupted:
        show_remark("interrupted; files that were not finished are missing")
    return exit_code(result)


def _prove(request: ProveRequest, *, quiet: bool) -> ProveResult:
    from testwright.workflows.prove_tests import prove

    progress = Progress(quiet=quiet)
    try:
        return prove(request.project, request.files, request.options, progress=progress)
    finally:
        progress.close()


def exit_code(result: ProveResult) -> int:
    """0 nothing rejected, 1 something rejected or a file of several not run, 2 no file could be run, 130 interrupted."""
    if result.interrupted:
        return exit_codes.INTERRUPTED
    broken = [file for file in result.files if file.problem is not None]
    if broken and len(broken) == len(result.files):
        return exit_codes.CANNOT_START
    return exit_codes.FINDINGS if broken or result.count("rejected") else exit_codes.DONE


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(result: ProveResult, *, quiet: bool = False) -> str:
    """One line a test; rows of one table with the same verdict share theirs. Then the counts."""
    lines = [line for file in result.files for line in _lines(file, quiet=quiet)]
    return "\n".join([*lines, *([""] if lines else []), _closing_line(result)])


def _lines(file: FileReport, *, quiet: bool) -> Iterator[str]:
    if file.skipped:
        yield f"{_shown(file.path)}  unjudged, skipped as a whole: {file.skipped}"
    for _, group in groupby(file.tests, key=_as_one):
        tests = list(group)
        test = tests[0]
        name = test.verdict.node if len(tests) == 1 else f"{test.verdict.node.partition('[')[0]} ({len(tests)} rows)"
        if not (quiet and test.status == "ok"):
            yield f"{_shown(file.path)}:{test.line}  {name}  {_said(test)}"


def _as_one(test: TestReport) -> tuple[str, str, str, int]:
    function, _, row = test.verdict.node.partition("[")
    return function if row else test.verdict.node, test.status, test.verdict.slug, test.line


def _said(test: TestReport) -> str:
    if test.status == "ok":
        return "ok"
    unjudged = "unjudged, " if test.status == "unjudged" else ""
    return f"{unjudged}{test.verdict.slug}: {test.verdict.reason}"


def _closing_line(result: ProveResult) -> str:
    counted = [f"{result.count('ok')} ok", f"{result.count('rejected')} rejected"]
    if unjudged := result.count("unjudged"):
        counted.append(f"{unjudged} could not be judged")
    files = f"{len(result.files)} {'file' if len(result.files) == 1 else 'files'}"
    sandbox = next((file.isolation for file in result.files if file.isolation), "not started")
    return " · ".join([", ".join(counted), files, f"sandbox {sandbox}"])


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


# ── SARIF ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_findings(path: str, result: ProveResult) -> None:
    found = [
        SarifResult(
            test.verdict.slug,
            f"{test.verdict.node}: {test.verdict.reason}",
            file.path,
            test.line,
            level,
            fingerprint=test.verdict.node,
        )
        for file in result.files
        for test in file.tests
        if (level := _LEVELS.get(test.status))
    ]
    write_sarif(path, found, root=result.root, rules=pages_of(found))
