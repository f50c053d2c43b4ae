"""Writes tests of recorded requests by a template of the user's."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testwright.errors import UsageError
from testwright.write.request_test_file import RequestTestText, TestParts, parts_of

__all__ = ["request_template"]


def request_template(
    path: Path,
    tests: Sequence[RequestTestText],
    responses: Sequence[Mapping[str, Any]],
    *,
    own: frozenset[str],
    version: str,
) -> str:
    """The file that the Jinja template at `path` makes of them; `responses` are those that were recorded, one a test.

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
    told = [_context(test, response, own) for test, response in zip(tests, responses, strict=True)]
    context = {**(told[0] if told else {}), "tests": told, "version": version}
    try:
        return environment.get_template(path.name).render(context)
    except jinja2.TemplateNotFound as error:
        raise _wrong(path, 0, f"there is no template {error.name!r}") from error
    except jinja2.TemplateSyntaxError as error:
        raise _wrong(Path(error.filename or path), error.lineno, str(error.message)) from error
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise _wrong(path, _line_in(path, error), f"{type(error).__name__}: {error}") from error


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
        "test_client_call": "\n".join(methods.request),
        "test_client_call_pytest": "\n".join(functions.request),
        "response": dict(response),
        "template_parts": _texts(methods),
        "pytest_template_parts": _texts(functions),
    }


def _texts(parts: TestParts) -> dict[str, str]:
    named = {
        "imports": parts.imports,
        "sql_fixtures": parts.arrange,
        "request": parts.request,
        "asserts": parts.asserts,
    }
    return {name: "\n".join(lines) for name, lines in named.items()}
