"""Discount codes and what they take off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

CODE = re.compile(r"([A-Z]{3,8})-(\d{1,2})(P|E)")


class Kind(Enum):
    PERCENT = "P"
    EURO = "E"


class UnknownCode(Exception):
    """Nobody issued that code."""


@dataclass(frozen=True)
class Discount:
    name: str
    kind: Kind
    value: int

    def of(self, amount: Decimal) -> Decimal:
        """What the discount takes off `amount`; never more than all of it."""
        if self.kind is Kind.PERCENT:
            return amount * self.value / 100
        return min(amount, Decimal(self.value))


def parse_code(text: str) -> Discount:
    """The discount of a printed code, such as SPRING-20P (20 percent) or HELLO-5E (5 euros)."""
    match = CODE.fullmatch(text.strip().upper())
    if match is None:
        raise UnknownCode(text)
    name, value, letter = match.groups()
    if int(value) == 0:
        raise UnknownCode(f"{name} takes nothing off")
    return Discount(name, Kind(letter), int(value))


def best_of(discounts, amount):
    """The discount that takes off most, or None."""
    best = None
    for discount in discounts:
        if best is None or discount.of(amount) > best.of(amount):
            best = discount
    return best


def loyalty_level(orders: int, spent: float) -> str:
    if orders < 0 or spent < 0:
        raise ValueError("nobody orders less than nothing")
    if orders >= 50 or spent >= 5_000:
        return "gold"
    if orders >= 10 and spent >= 500:
        return "silver"
    return "bronze" if orders else "new"
