"""What an order costs."""

from decimal import ROUND_HALF_UP, Decimal


def discount(total):
    """Five per cent from 100 on, ten from 500 on."""
    if total >= 500:
        return Decimal("0.10")
    return Decimal("0.05") if total >= 100 else Decimal(0)


def to_pay(total):
    return (total * (1 - discount(total))).quantize(Decimal("0.01"), ROUND_HALF_UP)
