from io import StringIO

from django.core.management import call_command

from rentals.models import Reminder
from tests.factories import BookingFactory


def test_reminders_go_to_those_who_are_late(db, mailoutbox):
    late = BookingFactory(tool__name="Jigsaw")
    BookingFactory(returned_at=late.starts_at)

    call_command("send_reminders", stdout=StringIO())

    assert [mail.subject for mail in mailoutbox] == ["Overdue: Jigsaw"]
    assert Reminder.objects.get().booking == late
