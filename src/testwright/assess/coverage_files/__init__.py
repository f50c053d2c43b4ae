"""Reads what runs of tests have covered, from the files that coverage tools write."""

from __future__ import annotations

from testwright.assess.coverage_files.read_evidence import CoverageReader, Surroundings, read_coverage
from testwright.assess.coverage_files.source_file import SourceFile

__all__ = ["CoverageReader", "SourceFile", "Surroundings", "read_coverage"]
