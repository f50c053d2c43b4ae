"""Finds what can be said of a definition without running it: names, duplicates, what does not parse, a leaked solution."""

from __future__ import annotations

import datetime
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from testwright.bench.definitions.finding import Finding
from testwright.bench.definitions.prompt_leak import leaks
from testwright.bench.definitions.python_text import comparable, defines, syntax_problem
from testwright.bench.definitions.schema import AnyDefinition
from testwright.nouns.definition import Definition

__all__ = ["check_about_it", "check_code_task", "check_names_between", "duplicates"]

DIFFICULTIES: Final = ("easy", "medium", "hard")
_VERSION: Final = re.compile(r"\d+(\.\d+)+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_JULIA_ASSERTIONS: Final = ("@test", "@assert")
Found = Iterator[Finding]


def check_about_it(definition: AnyDefinition) -> Found:
    """What both kinds of definitions have."""
    path = Path(definition.path)
    if path.name == "definition.toml" and path.absolute().parent.name != definition.name:
        folder = path.absolute().parent.name
        yield Finding("folder-name", "name", f"{definition.name!r} is in a folder {folder!r}; they are to be the same")
    if not _VERSION.fullmatch(definition.version):
        yield Finding("version-format", "version", f"{definition.version!r} is no version; write it as '1.0'")
    if definition.created and not _is_day(definition.created):
        yield Finding("created-date", "created", f"{definition.created!r} is no date; write it as '2026-01-31'")
    if definition.difficulty and definition.difficulty not in DIFFICULTIES:
        names = ", ".join(DIFFICULTIES)
        yield Finding("difficulty", "difficulty", f"{definition.difficulty!r} is none of {names}")
    for key in ("criteria", "tags", "requires"):
        yield from duplicates(key, getattr(definition, key))


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def duplicates(key: str, compared: Iterable[str]) -> Found:
    """`compared` is of each text under the key what makes it the same as another."""
    first: dict[str, int] = {}
    for number, what in enumerate(compared, 1):
        same = first.setdefault(what, number)
        if same != number:
            yield Finding("duplicate", f"{key}[{number}]", f"this is the same as {key}[{same}]")


def check_names_between(definitions: Sequence[AnyDefinition]) -> Mapping[str, list[Finding]]:
    """By path: records are kept by name, so that two definitions of one language may not share theirs."""
    keys = [(type(each), getattr(each, "language", ""), each.name) for each in definitions]
    counts = Counter(keys)
    found: dict[str, list[Finding]] = {}
    for definition, key in zip(definitions, keys, strict=True):
        if counts[key] > 1:
            others = [
                other.path for other, k in zip(definitions, keys, strict=True) if k == key and other is not definition
            ]
            message = f"{definition.name!r} is the name of {', '.join(others)} too"
            found[definition.path] = [Finding("duplicate-name", "name", message)]
    return found


# ── tasks whose answer is code ───────────────────────────────────────────────────────────────────────────────────────


def check_code_task(definition: Definition) -> Found:
    yield from check_about_it(definition)
    yield from _check_entry_point(definition)
    yield from _check_items(definition)
    yield from _check_solutions(definition)
    if definition.language == "python":
        yield from _check_python(definition)
    elif definition.language == "julia":
        yield from _check_julia(definition)
    if leaks(definition.prompt, definition.reference_solution):
        yield Finding("prompt-leak", "prompt", "most lines of the reference solution are in the prompt")


def _check_entry_point(definition: Definition) -> Found:
    target = definition.target
    if not target.removesuffix("!" if definition.language == "julia" else "").isidentifier():
        yield Finding("entry-point", "entry_point", f"{target!r} is no name of a function or class")
    if not _names(definition.prompt, target):
        yield Finding(
            "name-not-in-prompt", "prompt", f"{target!r} is not named, so no answer can be expected to define it"
        )
    for key, setup in (("examples", definition.examples_setup), ("unit_tests", definition.unit_tests_setup)):
        items: tuple[str, ...] = getattr(definition, key)
        without = [] if _names(setup, target) else [n for n, item in enumerate(items, 1) if not _names(item, target)]
        if items and len(without) == len(items):
            yield Finding("name-not-in-items", key, f"none of them names {target!r}")
        elif without:
            for number in without:
                message = f"{target!r} is not named"
                yield Finding("name-not-in-items", f"{key}[{number}]", message, is_error=False)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _check_items(definition: Definition) -> Found:
    for key in ("examples", "unit_tests", "wrong_solutions", "imports"):
        texts: tuple[str, ...] = getattr(definition, key)
        compared = [_comparable(text, definition) for text in texts] if key != "imports" else texts
        yield from duplicates(key, compared)


def _comparable(text: str, definition: Definition) -> str:
    if definition.language == "python":
        return comparable(text)
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def _check_solutions(definition: Definition) -> Found:
    right = _comparable(definition.reference_solution, definition)
    for number, wrong in enumerate(definition.wrong_solutions, 1):
        if _comparable(wrong, definition) == right:
            yield Finding("wrong-is-right", f"wrong_solutions[{number}]", "this is the reference solution")


def _check_julia(definition: Definition) -> Found:
    """As much as text tells: there may be no Julia here."""
    around = definition.unit_tests_setup + definition.unit_tests_teardown
    for number, test in enumerate(definition.unit_tests, 1):
        if not any(word in test + around for word in _JULIA_ASSERTIONS):
            yield Finding("vacuous", f"unit_tests[{number}]", "this asserts nothing: there is no @test in it")
    if not _names(definition.reference_solution, definition.target):
        yield _undefined(definition)


def _check_python(definition: Definition) -> Found:
    for key, text in _python_texts(definition):
        if problem := syntax_problem(text):
            yield Finding("does-not-parse", key, f"this is no Python: {problem}")
    for number, text in enumerate(definition.imports, 1):
        if not _is_import(text):
            message = f"{text!r} is neither the name of a module nor a statement that imports"
            yield Finding("imports", f"imports[{number}]", message)
    if not syntax_problem(definition.reference_solution) and not defines(
        definition.reference_solution, definition.target
    ):
        yield _undefined(definition)


def _python_texts(definition: Definition) -> Iterator[tuple[str, str]]:
    for key in ("reference_solution", "examples_setup", "examples_teardown", "unit_tests_setup", "unit_tests_teardown"):
        yield key, getattr(definition, key)
    for key in ("examples", "unit_tests", "wrong_solutions"):
        yield from ((f"{key}[{number}]", text) for number, text in enumerate(getattr(definition, key), 1))


def _undefined(definition: Definition) -> Finding:
    return Finding("entry-point", "reference_solution", f"it does not define {definition.target!r}")


def _is_import(text: str) -> bool:
    if all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split(".")):
        return True
    return " " in text.strip() and text.lstrip().startswith(("import ", "from ")) and not syntax_problem(text)
