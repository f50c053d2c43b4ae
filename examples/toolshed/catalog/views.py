"""Tools, as JSON and on the home page."""

import csv
import io
import logging
import os
import random
import uuid
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import httpx
from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.db import IntegrityError, connection, transaction
from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Sum
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import Branch, Category, Kit, Tag, Tool
from catalog.prices import forget, money, price, weekly_rate
from rentals.models import AuditEntry, Booking, Payment
from toolshed.api import Refused, body_of, json_view

log = logging.getLogger("toolshed.catalog")

TIPS = ["Wear goggles.", "Read the manual first.", "Bring tools back clean.", "Ask for a spare blade."]


def tool_data(tool):
    return {
        "id": tool.pk,
        "name": tool.name,
        "inventory_number": tool.inventory_number,
        "daily_rate": str(tool.daily_rate),
        "stock": tool.stock,
        "branch": tool.branch.code,
        "category": tool.category.slug,
        "tags": sorted(tag.name for tag in tool.tags.all()),
    }


def find_tool(pk):
    try:
        return Tool.objects.select_related("branch__region", "category").get(pk=pk, retired=False)
    except Tool.DoesNotExist:
        raise Refused(404, "no such tool", id=pk) from None


@json_view("GET")
def about(request):
    return 200, {
        "name": "Toolshed",
        "notice": os.environ.get("TOOLSHED_NOTICE", ""),
        "tip": random.choice(TIPS),
        "request_id": str(uuid.uuid4()),
        "served_at": timezone.now().isoformat(),
    }


@json_view("GET")
def health(request):
    place = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM catalog_tool WHERE retired = %s", [False])
        (tools,) = cursor.fetchone()
    return 200, {"database": "ok", "tools": tools, "password_set": bool(place["PASSWORD"]), "debug": settings.DEBUG}


def home(request):
    categories = Category.objects.annotate(count=Count("tools", filter=Q(tools__retired=False))).order_by("name")
    newest = Tool.objects.filter(retired=False).select_related("branch").order_by("-pk")[:3]
    return render(request, "home.html", {"categories": categories, "newest": newest})


@json_view("GET")
def tool_list(request):
    tools = Tool.objects.filter(retired=False).select_related("branch", "category").prefetch_related("tags")
    if query := request.GET.get("q"):
        tools = tools.filter(Q(name__icontains=query) | Q(inventory_number__iexact=query))
    for name in request.GET.getlist("tag"):
        tools = tools.filter(tags__name=name)
    if branch := request.GET.get("branch"):
        tools = tools.filter(branch__code=branch)
    order = "-daily_rate" if request.GET.get("sort") == "dearest" else "name"
    pages = Paginator(tools.order_by(order, "pk"), 4)
    number = int(request.GET.get("page", 1))
    try:
        page = pages.page(number)
    except EmptyPage:
        raise Refused(404, "no such page", pages=pages.num_pages) from None
    return 200, {
        "count": pages.count,
        "pages": pages.num_pages,
        "next": page.next_page_number() if page.has_next() else None,
        "results": [tool_data(tool) for tool in page],
    }


@json_view("GET", "PATCH")
def tool_detail(request, pk):
    tool = find_tool(pk)
    if request.method == "PATCH":
        return 200, change_tool(request, tool)
    kits = [
        {"kit": item.kit.name, "quantity": item.quantity}
        for item in tool.kit_items.select_related("kit").order_by("kit__name")
    ]
    return 200, tool_data(tool) | {
        "region": tool.branch.region.name,
        "hours": tool.branch.hours,
        "specs": tool.specs,
        "max_loan_days": tool.max_loan.days,
        "kits": kits,
        "favourite": tool.fans.filter(pk=request.user.pk).exists(),
        "added_at": tool.added_at.isoformat(),
    }


def change_tool(request, tool):
    if not request.user.has_perm("catalog.change_tool"):
        raise Refused(403, "not allowed", permission="catalog.change_tool")
    data = body_of(request)
    before = weekly_rate(tool)
    try:
        tool.daily_rate = Decimal(data.get("daily_rate", tool.daily_rate))
    except (InvalidOperation, TypeError):
        raise Refused(400, "daily_rate is no amount") from None
    tool.specs = tool.specs | data.get("specs", {})
    tool.max_loan = timedelta(days=data.get("max_loan_days", tool.max_loan.days))
    tool.save()
    forget(tool)
    log.info("%s changed %s", request.user, tool.inventory_number)
    currency = tool.branch.region.currency
    return {
        "id": tool.pk,
        "weekly_before": money(before, currency),
        "weekly_now": money(weekly_rate(tool), currency),
        "specs": tool.specs,
    }


