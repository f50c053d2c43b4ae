"""Decides which keys a definition may have and what each may hold; finds all that is wrong with a file at once."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final, TypeAlias, get_args

from testwright.bench.definitions.finding import Finding
from testwright.nouns.definition import (
    CODE_CRITERIA,
    LANGUAGES,
    TEST_CRITERIA,
    BugFix,
    Definition,
    Isolation,
    TestGenerationDefinition,
)

__all__ = ["KINDS", "AnyDefinition", "from_table", "written_fields"]

AnyDefinition: TypeAlias = Definition | TestGenerationDefinition
KINDS: Final[Mapping[str, type[AnyDefinition]]] = {
    "code_generation": Definition,
    "test_generation": TestGenerationDefinition,
}
"""The table that a file has one of, and what it is read as."""
SPELLINGS: Final = {"unittestssetup": "unit_tests_setup", "unitteststeardown": "unit_tests_teardown"}
"""As the manual of the Julia leaderboard shows them."""
NEWEST_SCHEMA: Final = 2
STRICT_SCHEMA: Final = 2
"""From this one on an unknown key is an error, and no warning."""
_MOST: Final = 1_000_000
"""Seconds, or megabytes."""
_NOT_EMPTY: Final = frozenset({"name", "contributor", "criteria", "prompt", "version", "reference_solution"})
_ITEMS_OF: Final = {"executed_examples": "examples", "passed_unit_tests": "unit_tests"}
_NAME: Final = re.compile(r"[^\W\d][\w.-]*!?")
"""A name is a folder of records too. Functions of Julia may end with "!"."""
Problem: TypeAlias = tuple[str, str]
"""Key and message."""
Checked: TypeAlias = tuple[Any, list[Problem]]
"""The value as a definition holds it, and what is wrong with it."""


def written_fields(kind: type[AnyDefinition]) -> list[dataclasses.Field[Any]]:
    """Those that a file may have, in their usual order."""
    return [each for each in dataclasses.fields(kind) if each.name not in ("path", "sha256")]


def from_table(plain: Mapping[str, Any], path: str = "") -> tuple[AnyDefinition | None, list[Finding]]:
    """The definition of the tables of a file, and all findings; None where one of these is an error."""
    findings = [Finding(check, key, text, path=path) for check, key, text in _table_problems(plain)]
    tables = [name for name in KINDS if isinstance(plain.get(name), Mapping)]
    if len(tables) != 1:
        return None, findings
    kind, given = KINDS[tables[0]], plain[tables[0]]
    values, problems = _values(kind, given)
    found = [*_key_findings(kind, given), *(Finding("schema", key, text) for key, text in problems)]
    findings += [dataclasses.replace(each, path=path) for each in found]
    if any(each.is_error for each in findings):
        return None, findings
    if kind is Definition and "isolation" not in values and values.get("language", "julia") == "julia":
        values["isolation"] = "shared"
    return kind(**values, path=path), findings


def _table_problems(plain: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(check, key, message) of what stands at the top of the file."""
    for name, value in plain.items():
        if name in KINDS and not isinstance(value, Mapping):
            yield "schema", name, f"this is to be a table, not {_shown(value)}"
        elif name not in KINDS and isinstance(value, Mapping):
            yield "unknown-table", name, f"there is no table [{name}]{_closest(name, KINDS)}"
        elif name not in KINDS:
            yield "unknown-key", name, f"a key outside of a table{_below(name)}"
    found = [name for name in KINDS if name in plain]
    if len(found) > 1:
        yield "second-table", found[1], f"a file has one table, and [{found[0]}] is there too"
    if not found:
        yield "no-table", "", "there is neither [code_generation] nor [test_generation]"


def _below(name: str) -> str:
    known = {each.name for kind in KINDS.values() for each in written_fields(kind)} | SPELLINGS.keys()
    return "; it belongs below [code_generation] or [test_generation]" if name in known else ""


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _key_findings(kind: type[AnyDefinition], given: Mapping[str, Any]) -> Iterator[Finding]:
    known = {each.name for each in written_fields(kind)}
    spelt = {key: SPELLINGS.get(key, key) for key in given}
    is_strict = _is_whole(given.get("schema_version")) and given["schema_version"] >= STRICT_SCHEMA
    for key, meant in spelt.items():
        if meant not in known:
            yield Finding("unknown-key", key, f"unknown key{_closest(key, known - spelt.keys())}", is_error=is_strict)
        elif meant != key and meant in given:
            yield Finding("schema", key, f"{meant!r} is given too, and is the same")
    for each in written_fields(kind):
        if _is_required(each) and each.name not in spelt.values():
            yield Finding("missing-key", each.name, "this key is missing")


def _is_required(each: dataclasses.Field[Any]) -> bool:
    return each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING


