"""An example whose result is another is a bug of the code or of its documentation."""

import pytest

from testwright.decide.suspicions.contradicted_example import contradicted_example
from testwright.inside.recipes import Const, Name, Sequence, Variable
from testwright.inside.scenario import Check, Outcome, Raised, Sign

SOURCE = "def double(number):\n    return number * 2\n"


def of(planted, shown, outcome):
    module = planted(SOURCE)
    return contradicted_example(module.observed("double", 2, outcome=outcome, documented=shown), module.code)


def gives(expected):
    return Outcome((Check("equals", Variable("result"), expected),))


def test_another_result_is_suspected(planted):
    found = of(planted, "5", gives(Const(4)))
    assert found.happened == "4"
    assert found.expected.startswith("5")
    assert found.confident


def test_an_error_instead_of_a_result_is_suspected(planted):
    assert of(planted, "4", Outcome(raised=Raised(Name("builtins", "ValueError"), None, True))).happened == "ValueError"
    sign = Sign("error", "TypeError", "no", 2, "double")
    assert of(planted, "4", Outcome(broken="nonsense", signs=(sign,))).happened == "TypeError: no"


def test_a_result_instead_of_an_error_is_suspected(planted):
    shown = "Traceback (most recent call last):\n...\nValueError: no"
    assert of(planted, shown, gives(Const(4))).happened == "4"
    assert of(planted, shown, Outcome(raised=Raised(Name("m", "Wrong"), None, True))) is None


@pytest.mark.parametrize(
    ("shown", "given"),
    [
        ("4", Const(4)),
        ("0.333", Const(1 / 3)),
        ("'a  b'", Const("a b")),
        ("'a...z'", Const("abcz")),
        ("'abc'", Const(b"abc")),
        ("<Thing at 0x7f>", Const(4)),
        ("[1, 2]", Sequence("tuple", (Const(1), Const(2)))),
        ("four", Const(4)),
    ],
)
def test_what_says_the_same_or_cannot_be_read_is_not(planted, shown, given):
    assert of(planted, shown, gives(given)) is None


def test_what_the_surroundings_lack_is_not(planted):
    assert of(planted, "4", Outcome(raised=Raised(Name("builtins", "FileNotFoundError"), None, False))) is None


def test_a_call_that_no_documentation_shows_is_not(planted):
    assert of(planted, "", gives(Const(4))) is None
