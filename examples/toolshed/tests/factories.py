from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.models import User

from catalog.models import Branch, Category, Region, Tag, Tool
from people.models import Membership
from rentals.models import Booking


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region

    name = factory.Sequence(lambda n: f"Region {n}")
    currency = "EUR"


class BranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Branch

    region = factory.SubFactory(RegionFactory)
    name = factory.Sequence(lambda n: f"Branch {n}")
    code = factory.Sequence(lambda n: f"B{n}")
    latitude = Decimal("38.70000")
    longitude = Decimal("-9.10000")


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag-{n}")


class ToolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tool

    branch = factory.SubFactory(BranchFactory)
    category = factory.SubFactory(CategoryFactory)
    name = factory.Sequence(lambda n: f"Tool {n}")
    inventory_number = factory.Sequence(lambda n: f"T-{n}")
    daily_rate = Decimal("10.00")
    stock = 2


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"member{n}")
    first_name = "Mo"
    email = factory.LazyAttribute(lambda user: f"{user.username}@members.example")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    branch = factory.SubFactory(BranchFactory)
    number = factory.Sequence(lambda n: f"M-{n:04}")
    joined_on = datetime(2024, 1, 1).date()


class BookingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Booking

    tool = factory.SubFactory(ToolFactory)
    member = factory.SubFactory(UserFactory)
    starts_at = datetime(2024, 1, 10, 9, tzinfo=UTC)
    length = timedelta(days=3)
    total = Decimal("30.00")
    pickup_code = "abc123"
