"""Making bookings and taking tools back: what the API and the forms share."""

import logging
import secrets

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from catalog.models import Tool
from catalog.prices import money, price
from rentals.models import Booking, Payment
from rentals.payments import charge

log = logging.getLogger("toolshed.rentals")


class OutOfStock(Exception):
    """There are not as many of the tool."""


class BookedTwice(Exception):
    """The member has booked the tool for this time already."""


@transaction.atomic
def book(tool, member, starts_at, length, quantity=1, options=None, card=None):
    """A new booking; with a card it is paid at once. Nothing stays when any part fails."""
    try:
        with transaction.atomic():
            booking = Booking.objects.create(
                tool=tool,
                member=member,
                starts_at=starts_at,
                length=length,
                quantity=quantity,
                total=price(tool, length.days, quantity),
                options=options or {},
                pickup_code=secrets.token_urlsafe(6),
            )
    except IntegrityError:
        raise BookedTwice from None
    taken = Tool.objects.filter(pk=tool.pk, stock__gte=quantity).update(stock=F("stock") - quantity)
    if not taken:
        raise OutOfStock
    if card:
        currency = tool.branch.region.currency
        Payment.objects.create(
            booking=booking,
            amount=booking.total,
            currency=currency,
            card_ending=card[-4:],
            reference=charge(card, booking.total, currency, booking),
            paid_at=timezone.now(),
        )
    confirm(booking)
    log.info("booked %s for %s", tool.inventory_number, member)
    return booking


def confirm(booking):
    tool, member = booking.tool, booking.member
    EmailMessage(
        subject=f"Booked: {tool.name}",
        body=(
            f"Hello {member.first_name},\n\n"
            f"{booking.quantity} × {tool.name} is yours from {booking.starts_at:%d %B %Y}.\n"
            f"To pay: {money(booking.total, tool.branch.region.currency)}. Pick-up code: {booking.pickup_code}\n"
        ),
        to=[member.email],
        cc=[f"{tool.branch.code}@toolshed.example"],
    ).send()


@transaction.atomic
def take_back(booking):
    booking.returned_at = timezone.now()
    booking.save()
    Tool.objects.filter(pk=booking.tool_id).update(stock=F("stock") + booking.quantity)
