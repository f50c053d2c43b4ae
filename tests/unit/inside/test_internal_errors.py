"""A complaint of the interpreter about the module's code has a place; what was raised on purpose has none."""

import json

import pytest

from testwright.inside.internal_errors import spot_of

SOURCE = """
import json

def first(text):
    return text[0]

def refused(text):
    raise IndexError("no")

def passed_on(text):
    return json.loads(text)

def endless(number):
    return endless(number)

def wrapped(text):
    try:
        return first(text)
    finally:
        pass

def guarded(text):
    assert text
"""


@pytest.fixture
def error_of(tmp_path):
    path = tmp_path / "failing.py"
    path.write_text(SOURCE, encoding="utf-8")
    scope = {"__name__": "failing"}
    exec(compile(SOURCE, str(path), "exec"), scope)

    def run(name, argument):
        try:
            scope[name](argument)
        except (LookupError, TypeError, RecursionError, AssertionError) as error:
            return spot_of(error, str(path))
        return "nothing was raised"

    return run


def test_its_line_and_function_are_told(error_of):
    assert error_of("first", "") == ("IndexError", 5, "first")
    assert error_of("wrapped", "") == ("IndexError", 5, "first")
    assert error_of("first", None) == ("TypeError", 5, "first")


def test_endless_recursion_is_told_by_its_function(error_of):
    assert error_of("endless", 1) == ("RecursionError", 13, "endless")


def test_what_the_module_raises_itself_has_none(error_of):
    assert error_of("refused", "") is None
    assert error_of("guarded", "") is None


def test_what_other_code_complains_of_has_none(error_of):
    assert error_of("passed_on", None) is None
    with pytest.raises(TypeError) as caught:
        json.loads(None)
    assert spot_of(caught.value, "failing.py") is None
