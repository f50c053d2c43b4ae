"""Expected values that a test leaves to be observed, and those that it does not."""

from __future__ import annotations

import pytest

from testwright.python_source.observed_values import observing, with_observed

SOURCE = """\
def test_a(tmp_path):
    got = f(1)
    assert got == 1
    with pytest.warns(UserWarning):
        assert f(2) == [1, 'b']  # observed
    assert f(3) == 3.5  # told first: observed
    # a remark
    assert f(4) is True  # observed
"""


def observed(source: str, f: object) -> str:
    """What the observing test says, as the gate tells it."""
    import contextlib
    import types

    pytest_like = types.SimpleNamespace(warns=lambda kind: contextlib.nullcontext())
    space: dict[str, object] = {"f": f, "pytest": pytest_like}
    exec(observing(source, "test_a"), space)
    try:
        space["test_a"](None)  # type: ignore[operator]
    except AssertionError as error:
        return f"AssertionError: {error}"
    return ""


def test_only_what_is_marked_becomes_what_was_observed():
    detail = observed(SOURCE, lambda x: {1: 1, 2: {"a": (None, "it's")}, 3: 3.5, 4: False}[x])
    assert with_observed(SOURCE, "test_a", detail) == SOURCE.replace("[1, 'b']", '{"a": (None, "it\'s")}').replace(
        "is True", "is False"
    )


def test_what_is_not_plain_stays():
    assert with_observed(SOURCE, "test_a", observed(SOURCE, lambda x: 1 if x == 1 else object())) == ""
    assert with_observed(SOURCE, "test_a", "AssertionError: assert 1 == 2") == ""
    assert with_observed(SOURCE, "test_a", "AssertionError: observed: [1, 'cut off") == ""


@pytest.mark.parametrize(
    "line",
    [
        "assert f(1) == 2",
        "assert f(1) == 2  # observed by nobody",
        "assert f(1) != 2  # observed",
        "assert f(1) == g(2)  # observed",
        "assert f(1) < 2  # observed",
        "assert f(1)  # observed",
        "assert 1 < f(1) == 2  # observed",
        "for x in y:\n        assert f(x) == 2  # observed",
    ],
)
def test_what_leaves_nothing_to_be_observed(line):
    assert observing(f"def test_a():\n    {line}\n", "test_a") == ""
