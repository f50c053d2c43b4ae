"""Writes tests of recorded requests by a template of the user's."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testwright.errors import UsageError
from testwright.write.request_test_file import RequestTestText, TestParts, parts_of

__all__ = ["request_contexts", "request_template", "require_template"]


class TemplateLine(str):
    """A line; templates that were written for Kolo ask each for the lines that it consists of."""

    __slots__ = ("pytest_template_parts", "template_parts")

    template_parts: list[str]
    pytest_template_parts: list[str]


def request_contexts(
    tests: Sequence[RequestTestText], responses: Sequence[Mapping[str, Any]], *, own: frozenset[str], unittest: bool
) -> list[dict[str, Any]]:
    """The names that a template has for each test; `responses` are those that were recorded, one a test. All is JSON.
    `unittest`: methods of a class are wanted.
    """
    return [
        _context(test, response, own) | {"unittest": unittest} for test, response in zip(tests, responses, strict=True)
    ]


def request_template(path: Path, contexts: Sequence[Mapping[str, Any]], *, version: str) -> str:
    """The file that the Jinja template at `path` makes of them.

    Its context is `tests`, and of the first one, without a prefix, what each of them has; how-to/generate-test.md lists
    it. UsageError `template-error` with the line where it cannot be followed. It is run in Jinja's sandbox.
    """
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(str(path.parent)),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = [_with_lines(context) for context in contexts]
    context = {**(told[0] if told else {}), "tests": told, "version": version}
    try:
        return environment.get_template(path.name).render(context)
    except jinja2.TemplateNotFound as error:
        raise _wrong(path, 0, f"there is no template {error.name!r}") from error
    except jinja2.TemplateSyntaxError as error:
        raise _wrong(Path(error.filename or path), error.lineno, str(error.message)) from error
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise _wrong(path, _line_in(path, error), f"{type(error).__name__}: {error}") from error


def require_template(path: Path) -> None:
    """UsageError `template-error`, with the line, where it is no template; whether its names are there, only a test tells."""
    import jinja2

    try:
        jinja2.Environment().parse(path.read_text(encoding="utf-8"))
    except jinja2.TemplateSyntaxError as error:
        raise _wrong(path, error.lineno, str(error.message)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, 0, f"it cannot be read: {error}") from error


def _wrong(path: Path, line: int, why: str) -> UsageError:
    return UsageError(
        f"the template {str(path)!r} cannot be followed: {why}",
        slug="template-error",
        where=f"{path}:{line}" if line else str(path),
        hint="docs/how-to/generate-test.md lists the names that a template has",
    )


def _line_in(path: Path, error: Exception) -> int:
    """Jinja gives its code the lines of the template."""
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else 0


def _context(test: RequestTestText, response: Mapping[str, Any], own: frozenset[str]) -> dict[str, Any]:
    functions, methods = parts_of(test, own, unittest=False), parts_of(test, own, unittest=True)
    return {
        "test_name": test.name,
        "test_class": test.group or "RecordedRequests",
        "fixtures": list(test.fixtures),
        "decorators": functions.decorators,
        "proof": test.proof,
        "imports": functions.imports,
        "sql_fixtures": functions.arrange,
        "asserts": functions.asserts,
        "test_client_call": methods.call,
        "test_client_call_pytest": functions.call,
        "response": dict(response),
        "template_parts": _texts(methods),
        "pytest_template_parts": _texts(functions),
    }


def _with_lines(context: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(context)
    for name in ("sql_fixtures", "asserts"):
        if isinstance(found.get(name), list):
            as_methods = name == "asserts" or found["unittest"]
            methods = str(found["template_parts" if as_methods else "pytest_template_parts"][name]).splitlines()
            found[name] = _lines(found[name], methods)
    return found


def _lines(functions: Sequence[Any], methods: Sequence[str]) -> list[TemplateLine]:
    """Of lines that methods have in another number, the first has all of them."""
    found = []
    for place, text in enumerate(functions):
        line = TemplateLine(text)
        line.pytest_template_parts = [str(text)]
        if len(methods) == len(functions):
            line.template_parts = [methods[place]]
        else:
            line.template_parts = [] if place else list(methods)
        found.append(line)
    return found


def _texts(parts: TestParts) -> dict[str, str]:
    named = {
        "imports": parts.imports,
        "sql_fixtures": parts.arrange,
        "request": parts.request,
        "asserts": parts.asserts,
    }
    return {name: "\n".join(lines) for name, lines in named.items()}
