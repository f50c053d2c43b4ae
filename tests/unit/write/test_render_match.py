"""How the message of an expected exception is written: to its end where there is room, and always such that it matches."""

from __future__ import annotations

import ast
import re

import black
import pytest

from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import lay_out
from testwright.write.render_match import match_of, raises_head


def written(message: str) -> str:
    return " ".join(line.strip() for line in lay_out(match_of(message, Imports()), indent=12, before="match="))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param("no such key", 'match="no such key$"', id="nothing special"),
        pytest.param("no key (a)", r'match=r"no key \(a\)$"', id="few special characters"),
        pytest.param(
            "Cannot use complex values of that type with --form/--multiple.",
            r'match=r"Cannot use complex values of that type with --form/--multiple\.$"',
            id="as long as a line has room for",
        ),
        pytest.param("(((((((", 'match=re.escape("(((((((") + "$"', id="many special characters"),
    ],
)
def test_a_message_is_held_to_its_end(message: str, expected: str) -> None:
    assert written(message) == expected


@pytest.mark.parametrize("length", range(40, 120, 7))
@pytest.mark.parametrize("special", [0, 1, 6, 7])
def test_it_matches_and_keeps_to_the_line(length: int, special: int) -> None:
    message = ("word " * 30)[: length - special].strip() + "(" * special
    parts = lay_out(match_of(message, Imports()), indent=12, before="match=")
    assert max(map(len, parts)) <= 88
    pattern = eval("(" + " ".join(parts).strip().removeprefix("match=") + ")", {"re": re})
    assert re.search(pattern, message)


def test_a_long_one_stands_in_lines_without_brackets_of_its_own() -> None:
    lines = lay_out(match_of("a (word) " * 12, Imports()), indent=4, before="match=", after=",")
    assert [line.strip()[:1] for line in lines] == ["m", '"', '"', ")", "+"]


@pytest.mark.parametrize("length", [60, 64, 67, 70, 73, 80, 90, 120, 160])
def test_black_leaves_it_as_it_is(length: int) -> None:
    message = ("some (words) " * 30)[:length].strip() + "."
    head = raises_head("pytest.raises", ("ValueError",), match_of(message, Imports()), 4)
    source = "\n".join(["def test():", *head, "        f()", ""])
    assert black.format_str(source, mode=black.Mode()) == source
    (call,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.withitem)]
    pattern = eval(ast.unparse(call.context_expr.keywords[0].value), {"re": re})  # type: ignore[attr-defined]
    assert re.search(pattern, message)
    assert not re.search(pattern, message + "more")
