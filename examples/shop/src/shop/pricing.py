"""Prices: read, rounded, taxed and shown."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

PRICE = re.compile(r"(?P<currency>[A-Z]{3})\s+(?P<amount>\d+(?:[.,]\d{2})?)")
TAX_RATES = {"AT": 20, "DE": 19, "FR": 20, "LU": 17}
FREE_SHIPPING_FROM = Decimal(50)


def parse_price(text: str) -> tuple[str, Decimal]:
    """Currency and amount of a price.

    >>> parse_price("EUR 3,50")
    ('EUR', Decimal('3.50'))
    """
    match = PRICE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a price: {text!r}")
    return match["currency"], Decimal(match["amount"].replace(",", "."))


def round_price(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def with_tax(net: Decimal, country: str, *, reverse_charge: bool = False) -> Decimal:
    """The price with the tax of `country`; a business abroad pays its own."""
    if country not in TAX_RATES:
        raise KeyError(f"no tax rate for {country!r}")
    if reverse_charge and country != "DE":
        return net
    return round_price(net * (100 + TAX_RATES[country]) / 100)


def shipping(weight, country, express=False):
    """What sending a parcel costs, in cents."""
    if weight <= 0:
        raise ValueError("a parcel weighs something")
    if weight > 30_000:
        raise ValueError("too heavy for a parcel, send it as freight")
    cost = 490 if country == "DE" else 1390
    if weight > 5_000:
        cost += 400
    if express:
        cost *= 2
    return cost


def show_price(amount, currency="EUR"):
    symbols = {"EUR": "€", "USD": "$", "GBP": "£"}
    symbol = symbols.get(currency, currency)
    if amount < 0:
        return "-" + show_price(-amount, currency)
    if currency == "EUR":
        return f"{amount:.2f} {symbol}"
    return f"{symbol}{amount:,.2f}"
