"""Tests for ledger, proven by running (testwright 0.1, seed 1)."""

from decimal import Decimal

import pytest

from ledger import Entry, Ledger, LedgerError, Side, statement


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_ledger_post_with_side():
    ledger = Ledger(currency="EUR")
    result = ledger.post("tea", Decimal("3.50"), side=Side.CREDIT)

    assert result == Entry("tea", Decimal("3.50"), side=Side.CREDIT)
    assert ledger.total == Decimal("3.50")


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_ledger_post_raises_ledger_error_for_empty_text():
    ledger = Ledger(currency="EUR")

    with pytest.raises(LedgerError, match="an entry needs an account$"):
        ledger.post("", Decimal("1"))


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_ledger_total_after_post():
    ledger = Ledger(currency="EUR")
    ledger.post("tea", Decimal("3.50"))
    ledger.post("salt", Decimal("3.50"))

    assert ledger.total == Decimal("7.00")


# proof: 5/5 runs
def test_ledger_find_returns_none():
    ledger = Ledger(currency="EUR")

    assert ledger.find("tea") is None


def test_ledger_find_after_post():
    ledger = Ledger(currency="EUR")
    ledger.post("tea", Decimal("3.50"))

    assert isinstance(ledger.find("tea"), Entry)


def test_ledger_find_returns_none_after_setting_entries():
    ledger = Ledger(currency="EUR")
    ledger.entries = [Entry("tea", Decimal("1"))]

    assert ledger.find("salt") is None


def test_statement_after_post():
    ledger = Ledger(currency="EUR")
    ledger.post("tea", Decimal("3.50"))
    result = statement(ledger)

    expected = (
        "tea                                   3.50 EUR\n"
        "total                                 3.50 EUR\n"
    )
    assert result == expected
