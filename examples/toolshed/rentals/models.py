import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models


class Booking(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tool = models.ForeignKey("catalog.Tool", on_delete=models.PROTECT, related_name="bookings")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookings")
    quantity = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    length = models.DurationField()
    total = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("0"))
    options = models.JSONField(default=dict, blank=True)
    pickup_code = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "member", "starts_at"], name="booked_once")]

    def __str__(self):
        return f"{self.tool} for {self.member}"

    @property
    def ends_at(self):
        return self.starts_at + self.length


class Payment(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="payments")
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3)
    card_ending = models.CharField(max_length=4)
    reference = models.CharField(max_length=40)
    paid_at = models.DateTimeField()

    def __str__(self):
        return self.reference


class Document(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=80)
    file = models.FileField(upload_to="documents/%Y/")
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.title


class AuditEntry(models.Model):
    action = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.action} {self.subject}"


class Reminder(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="reminders")
    days_late = models.PositiveIntegerField()
    sent_at = models.DateTimeField()

    def __str__(self):
        return f"reminder for {self.booking}"
