from __future__ import annotations

import ast

from testwright.llm.exchange import Sampling
from testwright.propose.from_model.two_step_prompts import completion_request, shown_source, template_request

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


def test_the_second_question_begins_as_the_first_and_has_its_answer():
    first = template_request("shop.low", "x = 1\n", (5, 3, 4, 9), Sampling(seed=3))
    second = completion_request("shop.low", "x = 1\n", (5, 3, 4, 9), "def test_x(): ...", Sampling(seed=3))
    assert second.messages[:2] == first.messages
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert second.messages[2].text == "def test_x(): ..."
    assert "Lines that no test reaches: 3-5, 9." in first.messages[1].text
    assert "`shop.low`" in first.messages[1].text
    assert first == template_request("shop.low", "x = 1\n", (9, 4, 3, 5), Sampling(seed=3))
