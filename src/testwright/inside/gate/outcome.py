"""Decides pytest's word for a test that tells of its phases one by one, for plugins that need no more than that."""

from __future__ import annotations

from typing import Any

from .reporter import last_words

__all__ = ["Outcome"]


class Outcome:
    """A base of plugins: after each test `outcome` is passed, failed or skipped, `detail` what went wrong first."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Before each test."""
        self._said, self.detail = "", ""

    @property
    def outcome(self) -> str:
        """A test of which nothing was heard was not run."""
        return self._said or "skipped"

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self._said, self.detail = "failed", self.detail or last_words(report)
        elif report.skipped or hasattr(report, "wasxfail"):
            self._said = self._said or "skipped"
        elif report.when == "call":
            self._said = self._said or "passed"
