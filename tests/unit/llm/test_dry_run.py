"""A dry run shows what would be asked, without secrets, and asks nothing."""

from __future__ import annotations

from testwright.inside.recording.redaction import Redactor
from testwright.llm.dry_run import DryRun
from testwright.llm.exchange import Message, ModelRequest

SECRET = "AKIAIOSFODNN7EXAMPLE"


def test_the_question_is_shown_without_its_secret():
    shown: list[str] = []
    redactor = Redactor()
    client = DryRun(shown.append, lambda text: str(redactor.redact(text)))
    reply = client.complete(
        ModelRequest((Message("system", "rules"), Message("user", f'key = "{SECRET}"\ndef f(): ...')))
    )
    assert (reply.text, reply.finish) == ("", "cancelled")
    client.complete(ModelRequest(prompt="raw\n"))
    assert shown[0].startswith("--- system\nrules\n--- user\nkey = ")
    assert "def f(): ..." in shown[0]
    assert SECRET not in shown[0]
    assert shown[1] == "--- prompt\nraw\n"
