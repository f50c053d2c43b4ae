"""Fills an empty database, always with the same rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.db import transaction
from rest_framework.authtoken.models import Token

from catalog.models import Branch, Category, Kit, KitItem, Region, Tag, Tool
from people.models import Membership, PasswordReset
from rentals.models import AuditEntry, Booking, Payment

# name, first name, last name, branch, password
PEOPLE = [
    ("ann", "Ann", "Okafor", "HARB", "heron-Quay-41-lantern"),
    ("bruno", "Bruno", "Sells", "HARB", "Mitre.saw/72/violet"),
    ("carla", "Carla", "Dunmore", "HARB", "counter#Basalt#8816"),
    ("dmitri", "Dmitri", "Vale", "HILL", "quartz_Ladle_3309_up"),
    ("wanda", "Wanda", "Kest", "HILL", "plum-Gantry-5527-oak"),
    ("ines", "Inês", "Prado", "HARB", "tide+Bramble+6041"),
]
DESK = ["view_booking", "change_booking", "delete_booking", "change_tool", "add_tool"]
TOKENS = {
    "bruno": "9c41f0a7be5d2836e1b07c94ad3f5862d7e0b19a",
    "wanda": "5be8d2f61c0a97347f19e3a8b06c4d2579f1ea30",
}
SESSION = ("ines", "k3v9q0zt7w1m5xj8r2hf6yb4nd0pc8sg")
RESET = ("dmitri", "rst-Zk8vQ2mXw7LdT4hYbN1cPf5J")

CATEGORIES = [("Drilling", "drilling"), ("Sawing", "sawing"), ("Garden", "garden"), ("Cleaning", "cleaning")]
TAGS = ["cordless", "heavy", "outdoor", "loud", "two-people"]
# branch, category, name, number, rate, deposit, stock, longest loan, tags, specs
TOOLS = [
    ("HARB", "drilling", "Hammer drill", "HD-100", "8.00", "50", 3, 14, ["heavy", "loud"], {"watts": 800}),
    ("HARB", "drilling", "Cordless drill", "CD-200", "6.50", "40", 5, 14, ["cordless"], {"volts": 18}),
    ("HARB", "sawing", "Circular saw", "CS-300", "9.25", "60", 2, 7, ["loud"], {"blade": {"mm": 190, "teeth": 24}}),
    ("HARB", "garden", "Hedge trimmer", "HT-400", "7.75", "35", 2, 10, ["outdoor", "cordless"], {}),
    ("HARB", "garden", "Wood chipper", "WC-500", "42.00", "250", 1, 3, ["outdoor", "heavy", "loud"], {"max_mm": 60}),
    ("HARB", "cleaning", "Pressure washer", "PW-600", "15.50", "80", 2, 5, ["outdoor", "heavy"], {"bar": 140}),
    ("HILL", "drilling", "Earth auger", "EA-700", "28.00", "150", 1, 4, ["outdoor", "two-people"], {}),
    ("HILL", "sawing", "Jigsaw", "JS-800", "5.00", "30", 4, 14, [], {"strokes": 3100}),
    ("HILL", "cleaning", "Carpet cleaner", "CC-900", "18.00", "90", 2, 3, ["heavy"], {"litres": 9}),
]
RETIRED = ("HARB", "sawing", "Band saw", "BS-010", "11.00")
# id, tool, member, quantity, start, days, total, options, returned
BOOKINGS = [
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0001", "HD-100", "ann", 1, "2035-04-02", 3, "24.00", {"extras": []}, False),
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0002", "CS-300", "ann", 1, "2024-02-10", 2, "20.35", {"note": "old"}, True),
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0003", "PW-600", "bruno", 1, "2024-03-05", 2, "34.10", {}, False),
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0004", "JS-800", "dmitri", 2, "2035-06-01", 5, "50.00", {}, False),
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0005", "CD-200", "dmitri", 1, "2035-07-11", 4, "26.00", {"gift": True}, False),
    ("0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0006", "EA-700", "wanda", 1, "2024-09-20", 1, "30.80", {}, False),
]
# booking's last digit, amount, ending, reference
PAYMENTS = [
    ("2", "20.35", "4242", "ch_seed_one"),
    ("3", "34.10", "1881", "ch_seed_two"),
    ("6", "30.80", "1881", "ch_seed_3"),
]


def moment(day):
    return datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC)


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args, **options):
        self.places()
        self.people()
        self.tools()
        self.rentals()
        self.stdout.write(
            f"{User.objects.count()} people, {Tool.objects.count()} tools, {Booking.objects.count()} bookings"
        )

    def places(self):
        coast = Region.objects.create(name="Coast", currency="EUR")
        uplands = Region.objects.create(name="Uplands", currency="CHF")
        hours = {"mon": ["09:00", "18:00"], "sat": ["09:00", "12:00"]}
        Branch.objects.create(
            region=coast, name="Harbour", code="HARB", latitude="38.70722", longitude="-9.13552", hours=hours
        )
        Branch.objects.create(region=uplands, name="Hill", code="HILL", latitude="46.94809", longitude="7.44744")

    def people(self):
        for number, (name, first, last, branch, password) in enumerate(PEOPLE, start=1):
            user = User.objects.create(
                username=name,
                first_name=first,
                last_name=last,
                email=f"{name}@members.example",
                password=make_password(password, salt=f"Gx7{name:y<8}Qp2Wm9Lk4Tz"),
            )
            Membership.objects.create(
                user=user,
                branch=Branch.objects.get(code=branch),
                number=f"M-{number:04}",
                joined_on=date(2020 + number, number, 1),
            )
        User.objects.get(username="carla").user_permissions.set(Permission.objects.filter(codename__in=DESK))
        for name, key in TOKENS.items():
            Token.objects.create(user=User.objects.get(username=name), key=key)
        name, token = RESET
        PasswordReset.objects.create(user=User.objects.get(username=name), token=token, asked_at=moment("2024-05-01"))
        name, key = SESSION
        self.log_in(User.objects.get(username=name), key)

    def log_in(self, user, key):
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        Session.objects.create(
            session_key=key, session_data=SessionStore().encode(data), expire_date=moment("2039-12-31")
        )

    def tools(self):
        categories = {slug: Category.objects.create(name=name, slug=slug) for name, slug in CATEGORIES}
        tags = {name: Tag.objects.create(name=name) for name in TAGS}
        branches = {branch.code: branch for branch in Branch.objects.all()}
        tools = {}
        for branch, category, name, number, rate, deposit, stock, days, tagged, specs in TOOLS:
            tools[number] = Tool.objects.create(
                branch=branches[branch],
                category=categories[category],
                name=name,
                inventory_number=number,
                daily_rate=Decimal(rate),
                deposit=Decimal(deposit),
                stock=stock,
                max_loan=timedelta(days=days),
                specs=specs,
            )
            tools[number].tags.set(tags[tag] for tag in tagged)
        branch, category, name, number, rate = RETIRED
        Tool.objects.create(
            branch=branches[branch],
            category=categories[category],
            name=name,
            inventory_number=number,
            daily_rate=Decimal(rate),
            retired=True,
        )
        tools["HD-100"].fans.set(User.objects.filter(username__in=["bruno", "wanda"]))
        tools["CS-300"].fans.set(User.objects.filter(username__in=["ann", "dmitri"]))
        shelves = Kit.objects.create(branch=branches["HARB"], name="Put up shelves", discount=Decimal("0.10"))
        KitItem.objects.create(kit=shelves, tool=tools["HD-100"], quantity=1, note="with the 8 mm bit")
        KitItem.objects.create(kit=shelves, tool=tools["CD-200"], quantity=2)
        fence = Kit.objects.create(branch=branches["HILL"], name="Build a fence")
        KitItem.objects.create(kit=fence, tool=tools["EA-700"], quantity=1)
        KitItem.objects.create(kit=fence, tool=tools["JS-800"], quantity=1, note="wood blade")

    def rentals(self):
        for key, number, member, quantity, start, days, total, options, returned in BOOKINGS:
            Booking.objects.create(
                id=UUID(key),
                tool=Tool.objects.get(inventory_number=number),
                member=User.objects.get(username=member),
                quantity=quantity,
                starts_at=moment(start),
                length=timedelta(days=days),
                total=Decimal(total),
                options=options,
                pickup_code=f"seed{key[-4:]}",
                returned_at=moment(start) + timedelta(days=days) if returned else None,
            )
        for digit, amount, ending, reference in PAYMENTS:
            booking = Booking.objects.get(pk=UUID(BOOKINGS[0][0][:-1] + digit))
            currency = booking.tool.branch.region.currency
            Payment.objects.create(
                booking=booking,
                amount=Decimal(amount),
                currency=currency,
                card_ending=ending,
                reference=reference,
                paid_at=booking.starts_at,
            )
        AuditEntry.objects.all().delete()
