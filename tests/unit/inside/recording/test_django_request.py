"""The middleware for Django can be kept from recording, whatever the settings say."""

from __future__ import annotations

import pytest

from testwright.inside.recording.django_request import RecordMiddleware
from testwright.workers import project_environment


def test_the_environment_switches_it_off_as_it_does_where_we_run_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    not_used = pytest.importorskip("django.core.exceptions").MiddlewareNotUsed
    environment = project_environment({"TESTWRIGHT_RECORD": "1", "SHOP": "open"})
    assert environment == {"SHOP": "open", "TESTWRIGHT_RECORD": "0"}
    monkeypatch.setenv("TESTWRIGHT_RECORD", environment["TESTWRIGHT_RECORD"])
    with pytest.raises(not_used):
        RecordMiddleware(lambda request: None)
