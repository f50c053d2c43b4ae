"""Charging cards through the payment service."""

import httpx
from django.conf import settings


class Declined(Exception):
    """The card was not accepted."""


def charge(card, amount, currency, booking):
    """The reference of the charge."""
    response = httpx.post(
        f"{settings.PRICES_URL}/payments/charge",
        json={"card": card, "amount": str(amount), "currency": currency, "booking": str(booking.pk)},
        headers={"X-Api-Key": settings.PRICES_KEY, "X-Merchant": booking.tool.branch.code},
        timeout=30,
    )
    if response.status_code == 402:
        raise Declined(response.json()["error"])
    response.raise_for_status()
    return response.json()["reference"]


def refund(payment):
    """Pays back; the service cannot do that yet."""
    raise NotImplementedError(f"pay back {payment.amount} {payment.currency} by hand ({payment.reference})")
