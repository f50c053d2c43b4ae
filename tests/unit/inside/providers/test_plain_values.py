"""Every ready-made standard value evaluates, and to the class it is filed under."""

import random

import pytest

from testwright.inside.providers.plain_values import EMPTY, SMALL, STANDARD, any_plain, known_type, plain
from testwright.inside.recipes import Surroundings, evaluate, resolve_name


@pytest.mark.parametrize("kind", sorted(STANDARD))
def test_standard_values_evaluate(kind):
    for recipe in STANDARD[kind]:
        evaluate(recipe, Surroundings())


@pytest.mark.parametrize(
    "kind", ["datetime.datetime", "decimal.Decimal", "uuid.UUID", "re.Match", "enum.Enum", "collections.abc.Mapping"]
)
def test_standard_values_are_instances_of_their_class(kind):
    expected = resolve_name(*kind.rsplit(".", 1))
    assert all(isinstance(evaluate(recipe, Surroundings()), expected) for recipe in STANDARD[kind])


def test_containers_evaluate_and_empty_ones_are_empty():
    assert all(evaluate(r, Surroundings()) for r in SMALL)
    assert not any(evaluate(r, Surroundings()) for r in EMPTY)


def test_an_unknown_class_has_no_ready_values():
    class Own:
        pass

    assert known_type(Own) == ()


def test_the_plainest_texts_come_most_often():
    rng = random.Random(1)
    texts = [plain("builtins.str", rng).value for _ in range(400)]
    assert texts.count("abc") > texts.count("https://example.org/a?b=c#d")


def test_the_same_seed_gives_the_same_values():
    first, second = ([any_plain(r) for _ in range(50)] for r in (random.Random(3), random.Random(3)))
    assert first == second


def test_whole_numbers_are_small_or_beyond_what_c_counts_with():
    """As a count, one between takes the whole budget or all memory."""
    numbers = [c.value for c in STANDARD["builtins.int"]]
    assert not [n for n in numbers if 10**6 < abs(n) < 2**63]
    assert max(numbers) > 2**63
