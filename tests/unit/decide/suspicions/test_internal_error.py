"""A complaint of the interpreter on a promised call is a bug, unless the caller or the documentation explains it."""

import pytest

from testwright.decide.suspicions.internal_error import internal_error
from testwright.inside.scenario import Outcome, Sign

INITIALS = """
    def initials(name: str) -> str:
        return "".join(word[0] for word in name.split(" "))
"""
NONE_FOUND = "'NoneType' object has no attribute 'group'"


def suspected(planted, source, target, kind, words, at, **more):
    module = planted(source)
    found = internal_error(module.failed(target, kind, words, at, **more), module.code)
    return found is not None and found.confident


def test_an_index_error_on_a_promised_call_is_suspected(planted):
    module = planted(INITIALS)
    found = internal_error(module.failed("initials", "IndexError", "string index out of range", "word[0]"), module.code)
    assert found.slug == "internal-error"
    assert found.line == 2
    assert found.happened == "IndexError: string index out of range"
    assert found.confident


def test_a_call_outside_of_what_is_promised_is_not(planted):
    assert not suspected(
        planted, INITIALS, "initials", "IndexError", "x", "word[0]", outside="nothing says what name is"
    )


@pytest.mark.parametrize(
    ("source", "target", "kind", "words", "at"),
    [
        ("def version(text: str) -> str:\n    return found(text).group(1)\n", "version", "AttributeError", NONE_FOUND, "found"),
        ("def mean(xs: list[int]) -> float:\n    return sum(xs) / len(xs)\n", "mean", "ZeroDivisionError", "x", "sum"),
        ("def f(x: int) -> int:\n    return TABLE['a']\n", "f", "KeyError", "'a'", "TABLE"),
        ("def f(x: int) -> int:\n    if x:\n        y = 1\n    return y\n", "f", "UnboundLocalError", "y", "return y"),
        ("def f(x: int) -> int:\n    return f(x)\n", "f", "RecursionError", "x", "def f"),
        ("def f(x: str) -> str:\n    return x + None\n", "f", "TypeError", "can only concatenate", "None"),
    ],
)  # fmt: skip
def test_planted_bugs_are_suspected(planted, source, target, kind, words, at):
    assert suspected(planted, source, target, kind, words, at)


@pytest.mark.parametrize(
    ("source", "target", "kind", "words", "at"),
    [
        ("def ratio(a: float, b: float) -> float:\n    return a / b\n", "ratio", "ZeroDivisionError", "x", "a / b"),
        ("def price(t: dict[str, int], k: str) -> int:\n    return t[k]\n", "price", "KeyError", "'a'", "t[k]"),
        ("def price(t: dict[str, int]) -> int:\n    return t['a']\n", "price", "KeyError", "'a'", "t['a']"),
        ("def unit(name: str) -> int:\n    return UNITS[name.lower()]\n", "unit", "KeyError", "'a'", "UNITS"),
        ("def get_first(xs: list[int]) -> int:\n    return xs[0]\n", "get_first", "IndexError", "x", "xs[0]"),
        ("def take(xs: list[int], n: int) -> int:\n    return xs[n]\n", "take", "IndexError", "x", "xs[n]"),
        ('def f(x: str) -> str:\n    """Raises IndexError when empty."""\n    return x[0]\n', "f", "IndexError", "x", "x[0]"),
        ("def _f(x: str) -> str:\n    return x[0]\n", "_f", "IndexError", "x", "x[0]"),
        ("class A:\n    def __getitem__(self, x: int):\n        return [][0]\n", "A.__getitem__", "IndexError", "x", "[][0]"),
        ("def f(x: str) -> str:\n    if not x:\n        raise KeyError(x)\n    return T['a']\n", "f", "KeyError", "x", "T["),
    ],
)  # fmt: skip
def test_what_the_caller_or_the_documentation_explains_is_not(planted, source, target, kind, words, at):
    assert not suspected(planted, source, target, kind, words, at)


def test_an_attribute_that_subclasses_give_is_theirs(planted):
    source = """
        class Field:
            def check(self, value: int) -> int:
                return self.limit

        class Small(Field):
            limit = 3
    """
    words = "'Field' object has no attribute 'limit'"
    assert not suspected(planted, source, "Field.check", "AttributeError", words, "self.limit")


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("self.link.send(text)", "AttributeError", "'NoneType' object has no attribute 'send'"),
        ("self.items[-1]", "IndexError", "list index out of range"),
        ("self.table['a']", "KeyError", "'a'"),
        ("self.owner()[0]", "TypeError", "'NoneType' object is not subscriptable"),
    ],
)
def test_what_an_object_does_not_hold_yet_may_be_meant_so(planted, line, kind, words):
    source = f"class Client:\n    def send(self, text: str) -> int:\n        return {line}\n"
    assert not suspected(planted, source, "Client.send", kind, words, "return")


@pytest.mark.parametrize(
    ("refusal", "is_sure"), [("", False), ("    if not name.isprintable():\n        raise ValueError(name)\n", True)]
)
def test_only_who_refuses_texts_is_expected_to_take_the_others(planted, refusal, is_sure):
    module = planted(f"def initial(name: str) -> str:\n{refusal}    return name[0]\n")
    sign = Sign("error", "IndexError", "string index out of range", module.line_with("name[0]"), "initial")
    observation = module.observed("initial", "", outcome=Outcome(broken="nonsense", signs=(sign,)))
    assert internal_error(observation, module.code).confident is is_sure


def test_a_class_that_others_complete_serves_nobody_by_itself(planted):
    source = "class SizeMixin:\n    def size(self, factor: int) -> int:\n        return factor + None\n"
    assert not suspected(planted, source, "SizeMixin.size", "TypeError", "unsupported operand", "None")
    assert suspected(planted, source.replace("SizeMixin", "Size"), "Size.size", "TypeError", "unsupported", "None")


def test_an_attribute_that_the_caller_names_is_the_callers(planted):
    module = planted(
        "def take(name: str) -> int:\n    if not name:\n        raise ValueError\n    return getattr(T, name)\n"
    )
    sign = Sign("error", "AttributeError", "'str' object has no attribute 'abc'", 4, "take")
    observation = module.observed("take", "abc", outcome=Outcome(broken="nonsense", signs=(sign,)))
    assert not internal_error(observation, module.code).confident


def test_what_is_passed_on_is_the_callers(planted):
    source = "def made(data: dict[str, int]) -> int:\n    return Point(**data)\n"
    words = "Point.__init__() missing 1 required positional argument: 'x'"
    assert not suspected(planted, source, "made", "TypeError", words, "Point")


def test_types_that_do_not_compare_may_be_mixed(planted):
    source = "def least(a: int | str, b: int | str) -> int:\n    return a < b\n"
    words = "'<' not supported between instances of 'int' and 'str'"
    assert not suspected(planted, source, "least", "TypeError", words, "a < b")


def test_a_name_that_is_nowhere_is_suspected_whatever_was_passed(planted):
    source = "def f(x):\n    return unicode(x)\n"
    words = "name 'unicode' is not defined"
    assert suspected(planted, source, "f", "NameError", words, "unicode", outside="nothing says what x is")


def test_a_name_of_a_package_that_may_be_missing_is_not(planted):
    source = "try:\n    import yaml\nexcept ImportError:\n    pass\ndef f(x):\n    return yaml.load(x)\n"
    assert not suspected(planted, source, "f", "NameError", "name 'yaml' is not defined", "load")
