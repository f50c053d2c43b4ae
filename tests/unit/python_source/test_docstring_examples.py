"""Docstring examples: doctests in order, code blocks that state values, and prose that states none."""

from __future__ import annotations

from textwrap import dedent

import pytest

from testwright.python_source.docstring_examples import docstring_examples


def examples(docstring: str) -> list[tuple[str, str]]:
    return [(step.source, step.expected) for step in docstring_examples(dedent(docstring))]


def test_doctests_come_in_order_with_their_set_up() -> None:
    found = examples("""
        Adds.

        >>> import math
        >>> x = [1,
        ...      2]
        >>> add(x, 3)
        6
        >>> for i in range(2):
        ...     print(i)
        0
        1

        Text between.

        >>> add([])
        0
    """)
    assert found == [
        ("import math", ""),
        ("x = [1,\n     2]", ""),
        ("add(x, 3)", "6"),
        ("for i in range(2):\n    print(i)", "0\n1"),
        ("add([])", "0"),
    ]


def test_a_traceback_is_the_expected_text() -> None:
    found = examples("""
        >>> f(-1)
        Traceback (most recent call last):
        ValueError: negative
    """)
    assert found == [("f(-1)", "Traceback (most recent call last):\nValueError: negative")]


@pytest.mark.parametrize("heading", ["Example:", "Examples::", ".. code-block:: python", "Usage:", "For instance::"])
def test_a_block_below_a_heading(heading: str) -> None:
    found = examples(f"""
        Doc.

        {heading}

            x = 3
            f(x) == [1, 2]
            assert g(x) == "a"

        More prose == here.
    """)
    assert found == [("x = 3", ""), ("f(x)", "[1, 2]"), ("g(x)", "'a'")]


def test_a_ruled_heading() -> None:
    assert examples("""
        Examples
        --------
        assert f(1) is None

        Notes
        -----
        Nothing.
    """) == [("f(1)", "None")]


def test_a_fenced_block() -> None:
    assert examples("""
        ```python
        f(1) == 2
        ```
        f(3) == 4
    """) == [("f(1)", "2")]


def test_a_value_shown_in_a_comment() -> None:
    assert examples("""
        Example:
            f(1)  # => 2
            g(2)  # -> 'x'
            h(3)  # prose, not a value
    """) == [("f(1)", "2"), ("g(2)", "'x'"), ("h(3)", "")]


def test_truth_asserts() -> None:
    assert examples("Example:\n    assert f(1)\n    assert not g(2)") == [
        ("bool(f(1))", "True"),
        ("bool(g(2))", "False"),
    ]


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "No example at all.",
        "Example:\n    this is prose, not code",
        "Example:\n    client = make()\n    client.run()",  # states no value
        ">>> 1 +\n2",  # not Python
        "  >>>bad prompt\n",
        "Example:",
        "```",
    ],
)
def test_what_states_no_value_gives_nothing(docstring: str) -> None:
    assert docstring_examples(docstring) == ()
