"""Reads what runs of tests have covered, from the files that coverage tools write."""

from __future__ import annotations

from testwright.assess.coverage_files.read_evidence import read_coverage

__all__ = ["read_coverage"]
