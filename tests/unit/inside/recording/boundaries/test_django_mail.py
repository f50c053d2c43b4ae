"""Mail is recorded as it was sent."""

from __future__ import annotations

import pytest

pytest.importorskip("django")


def test_a_message_is_told(program):
    told = program("""
        from django.core import mail
        mail.outbox = []
        with request():
            message = mail.EmailMultiAlternatives("Booked", "yours", "us@x.org", ["ann@x.org"], cc=["bob@x.org"])
            message.extra_headers["X-A"] = "b"
            message.attach_alternative("<p>yours</p>", "text/html")
            message.attach("a.txt", "hello", "text/plain")
            message.send()
        mail.send_mail("later", "no", "us@x.org", ["ann@x.org"])
        printed = len(mail.outbox)
    """)
    (span,) = told.spans("mail")
    data = span["data"]
    assert (data["subject"], data["body"], data["from"], data["to"]) == ("Booked", "yours", "us@x.org", ["ann@x.org"])
    assert (data["cc"], data["bcc"], data["headers"]) == (["bob@x.org"], [], [["X-A", "b"]])
    assert data["attachments"] == [["a.txt", 5, "text/plain"]]
    assert data["alternatives"] == [["<p>yours</p>", "text/html"]]
    assert told.printed == 2
