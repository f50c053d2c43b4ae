"""Messages for the user are recorded as they were queued."""

from __future__ import annotations

import pytest

pytest.importorskip("django")
CONFIGURED = """
import django
from django.conf import settings
settings.configure(USE_I18N=False, MESSAGE_LEVEL=20, SECRET_KEY="of this test")
django.setup()
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy
from django.utils.safestring import mark_safe
asked = HttpRequest()
asked._messages = CookieStorage(asked)
"""


def test_messages_have_level_tags_and_text(program):
    told = program(
        """
        with request(rows=False):
            messages.success(asked, "It is booked.", extra_tags="wide")
            messages.error(asked, mark_safe("<b>No</b>"))
            messages.info(asked, gettext_lazy("Later"))
        messages.info(asked, "not in a request")
        printed = [str(each) for each in asked._messages]
        """,
        CONFIGURED,
    )
    assert [span["data"] for span in told.spans("message")] == [
        {"level": 25, "tags": "wide success", "text": "It is booked."},
        {"level": 40, "tags": "error", "text": "<b>No</b>"},
        {"level": 20, "tags": "info", "text": "Later"},
    ]
    assert told.printed == ["It is booked.", "<b>No</b>", "Later", "not in a request"]


def test_what_is_not_shown_is_no_message_and_code_of_the_program_is_not_run_for_it(program):
    told = program(
        """
        ran = []
        def made():
            ran.append(1)
            return "made"
        with request(rows=False):
            messages.debug(asked, "below the level")
            messages.info(asked, lazy(made, str)())
        printed = len(ran)
        """,
        CONFIGURED,
    )
    (span,) = told.spans("message")
    assert span["data"]["text"][0] == "opaque"
    assert told.printed == 1  # Django asks whether there is a message


def test_messages_of_an_earlier_request_are_recorded_if_they_are_shown(program):
    told = program(
        """
        from django.contrib.messages.storage.base import Message
        from django.http import HttpResponse
        def asked_after(*left):
            asked = HttpRequest()
            asked.COOKIES["messages"] = CookieStorage(asked)._encode(left)
            asked._messages = CookieStorage(asked)
            return asked
        shown = asked_after(Message(25, "Saved.", extra_tags="wide"), Message(40, mark_safe("<b>No</b>")))
        with request(rows=False):
            messages.info(shown, "And now")
            texts = [str(each) for each in messages.get_messages(shown)]
            shown._messages.update(HttpResponse())
            unseen = asked_after(Message(25, "Later."))
            messages.info(unseen, "Not yet")
            unseen._messages.update(HttpResponse())
        shown._messages.update(HttpResponse())
        printed = texts
        """,
        CONFIGURED,
    )
    assert told.printed == ["Saved.", "<b>No</b>", "And now"]
    earlier = [span["data"] for span in told.spans("message") if "earlier" in span["data"]]
    assert earlier == [
        {"level": 25, "tags": "wide success", "text": "Saved.", "earlier": True, "extra_tags": "wide"},
        {"level": 40, "tags": "error", "text": "<b>No</b>", "earlier": True, "extra_tags": "", "safe": True},
    ]
    assert [span["data"]["text"] for span in told.spans("message") if "earlier" not in span["data"]] == [
        "And now",
        "Not yet",
    ]


def test_a_trace_takes_so_many_and_counts_the_others(program):
    told = program(
        """
        with request(rows=False) as scope:
            for number in range(1010):
                messages.info(asked, str(number))
        printed = dict(scope.dropped)
        """,
        CONFIGURED,
    )
    assert len(told.spans("message")) == 1000
    assert told.printed == {"message": 10}
