"""Bookings: pages for members, JSON for their programs, and what the desk sees."""

import csv
import hashlib
import os
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.db.models import F, Sum
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from catalog.models import Tool
from catalog.prices import money, price
from catalog.views import find_tool
from rentals.booking import BookedTwice, OutOfStock, book, take_back
from rentals.forms import BookingForm
from rentals.models import AuditEntry, Booking, Document
from rentals.payments import Declined, refund
from toolshed.api import Refused, body_of, json_view


def booking_data(booking):
    return {
        "id": str(booking.pk),
        "tool": booking.tool.inventory_number,
        "quantity": booking.quantity,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "total": money(booking.total, booking.tool.branch.region.currency),
        "options": booking.options,
        "returned_at": booking.returned_at and booking.returned_at.isoformat(),
    }


def own_bookings(user):
    return Booking.objects.filter(member=user).select_related("tool__branch__region").order_by("starts_at")


def own_booking(user, pk):
    booking = own_bookings(user).filter(pk=pk).first()
    if booking is None:
        raise Refused(404, "no such booking")
    return booking


@login_required
def bookings(request):
    mine = own_bookings(request.user)
    to_pay = mine.filter(payments=None).aggregate(sum=Sum("total"))["sum"] or 0
    return render(request, "bookings.html", {"bookings": mine, "to_pay": to_pay})


@login_required
def new_booking(request):
    form = BookingForm(request.POST or None, initial={"tool": request.GET.get("tool")})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            booking = book(
                wanted["tool"],
                request.user,
                wanted["starts_at"],
                timedelta(days=wanted["days"]),
                wanted["quantity"],
                options={"extras": wanted["extras"], "note": wanted["note"]},
            )
        except OutOfStock:
            form.add_error("quantity", "There are not as many left.")
        except BookedTwice:
            form.add_error(None, "You have booked this already.")
        else:
            messages.success(request, f"{booking.tool.name} is booked for {wanted['days']} days.")
            return redirect("bookings")
    return render(request, "booking_form.html", {"form": form})


@login_required
def booking_page(request, pk):
    booking = get_object_or_404(own_bookings(request.user), pk=pk)
    return render(request, "booking.html", {"booking": booking, "documents": booking.documents.order_by("title")})


@json_view("GET", "POST", login=True)
def booking_list(request):
    if request.method == "GET":
        mine = own_bookings(request.user)
        if request.GET.get("open"):
            mine = mine.filter(returned_at=None)
        return 200, {"results": [booking_data(booking) for booking in mine]}
    data = body_of(request)
    problems = {}
    starts_at = parse_datetime(str(data.get("starts_at", "")))
    if starts_at is None or starts_at < timezone.now():
        problems["starts_at"] = "a time to come is needed"
    if not isinstance(data.get("days"), int) or data["days"] < 1:
        problems["days"] = "one day or more"
    if problems:
        raise Refused(400, "not valid", problems=problems)
    tool = find_tool(data.get("tool"))
    try:
        booking = book(
            tool,
            request.user,
            starts_at,
            timedelta(days=data["days"]),
            data.get("quantity", 1),
            options=data.get("options"),
            card=data.get("card"),
        )
    except OutOfStock:
        tool.refresh_from_db()
        raise Refused(409, "out of stock", left=tool.stock) from None
    except BookedTwice:
        raise Refused(409, "booked already") from None
    except Declined as declined:
        raise Refused(409, str(declined)) from None
    return 201, booking_data(booking) | {"pickup_code": booking.pickup_code}


@json_view("GET", "PATCH", "DELETE", login=True)
def booking_detail(request, pk):
    booking = own_booking(request.user, pk)
    if request.method == "GET":
        return 200, booking_data(booking) | {"documents": booking.documents.count()}
    if booking.returned_at:
        raise Refused(409, "the tool is back already")
    if request.method == "DELETE":
        Tool.objects.filter(pk=booking.tool_id).update(stock=F("stock") + booking.quantity)
        booking.delete()
        return 204, None
    data = body_of(request)
    booking.options = booking.options | data.get("options", {})
    if "days" in data:
        booking.length = timedelta(days=data["days"])
        booking.total = price(booking.tool, data["days"], booking.quantity)
    booking.save()
    return 200, booking_data(booking)


