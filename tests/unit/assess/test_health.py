from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.assess.health import WEIGHTS, health, simple_share
from testwright.errors import UsageError
from testwright.nouns import Effort, FunctionCoverage

from .conftest import FUNCTION

VALUE = st.floats(0, 100)


def function(**changes: Any) -> FunctionCoverage:
    """One that is covered."""
    covered = {"covered": 5, "missing_lines": (), "priority": 0.0, "effort": Effort("S", 0)}
    return msgspec.structs.replace(FUNCTION, **{**covered, **changes})


def test_the_weights_are_a_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_all_parts_together_are_their_weighted_mean() -> None:
    found = health({"coverage": 80, "complexity": 90, "diff coverage": 50, "strength": 60, "stability": 100})

    assert found.score == pytest.approx(0.3 * 80 + 0.2 * 90 + 0.15 * 50 + 0.2 * 60 + 0.15 * 100)
    assert found.unmeasured == ()


def test_what_was_not_measured_is_left_out_and_named() -> None:
    found = health({"coverage": 80.0, "complexity": 90.0, "strength": None})

    assert found.score == pytest.approx((0.3 * 80 + 0.2 * 90) / 0.5)
    assert found.unmeasured == ("diff coverage", "strength", "stability")
    assert found.formula == (
        "(0.30 · 80.0 coverage + 0.20 · 90.0 complexity) / 0.50 = 84.0; "
        "not measured: diff coverage, strength, stability"
    )


def test_a_measured_zero_is_not_left_out() -> None:
    assert health({"coverage": 0.0}).score == 0
    assert health({"coverage": 100.0, "stability": 0.0}).score == pytest.approx(100 * 0.3 / 0.45)


def test_nothing_measured_is_no_score() -> None:
    found = health({"coverage": None})

    assert found.score is None
    assert found.unmeasured == tuple(WEIGHTS)
    assert "nothing" in found.formula


@pytest.mark.parametrize(
    ("parts", "said"),
    [({"covrage": 3.0}, "'covrage'"), ({"coverage": 101.0}, "101.0"), ({"coverage": float("nan")}, "nan")],
)
def test_a_wrong_part_is_refused(parts: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        health(parts)
    assert caught.value.slug == "bad-value"


@given(st.dictionaries(st.sampled_from(list(WEIGHTS)), VALUE, min_size=1))
def test_health_lies_between_its_parts(parts: dict[str, float]) -> None:
    found = health(parts)

    assert found.score is not None
    assert min(parts.values()) - 1e-9 <= found.score <= max(parts.values()) + 1e-9
    assert sum(part.share for part in found.parts) == pytest.approx(1)


@given(st.dictionaries(st.sampled_from(list(WEIGHTS)), VALUE, min_size=1), st.sampled_from(list(WEIGHTS)), VALUE)
def test_a_better_part_never_lowers_health(parts: dict[str, float], name: str, better: float) -> None:
    worse = {**parts, name: min(better, parts.get(name, better))}
    improved = {**worse, name: max(better, worse[name])}

    assert (health(improved).score or 0) >= (health(worse).score or 0) - 1e-9


def test_simple_share_is_by_complexity_not_by_number_of_functions() -> None:
    functions = [function(complexity=10, crap=30.0), function(complexity=30, crap=30.1)]

    assert simple_share(functions) == pytest.approx(25)


def test_functions_without_statements_are_no_part_of_it() -> None:
    assert simple_share([function(statements=0, complexity=99, crap=99.0), function()]) == 100
    assert simple_share([function(statements=0)]) is None
    assert simple_share([]) is None
