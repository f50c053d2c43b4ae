"""Tests for ledger, proven by running (testwright 0.1, seed 1)."""

import re
from decimal import Decimal

import pytest

from ledger import (
    Ledger,
    _normalise,
    apply,
    is_valid_account,
    lookup,
    ordinal,
    parse_amount,
    split,
)
from ledger import test_balance as ledger_test_balance


class Shout:
    def __call__(self, text):
        return f"{text}!"


# proof: 5/5 runs · 10 new lines, 5 new branches
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1, "1st", id="one"),
        pytest.param(11, "11th", id="eleven"),
        pytest.param(2, "2nd", id="two"),
        pytest.param(None, "None", id="none"),
        pytest.param("abc", "abc", id="not-a-number"),
    ],
)
def test_ordinal(value, expected):
    assert ordinal(value) == expected


# proof: 5/5 runs · 4 new lines, 2 new branches
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("cash", True, id="cash"),
        pytest.param("", False, id="empty-text"),
    ],
)
def test_is_valid_account(text, expected):
    assert is_valid_account(text) is expected


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_is_valid_account_returns_false_with_strict():
    assert is_valid_account("Cash", strict=True) is False


# proof: 5/5 runs
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("-3", Decimal("-3"), id="minus-3"),
        pytest.param("3.50", Decimal("3.50"), id="3.50"),
    ],
)
def test_parse_amount(text, expected):
    assert parse_amount(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("3.5", "3.5 has 1 digits after the point (2 wanted)", id="3.5"),
        pytest.param("tea", "tea is no amount", id="tea"),
        pytest.param("", "no amount given", id="empty-text"),
    ],
)
def test_parse_amount_rejects_invalid_text(text, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        parse_amount(text)


def test_split():
    result = split(1.0, 3)

    assert result == pytest.approx(
        [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]
    )


def test_split_for_five_and_one():
    assert split(5.0, 1) == [5.0]


def test_lookup():
    assert lookup({"tea": 3}, "tea") == 3


def test_lookup_raises_key_error_for_missing_key():
    with pytest.raises(KeyError):
        lookup({"tea": 3}, "salt")


def test_test_balance_returns_true():
    assert ledger_test_balance(Ledger("EUR")) is True


def test_apply():
    assert apply(lambda text: text * 2, "tea") == "teatea"


def test_apply_for_shout_and_tea():
    assert apply(Shout(), "tea") == "tea!"


# private functions: these tests follow how the module works inside, and change with it


def test_normalise():
    assert _normalise("  Cash ") == "cash"
