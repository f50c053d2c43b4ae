from __future__ import annotations

import pytest

from testwright.decide.training_split import split_by_module, without_duplicates
from testwright.nouns.training_pair import TrainingPair


def pair(module: str, question: str = "def f(): ...", answer: str = "x = 1\n") -> TrainingPair:
    return TrainingPair(module, "f", question, answer, ("test_f",), "testwright")


def test_the_same_question_or_answer_is_kept_once_however_it_is_laid_out():
    first, other = pair("a", "def f():\n    1"), pair("c", "def g(): ...", "y = 2")
    again = [pair("b", "def f():   1", "z = 3"), pair("b", "def h(): ...", "x  =  1  # said"), other]
    assert without_duplicates([first, *again, other]) == [first, other]


def test_a_function_may_have_answers_of_several_writers():
    by_model = pair("a", answer="y = 2")
    assert without_duplicates([pair("a"), by_model, pair("a")]) == [pair("a"), by_model]


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.01, 1), (0.2, 2), (0.5, 5), (0.99, 9)])
def test_modules_stay_whole_and_each_side_has_some(share, expected):
    pairs = [pair(f"m{number}", f"def f{n}(): ...") for number in range(10) for n in range(3)]
    split = split_by_module(pairs, share=share, seed=1)
    train, test = ({each.module for each in side} for side in (split.train, split.test))
    assert len(test) == expected
    assert not train & test
    assert len(split.train) + len(split.test) == len(pairs)
    assert split == split_by_module(pairs, share=share, seed=1)


def test_one_module_is_there_to_learn_from():
    assert split_by_module([pair("m")], share=0.4, seed=1).train == (pair("m"),)
    assert split_by_module([], share=0.4, seed=1).train == ()