@json_view("PUT", permission="catalog.change_tool")
def tool_tags(request, pk):
    tool = find_tool(pk)
    names = body_of(request).get("tags", [])
    known = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    Tag.objects.bulk_create(Tag(name=name) for name in names if name not in known)
    tool.tags.set(Tag.objects.filter(name__in=names))
    return 200, {"tags": sorted(tool.tags.values_list("name", flat=True))}


@json_view("POST", "DELETE", login=True)
def favourite(request, pk):
    tool = find_tool(pk)
    if request.method == "POST":
        tool.fans.add(request.user)
        return 200, {"favourites": request.user.favourites.count()}
    tool.fans.remove(request.user)
    return 204, None


@json_view("GET")
def quote(request, pk):
    tool = find_tool(pk)
    days = int(request.GET.get("days", 1))
    if timedelta(days=days) > tool.max_loan:
        raise Refused(400, "too long", max_days=tool.max_loan.days)
    return 200, {"price": money(price(tool, days), tool.branch.region.currency), "days": days}


async def weather(request, code):
    try:
        branch = await Branch.objects.aget(code=code)
    except Branch.DoesNotExist:
        return JsonResponse({"error": "no such branch"}, status=404)
    async with httpx.AsyncClient(timeout=30) as client:
        response = await client.get(
            f"{settings.WEATHER_URL}/weather",
            params={
                "lat": str(branch.latitude),
                "lon": str(branch.longitude),
                "units": "metric",
                "appid": settings.WEATHER_KEY,
            },
        )
    today = response.json()
    outdoor = await Tool.objects.filter(branch=branch, tags__name="outdoor", retired=False).acount()
    return JsonResponse(
        {
            "branch": branch.name,
            "sky": today["sky"],
            "degrees": today["degrees"],
            "lend_outdoor_tools": today["sky"] != "rain",
            "outdoor_tools": outdoor,
        }
    )


@json_view("GET", permission="rentals.view_booking")
def stats(request):
    branch = request.user.membership.branch
    bookings = Booking.objects.filter(tool__branch=branch)
    late = Booking.objects.filter(tool=OuterRef("pk"), returned_at=None, starts_at__lt=timezone.now())
    payments = Payment.objects.filter(booking__tool__branch=branch)
    return 200, {
        "branch": branch.code,
        "bookings": bookings.count(),
        "open": bookings.filter(returned_at=None).count(),
        "any_late": Tool.objects.filter(Exists(late), branch=branch).exists(),
        "income": money(payments.aggregate(sum=Sum("amount"))["sum"] or 0, branch.region.currency),
        "average_quantity": bookings.aggregate(average=Avg("quantity"))["average"],
        "by_category": list(
            Category.objects.filter(tools__branch=branch)
            .annotate(tools_here=Count("tools", distinct=True), booked=Count("tools__bookings", distinct=True))
            .order_by("-booked", "slug")
            .values("slug", "tools_here", "booked")
        ),
    }


@json_view("POST", permission="catalog.add_tool")
def import_tools(request):
    """A CSV with name, number, rate and deposit. A row that is there already is left out; anything else undoes all."""
    branch = request.user.membership.branch
    category, _ = Category.objects.get_or_create(slug="imported", defaults={"name": "Imported"})
    added, known = [], []
    with transaction.atomic():
        AuditEntry.objects.create(action="import", subject="tool", details={"by": request.user.username})
        for row in csv.DictReader(io.StringIO(request.body.decode())):
            try:
                with transaction.atomic():
                    tool = Tool.objects.create(
                        branch=branch,
                        category=category,
                        name=row["name"],
                        inventory_number=row["number"],
                        daily_rate=Decimal(row["rate"]),
                    )
                    tool.deposit = Decimal(row["deposit"])
                    tool.save(update_fields=["deposit"])
                    added.append(tool)
            except IntegrityError:
                known.append(row["number"])
        branch.tools.filter(pk__in=[tool.pk for tool in added]).update(stock=F("stock") + 1)
    return 201, {"added": [tool.inventory_number for tool in added], "known": known}


@json_view("GET", login=True)
def kit_names(request):
    kits = Kit.objects.filter(branch=request.user.membership.branch).annotate(parts=Sum("items__quantity"))
    return 200, {"kits": list(kits.order_by("name").values("name", "parts"))}
