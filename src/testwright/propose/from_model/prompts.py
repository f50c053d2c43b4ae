"""Holds the words in which a model is asked: for inputs, for whole tests, for what a docstring promises, for names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from testwright.llm.exchange import Message, ModelRequest, Sampling
from testwright.propose.from_model.context import Context, fenced

__all__ = [
    "DOCSTRING_SCHEMA",
    "NAMES_SCHEMA",
    "ROWS_SCHEMA",
    "of_failures",
    "question_of_docstring",
    "question_of_names",
    "question_of_rows",
    "question_of_tests",
    "trimmed_failure",
]

MOST_FAILURES = 6
LONGEST_FAILURE = 300
_VARYING = re.compile(r"0x[0-9a-fA-F]+|/(?:tmp|var)/[^\s'\"]+")
_VALUES = (
    'Values are JSON. What JSON cannot say is written as an object with the one key "python" and an expression of literals and\n'
    'plain constructors, such as {"python": "(1, 2)"} or {"python": "Decimal(\'1.5\')"}.'
)
ROWS_RULES: Final = f"""\
You choose inputs for tests of Python functions. You do not say what comes out: the code is run to see that.

Answer with JSON alone: {{"rows": [{{"args": [...], "kwargs": {{...}}, "why": "..."}}]}}. At most 8 rows, each with another purpose.
{_VALUES}
For a method, "init" holds the arguments of the class: {{"init": {{"args": [...], "kwargs": {{...}}}}, "args": [...]}}.
Choose inputs that reach the lines marked as not reached, or that tell a changed code from the original."""
TESTS_RULES: Final = """\
You write pytest tests for Python code. Each test is run; only those that pass and reach or catch something new are kept.

Answer with one Python code block. Import the module under test by the name that is given. Write functions `test_...`, each
with a name that says the case, few assertions, and no more set-up than it needs. Only pytest's own fixtures exist, and those
that are named.
Do not read or write files outside of tmp_path, use no network, no other process, no sleep. Do not test mocks.
Where you are not sure of a plain expected value, end the line of the assertion with `# observed`: what comes out is put there."""
DOCSTRING_RULES: Final = f"""\
You read the documentation of a Python function, without its code, and say what it promises.

Answer with JSON alone: {{"rows": [{{"args": [...], "kwargs": {{...}}, "expected": ..., "why": "..."}}]}}. At most 4 rows.
Only what the documentation surely says; no row where it leaves the result open. An empty list is a good answer.
{_VALUES}"""
NAMES_RULES: Final = """\
You name tests. A name says in few words what the test shows: `test_ordinal_of_teens_ends_in_th`, not `test_ordinal_3`.

Answer with JSON alone: {"names": {"test_old": {"name": "test_new", "docstring": "One line."}}}.
Leave out tests whose names are good."""

_ANY: Final[dict[str, Any]] = {}
_CALL: Final[dict[str, Any]] = {"args": {"type": "array", "items": _ANY}, "kwargs": {"type": "object"}}


def _rows_of(more: Mapping[str, Any], required: Sequence[str], most: int) -> dict[str, Any]:
    row = {"type": "object", "properties": {**_CALL, **more, "why": {"type": "string"}}, "required": [*required]}
    rows = {"type": "array", "items": row, "maxItems": most}
    return {"type": "object", "properties": {"rows": rows}, "required": ["rows"]}


ROWS_SCHEMA: Final = _rows_of({"init": {"type": "object", "properties": _CALL}}, ["args"], 8)
DOCSTRING_SCHEMA: Final = _rows_of({"expected": _ANY}, ["args", "expected"], 4)
NAMES_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "names": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "docstring": {"type": "string"}},
                "required": ["name"],
            },
        }
    },
    "required": ["names"],
}


def question_of_rows(module: str, context: Context, sampling: Sampling) -> ModelRequest:
    return _asked(ROWS_RULES, f"The module is `{module}`.\n\n{context.text}", sampling, ROWS_SCHEMA)


def question_of_tests(
    module: str, context: Context, sampling: Sampling, *, fixtures: Sequence[str] = (), failures: Sequence[str] = ()
) -> ModelRequest:
    """`failures` say what became of the tests of an earlier reply."""
    head = f"The module under test is `{module}`."
    head += f" Fixtures of the project: {', '.join(sorted(fixtures))}." if fixtures else ""
    parts = [head, context.text]
    if failures:
        parts += [of_failures(failures), "Write other tests for what is still missing."]
    return _asked(TESTS_RULES, "\n\n".join(parts), sampling)


def of_failures(failures: Sequence[str]) -> str:
    """The last of them, for the next question."""
    return "Of your tests so far:\n" + "\n".join(f"- {each}" for each in failures[-MOST_FAILURES:])


def trimmed_failure(words: str) -> str:
    """Without what is another in each run."""
    return _VARYING.sub("…", words)[:LONGEST_FAILURE]


def question_of_docstring(signature: str, docstring: str, sampling: Sampling) -> ModelRequest:
    """The body is not shown: what it does must not pass for what was promised."""
    return _asked(DOCSTRING_RULES, f"{signature}:\n\n{docstring.strip()}", sampling, DOCSTRING_SCHEMA)


def question_of_names(module: str, tests: Sequence[str], sampling: Sampling) -> ModelRequest:
    shown = "\n\n\n".join(tests)
    return _asked(NAMES_RULES, f"The module is `{module}`.\n\n{fenced(shown, 'python')}", sampling, NAMES_SCHEMA)


def _asked(rules: str, text: str, sampling: Sampling, schema: Mapping[str, Any] | None = None) -> ModelRequest:
    return ModelRequest((Message("system", rules), Message("user", text)), sampling=sampling, schema=schema)
