from django.core.mail import send_mail
from django.core.management.base import BaseCommand
from django.utils import timezone

from rentals.models import Booking, Reminder


class Command(BaseCommand):
    help = "Writes to each member who has a tool longer than agreed."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say who would get a mail, and send none")

    def handle(self, *args, dry_run=False, **options):
        now = timezone.now()
        late = [
            booking
            for booking in Booking.objects.filter(returned_at=None)
            .select_related("tool", "member")
            .order_by("starts_at")
            if booking.ends_at < now
        ]
        for booking in late:
            self.stdout.write(f"{booking.member.email}: {booking.tool.name}")
            if not dry_run:
                days = (now - booking.ends_at).days
                text = f"Please bring back {booking.tool.name}: it is {days} days late.\n"
                send_mail(f"Overdue: {booking.tool.name}", text, None, [booking.member.email])
        if not dry_run:
            Reminder.objects.bulk_create(
                Reminder(booking=booking, days_late=(now - booking.ends_at).days, sent_at=now) for booking in late
            )
