"""Finds for a model how a function is called elsewhere in its project, and a test that shows the style of the project's."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from testwright.config.caller_files import caller_files
from testwright.nouns import Target
from testwright.propose.from_model.context import Surroundings
from testwright.python_source.parsing import parse_source, source_lines

__all__ = ["ProjectTexts", "style_of"]

MOST_FILES = 400
MOST_SITES = 2
LONGEST_SITE, LONGEST_STYLE = 6, 15


class ProjectTexts:
    """The files around one module; they are read once, and only where a name that is asked for stands in them."""

    def __init__(self, target: Target, root: Path | None, tests: Sequence[str]) -> None:
        files = caller_files(target, str(root or Path(target.source).parent), tests=False)
        others = (path for _, path in files if path != target.source)
        self._texts = [text for _, path in zip(range(MOST_FILES), others, strict=False) if (text := _read(path))]
        self.style = style_of(tests)

    def of(self, qualname: str) -> Surroundings:
        name = qualname.rpartition(".")[2]
        found = (site for text in self._texts if f"{name}(" in text for site in _sites(text, name))
        return Surroundings(tuple(site for _, site in zip(range(MOST_SITES), found, strict=False)), self.style)


def style_of(tests: Sequence[str]) -> str:
    """The shortest test of the first of these files that has a short one."""
    return next((each for path in sorted(tests) for each in _short_tests(_read(path))), "")


def _read(path: str) -> str:
    """Empty for what cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _sites(text: str, name: str) -> Iterator[str]:
    """The statements that call something of that name."""
    for statement in _simple_statements(text):
        calls = [each.func for each in ast.walk(statement) if isinstance(each, ast.Call)]
        if any(getattr(each, "attr", getattr(each, "id", "")) == name for each in calls):
            yield _text(statement, text)


def _simple_statements(text: str) -> Iterator[ast.stmt]:
    for node in _walked(text):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            if (node.end_lineno or node.lineno) - node.lineno < LONGEST_SITE:
                yield node


def _short_tests(text: str) -> Iterator[str]:
    functions = [each for each in _walked(text) if isinstance(each, ast.FunctionDef) and each.name.startswith("test")]
    lengths = [((each.end_lineno or each.lineno) - each.lineno + 1, each.lineno, each) for each in functions]
    fitting = [each for each in lengths if 3 <= each[0] <= LONGEST_STYLE]
    yield from (_text(each, text) for _, _, each in sorted(fitting, key=lambda found: found[:2]))


def _walked(text: str) -> Iterable[ast.AST]:
    try:
        return ast.walk(parse_source(text))
    except (SyntaxError, ValueError, RecursionError):
        return ()


def _text(node: ast.stmt, text: str) -> str:
    return textwrap.dedent("".join(source_lines(text)[node.lineno - 1 : node.end_lineno])).rstrip()
