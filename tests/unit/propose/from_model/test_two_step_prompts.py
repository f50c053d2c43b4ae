from __future__ import annotations

import ast

from testwright.llm.exchange import Sampling
from testwright.propose.from_model.two_step_prompts import ModuleQuestion, shown_source

SOURCE = '''\
LIMIT = 3


def reached(x):
    """Stays."""
    y = x + 1
    return y


class A:
    def missing(self, x):
        if x:
            return 1
        return 2

    def one_line(self): return 5

    def outer(self):
        z = 1

        def inner():
            return z
        return inner
'''


def test_what_is_too_long_loses_the_bodies_that_tests_reach_and_nothing_else():
    assert shown_source(SOURCE, (13,), lambda text: True) == SOURCE
    shorter = shown_source(SOURCE, (13,), lambda text: len(text) < len(SOURCE))
    assert '    """Stays."""\n    ...\n' in shorter
    assert "        if x:\n            return 1\n        return 2\n" in shorter
    assert "def one_line(self): return 5" in shorter
    assert "def outer(self):\n        ...\n" in shorter
    assert "LIMIT = 3" in shorter
    ast.parse(shorter)
    assert shown_source(SOURCE, (13,), lambda text: False) == ""


QUESTION = ModuleQuestion("shop.low", "x = 1\n", (5, 3, 4, 9), ("till", "shop"), "def test_old(): ...")


def test_the_second_question_begins_as_the_first_and_has_its_answer():
    first = QUESTION.template(Sampling(seed=3))
    second = QUESTION.completion("def test_x(): ...", Sampling(seed=3))
    assert second.messages[:2] == first.messages
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert second.messages[2].text == "def test_x(): ..."
    asked = first.messages[1].text
    for part in ("Lines that no test reaches: 3-5, 9.", "`shop.low`", "def test_old", "the project: shop, till."):
        assert part in asked
    bare = ModuleQuestion("shop.low", "x = 1\n", (9, 4, 3, 5)).template(Sampling()).messages[1].text
    assert "Fixtures" not in bare
    assert "style" not in bare


def test_a_further_question_says_what_became_of_the_answer_and_what_is_missing():
    asked = QUESTION.further("def test_x(): ...", ["test_x: assert 1 == 2"], [9], Sampling(seed=3))
    assert asked.messages[2].text == "def test_x(): ..."
    told = asked.messages[3].text
    assert "- test_x: assert 1 == 2\n" in told
    assert "still: 9." in told
    assert "template" not in asked.messages[1].text
    assert "Of your tests" not in QUESTION.further("", [], [9], Sampling()).messages[3].text
