"""Finds what can be said of a definition whose answer is tests, without running it."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterator

from testwright.bench.definitions.finding import Finding
from testwright.bench.definitions.prompt_leak import leaks
from testwright.bench.definitions.python_text import comparable, is_test_file, syntax_problem
from testwright.bench.definitions.static_checks import check_about_it, duplicates
from testwright.nouns.definition import TestGenerationDefinition

__all__ = ["check_test_task"]

Found = Iterator[Finding]


def check_test_task(definition: TestGenerationDefinition) -> Found:
    yield from check_about_it(definition)
    name = definition.module_name
    if not name.isidentifier() or keyword.iskeyword(name) or name in sys.stdlib_module_names:
        yield Finding(
            "module-name", "module" if definition.module else "name", f"{name!r} cannot be a module of its own"
        )
    for key, text in _python_texts(definition):
        if problem := syntax_problem(text):
            yield Finding("does-not-parse", key, f"this is no Python: {problem}")
    yield from _check_mutants(definition)
    yield from _check_bug_fix(definition)
    yield from _check_criteria(definition)
    yield from _check_reference(definition)


def _python_texts(definition: TestGenerationDefinition) -> Iterator[tuple[str, str]]:
    yield "source", definition.source
    yield from ((f"mutants[{number}]", text) for number, text in enumerate(definition.mutants, 1))
    if definition.bug_fix is not None:
        yield from (("bug_fix.before", definition.bug_fix.before), ("bug_fix.after", definition.bug_fix.after))
    yield "reference_tests", definition.reference_tests


def _check_mutants(definition: TestGenerationDefinition) -> Found:
    compared = [comparable(text) for text in definition.mutants]
    yield from duplicates("mutants", compared)
    source = comparable(definition.source)
    for number, text in enumerate(compared, 1):
        if text == source:
            yield Finding("mutant-is-source", f"mutants[{number}]", "this is the source, with no bug in it")


def _check_bug_fix(definition: TestGenerationDefinition) -> Found:
    fix = definition.bug_fix
    if fix is not None and comparable(fix.before) == comparable(fix.after):
        yield Finding("bug-fix", "bug_fix", "before and after are the same, so nothing was mended")


def _check_criteria(definition: TestGenerationDefinition) -> Found:
    if "killed_mutants" in definition.criteria and not definition.mutants and not definition.mutate:
        yield Finding("criteria", "criteria", "killed_mutants is listed, and there are no mutants to kill")
    if "fail_to_pass" in definition.criteria and definition.bug_fix is None:
        yield Finding("criteria", "criteria", "fail_to_pass is listed, and there is no bug_fix")
    if "fail_to_pass" not in definition.criteria and definition.bug_fix is not None:
        yield Finding("criteria", "bug_fix", "criteria does not list fail_to_pass, so it is not used", is_error=False)


def _check_reference(definition: TestGenerationDefinition) -> Found:
    tests = definition.reference_tests
    if not tests.strip() or syntax_problem(tests):
        return
    if not is_test_file(tests):
        yield Finding("no-tests", "reference_tests", "there is no test in it that pytest would find")
    if definition.module_name not in tests:
        yield Finding("no-tests", "reference_tests", f"the module {definition.module_name!r} is not imported")
    if leaks(definition.prompt, tests):
        yield Finding("prompt-leak", "prompt", "most lines of the reference tests are in the prompt")
