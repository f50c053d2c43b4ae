"""Holds what is known of one source as it is now, each thing found out when it is first asked for."""

from __future__ import annotations

import ast
import warnings
from functools import cached_property

from testwright.assess.statement_survey import StatementSurvey, survey
from testwright.errors import ProjectError
from testwright.python_source.coverage_shape import CoverageShape, coverage_shape
from testwright.python_source.indexed_text import IndexedText
from testwright.python_source.parsing import PARSING, parse_source

__all__ = ["SourceFile"]


class SourceFile:
    """`problem` is why it cannot be read, once something was asked and could not be answered with more than None."""

    def __init__(self, path: str, config_file: str = "", content: bytes | None = None) -> None:
        self.path = path
        self.problem = ""
        if content is not None:
            self.content = content
        self._config_file = config_file

    @property
    def doubt(self) -> str:
        """The problem in a sentence, "" for none."""
        return f"{self.path} cannot be read as Python: {self.problem}" if self.problem else ""

    @cached_property
    def content(self) -> bytes:
        """Nothing, where it cannot be read."""
        try:
            with open(self.path, "rb") as stream:
                return stream.read()
        except OSError as error:
            self.problem = error.strerror or str(error)
            return b""

    @cached_property
    def tree(self) -> ast.Module | None:
        content = self.content
        if self.problem:
            return None
        try:
            with PARSING, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return parse_source(content)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            self.problem = str(error) or type(error).__name__
            return None

    @cached_property
    def survey(self) -> StatementSurvey | None:
        """Cheap, and right for the most part of what coverage.py counts."""
        return survey(self.tree, IndexedText(self.content)) if self.tree is not None else None

    @cached_property
    def shape(self) -> CoverageShape | None:
        """What coverage.py itself counts, at 10 times the price."""
        try:
            return coverage_shape(self.path, config_file=self._config_file)
        except ProjectError as error:
            self.problem = error.message
            return None
