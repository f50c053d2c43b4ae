"""Prices: the service outside adds a surcharge to the daily rate; answers are kept for ten minutes."""

from decimal import Decimal

import requests
from django.conf import settings
from django.core.cache import cache


def surcharge(tool, days):
    """The part of the rate that the service adds, as a fraction."""
    key = f"surcharge:{tool.inventory_number}:{days}"
    known = cache.get(key)
    if known is None:
        response = requests.post(
            f"{settings.PRICES_URL}/prices/quote",
            json={"sku": tool.inventory_number, "days": days, "currency": tool.branch.region.currency},
            headers={"X-Api-Key": settings.PRICES_KEY},
            timeout=30,
        )
        response.raise_for_status()
        known = response.json()["surcharge"]
        cache.set(key, known, 600)
    return Decimal(known)


def price(tool, days, quantity=1):
    return (tool.daily_rate * days * quantity * (1 + surcharge(tool, days))).quantize(Decimal("0.01"))


def weekly_rate(tool):
    """Seven days for the price of five, kept until the tool changes."""
    key = f"weekly:{tool.pk}"
    known = cache.get(key)
    if known is None:
        known = tool.daily_rate * 5
        cache.set(key, known, None)
    return known


def forget(tool):
    cache.delete(f"weekly:{tool.pk}")


def money(amount, currency):
    return f"{amount:.2f} {currency}"
