"""Hands tests of recorded requests to the hooks of a project, and tries again what they make of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from testwright.execute.rehearse import call_functions
from testwright.nouns.source_text import Source
from testwright.propose.requests.request_test import RequestTest
from testwright.workflows.rehearsed_requests import RehearsedRequests, RequestCase

__all__ = ["apply_hooks", "sources_of"]

_FROM = re.compile(r"from (?P<module>[\w.]+) import (?P<names>.+)")


def apply_hooks(run: RehearsedRequests, cases: Sequence[RequestCase]) -> None:
    """Those that were changed are run once more, with the mutants that were tried. ProjectError where a hook fails."""
    given = {case.report.trace.id: _parts(case) for case in cases if case.report.kept}
    functions = run.place.functions
    if not (functions.hooks or functions.hook_modules) or not given:
        return
    run.progress("calling hooks")
    answers = call_functions(run.place, run.scratch, "hooks", list(given.values()))
    changed = {}
    for (trace, before), after in zip(given.items(), answers, strict=True):
        if after is not None and any(after[part] != before[part] for part in after):
            changed[trace] = after
    for case in cases:
        case.report.parts = changed.get(case.report.trace.id)
    run.try_again([case for case in cases if case.report.parts is not None], _order)


def _parts(case: RequestCase) -> dict[str, Any]:
    test = case.report.test
    assert test is not None
    rest, count = [line.text for line in test.rest], len(test.asserts)
    return {
        "name": test.name,
        "trace": test.trace,
        "imports": _import_lines(test),
        "fixtures": list(test.fixtures),
        "decorators": [line.text for line in test.decorators],
        "arrange": [line.text for line in (*test.first, *(line for step in test.arrange for line in step.lines))],
        "request": rest[: len(rest) - count],
        "asserts": rest[len(rest) - count :],
    }


def _import_lines(test: RequestTest) -> list[str]:
    return [f"from {module} import {name}" if name else f"import {module}" for module, name in sorted(test.imports)]


def _order(case: RequestCase, order: Mapping[str, Any]) -> dict[str, Any]:
    """The check of a test as hooks have it: nothing in it can be left out."""
    parts = case.report.parts
    assert parts is not None
    changed = {
        "imports": "\n".join(parts["imports"]),
        "fixtures": parts["fixtures"],
        "decorators": parts["decorators"],
        "first": parts["arrange"],
        "arrange": [],
        "rest": "\n".join([*parts["request"], *parts["asserts"]]),
    }
    return {**order, **changed}


def sources_of(parts: Mapping[str, Any]) -> tuple[list[Source], list[Source], list[Source]]:
    """Decorators, arrangement, and the lines from the request on. The first line of the request has the imports of all."""
    imports = frozenset(pair for line in parts["imports"] for pair in _imported(line))
    rest = [Source(line) for line in (*parts["request"], *parts["asserts"])]
    if rest:
        rest[0] = Source(rest[0].text, imports)
    return [Source(line) for line in parts["decorators"]], [Source(line) for line in parts["arrange"]], rest


def _imported(line: str) -> list[tuple[str, str]]:
    match = _FROM.fullmatch(line.strip())
    if match is None:
        return [(line.strip().removeprefix("import "), "")]
    return [(match["module"], name.strip()) for name in match["names"].strip("()").split(",") if name.strip()]