def _closest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _values(kind: type[AnyDefinition], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    kinds = {each.name: str(each.type) for each in written_fields(kind)}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for written, value in given.items():
        key = SPELLINGS.get(written, written)
        if key not in kinds:
            continue
        values[key], found = _READERS[kinds[key]](_as_text(value) if key == "created" else value)
        found = found or list(_meaning_problems(kind, key, values[key]))
        problems += [(f"{written}{below}", message) for below, message in found]
        if found:
            del values[key]
    problems += _empty_items(values)
    return values, problems


def _as_text(value: Any) -> Any:
    """TOML has dates of its own."""
    return str(value) if isinstance(value, datetime.date) else value


def _text(value: Any) -> Checked:
    return value, ([] if isinstance(value, str) else [("", f"this is to be a text, not {_shown(value)}")])


def _texts(value: Any) -> Checked:
    if not isinstance(value, (list, tuple)):
        return value, [("", f"this is to be a list of texts, not {_shown(value)}")]
    wrong = ((n, each) for n, each in enumerate(value, 1) if not isinstance(each, str))
    return tuple(value), [(f"[{n}]", f"this is to be a text, not {_shown(each)}") for n, each in wrong]


def _number(value: Any) -> Checked:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value, [("", f"this is to be a number, not {_shown(value)}")]
    fits = 0 < value <= _MOST
    return value if not fits else float(value), [] if fits else [("", _out_of_range(value))]


def _whole(value: Any) -> Checked:
    if not _is_whole(value):
        return value, [("", f"this is to be a whole number, not {_shown(value)}")]
    return value, [] if 0 < value <= _MOST else [("", _out_of_range(value))]


def _out_of_range(value: float) -> str:
    return f"this is to be more than 0 and at most {_MOST}, not {_shown(value)}"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _flag(value: Any) -> Checked:
    return value, ([] if isinstance(value, bool) else [("", f"this is to be true or false, not {_shown(value)}")])


def _isolation(value: Any) -> Checked:
    return value, list(_unlisted(value, get_args(Isolation)))


def _files(value: Any) -> Checked:
    if not isinstance(value, Mapping):
        return value, [("", f"this is to be a table of names and texts, not {_shown(value)}")]
    return dict(value), [
        (f".{name}", message) for name, text in value.items() for message in _file_problems(str(name), text)
    ]


def _file_problems(name: str, text: Any) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"this is to be a text, not {_shown(text)}"
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or "\\" in name or PureWindowsPath(name).drive
    if outside or not path.parts or "\0" in name or name.endswith("/"):
        yield f"{name!r} is no name of a file in the scratch folder"


def _bug_fix(value: Any) -> Checked:
    if not isinstance(value, Mapping):
        return value, [("", f"this is to be a table with before and after, not {_shown(value)}")]
    known = [each.name for each in dataclasses.fields(BugFix)]
    problems = [(f".{key}", f"unknown key{_closest(key, known)}") for key in value if key not in known]
    problems += [(f".{key}", "this key is missing") for key in known if key not in value]
    texts = {key: value[key] for key in known if key in value}
    problems += [(f".{key}", text) for key, each in texts.items() for _, text in _text(each)[1]]
    return value if problems else BugFix(**texts), problems


_READERS: Final[Mapping[str, Callable[[Any], Checked]]] = {
    "str": _text,
    "tuple[str, ...]": _texts,
    "float": _number,
    "int": _whole,
    "bool": _flag,
    "Isolation": _isolation,
    "Mapping[str, str]": _files,
    "BugFix | None": _bug_fix,
}
"""By the annotation of the field."""


# ── what a value of the right kind may say ───────────────────────────────────────────────────────────────────────────


def _meaning_problems(kind: type[AnyDefinition], key: str, value: Any) -> Iterator[Problem]:
    is_code = kind is Definition
    if (key in _NOT_EMPTY or (key == "source" and not is_code)) and not _says_something(value):
        yield "", "this is empty"
    elif key == "name" and not (_NAME.fullmatch(value) and ".." not in value):
        yield "", f"{value!r} is no name: letters, digits and underscores, beginning with a letter"
    elif key == "criteria":
        known = CODE_CRITERIA if is_code else TEST_CRITERIA
        for number, each in enumerate(value, 1):
            yield from ((f"[{number}]", message) for _, message in _unlisted(each, known))
    elif key == "language":
        yield from _unlisted(value, LANGUAGES)
    elif key == "schema_version" and value > NEWEST_SCHEMA:
        yield "", f"{value} is newer than what this testwright reads, {NEWEST_SCHEMA}"
    elif key in ("examples", "unit_tests", "wrong_solutions", "mutants"):
        yield from ((f"[{number}]", "this is empty") for number, each in enumerate(value, 1) if not each.strip())


def _says_something(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _unlisted(value: Any, known: Iterable[str]) -> Iterator[Problem]:
    if value not in known:
        names = ", ".join(known)
        close = _closest(value, known) if isinstance(value, str) else ""
        yield "", f"{_shown(value)} is none of {names}{close}"


def _empty_items(values: Mapping[str, Any]) -> Iterator[Problem]:
    """A criterion needs items; upstream asks the same."""
    for criterion, key in _ITEMS_OF.items():
        if criterion in values.get("criteria", ()) and values.get(key) == ():
            yield key, f"this is empty, and criteria lists {criterion}"


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # a number of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 60 else f"{text[:57]}..."
