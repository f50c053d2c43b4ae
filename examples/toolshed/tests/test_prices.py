from decimal import Decimal

import pytest
from django.core.cache import cache

from catalog.prices import forget, money, weekly_rate
from tests.factories import ToolFactory


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(Decimal("3"), "3.00 EUR"), (Decimal("12.345"), "12.34 EUR"), (0, "0.00 EUR")],
)
def test_money_has_two_decimals(amount, expected):
    assert money(amount, "EUR") == expected


def test_weekly_rate_is_kept_until_forgotten(db):
    tool = ToolFactory(daily_rate=Decimal("4.00"))
    assert weekly_rate(tool) == Decimal("20.00")

    tool.daily_rate = Decimal("5.00")
    assert weekly_rate(tool) == Decimal("20.00")

    forget(tool)
    assert weekly_rate(tool) == Decimal("25.00")