@json_view("POST", permission="rentals.change_booking")
def return_booking(request, pk):
    if request.headers.get("X-Desk-Code") != os.environ.get("TOOLSHED_DESK_CODE"):
        raise Refused(403, "wrong desk code")
    branch = request.user.membership.branch
    booking = Booking.objects.filter(pk=pk, tool__branch=branch).select_related("tool__branch__region").first()
    if booking is None:
        raise Refused(404, "no such booking")
    if booking.returned_at:
        raise Refused(409, "the tool is back already")
    take_back(booking)
    return 200, booking_data(booking)


@json_view("POST", permission="rentals.delete_booking")
def close_branch(request):
    """Cancels all open bookings of the branch, and pays back what was paid."""
    branch = request.user.membership.branch
    cancelled = 0
    with transaction.atomic():
        for booking in Booking.objects.filter(tool__branch=branch, returned_at=None).order_by("starts_at"):
            AuditEntry.objects.create(action="cancelled", subject="booking", details={"id": str(booking.pk)})
            for payment in booking.payments.all():
                refund(payment)
            booking.delete()
            cancelled += 1
    return 200, {"cancelled": cancelled}


@json_view("POST", login=True)
def upload(request, pk):
    booking = own_booking(request.user, pk)
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused(400, "no file was sent")
    if sent.size > 100_000:
        raise Refused(413, "the file is too large")
    content = sent.read()
    sent.seek(0)
    document = Document.objects.create(
        booking=booking,
        title=request.POST.get("title") or sent.name,
        file=sent,
        size=sent.size,
        digest=hashlib.sha256(content).hexdigest(),
    )
    return 201, {"id": document.pk, "title": document.title, "name": document.file.name, "digest": document.digest}


@login_required
def download(request, pk):
    document = get_object_or_404(Document, pk=pk, booking__member=request.user)
    return FileResponse(document.file.open(), as_attachment=True, filename=f"{document.title}.txt")


class Echo:
    """A file that gives back what is written into it."""

    def write(self, text):
        return text


@permission_required("rentals.view_booking")
def export(request):
    """All bookings of the branch as CSV, row by row."""
    branch = request.user.membership.branch
    rows = Booking.objects.filter(tool__branch=branch).select_related("tool", "member").order_by("starts_at", "total")
    writer = csv.writer(Echo())

    def lines():
        yield writer.writerow(["tool", "member", "quantity", "starts", "days", "total", "returned"])
        for booking in rows:
            yield writer.writerow(
                [
                    booking.tool.inventory_number,
                    booking.member.username,
                    booking.quantity,
                    booking.starts_at.date().isoformat(),
                    booking.length.days,
                    booking.total,
                    "yes" if booking.returned_at else "no",
                ]
            )

    response = StreamingHttpResponse(lines(), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="bookings-{branch.code}.csv"'
    return response


@login_required
@permission_required("rentals.view_booking", raise_exception=True)
def desk(request):
    """What is out at the branch, for those behind the desk."""
    branch = request.user.membership.branch
    out = Booking.objects.filter(tool__branch=branch, returned_at=None).select_related("tool", "member")
    now = timezone.now()
    rows = [(booking, booking.ends_at < now) for booking in out.order_by("starts_at")]
    return render(request, "desk.html", {"rows": rows, "branch": branch})


def receipt(request, pk):
    """A receipt as plain text, for whoever has the pick-up code."""
    booking = get_object_or_404(Booking.objects.select_related("tool__branch__region"), pk=pk)
    if request.GET.get("code") != booking.pickup_code:
        return HttpResponse("wrong code\n", status=403, content_type="text/plain")
    paid = booking.payments.aggregate(sum=Sum("amount"))["sum"] or 0
    currency = booking.tool.branch.region.currency
    text = (
        f"{booking.tool.name}\n"
        f"total {money(booking.total, currency)}\n"
        f"paid  {money(paid, currency)}\n"
        f"open  {money(booking.total - paid, currency)}\n"
    )
    return HttpResponse(text, content_type="text/plain")
