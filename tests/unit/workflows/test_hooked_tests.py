"""What hooks are given of a test."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from testwright.nouns.project_functions import ProjectFunctions
from testwright.nouns.source_text import Source
from testwright.propose.requests.request_test import Act, RequestTest, Step
from testwright.workflows import hooked_tests


def test_each_line_is_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that refer to each other are joined by two lines that belong together."""
    given: list[Any] = []
    monkeypatch.setattr(
        hooked_tests, "call_functions", lambda place, scratch, kind, tests: given.extend(tests) or tests
    )
    steps = (
        Step("mill", Source("mill = Mill.objects.create(")),
        Step("mill head", Source("mill.head = ada\nmill.save(")),
    )
    test = RequestTest("trc_1", "test_mill", ("client", "db"), steps, Act(Source('client.get("/")')))
    case: Any = SimpleNamespace(
        report=SimpleNamespace(trace=SimpleNamespace(id="trc_1"), kept=True, test=test, parts=None)
    )
    place = SimpleNamespace(functions=ProjectFunctions(hooks=("tools.mark",)))
    run: Any = SimpleNamespace(
        place=place, scratch=None, progress=lambda text: None, try_again=lambda cases, order: given.append(cases)
    )
    hooked_tests.apply_hooks(run, [case])
    assert given[0]["arrange"] == ["mill = Mill.objects.create()", "mill.head = ada", "mill.save()"]
    assert given[0]["request"] == ['response = client.get("/")']
    assert given[1] == []  # nothing was changed, and nothing is tried again
