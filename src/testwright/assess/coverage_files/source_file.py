"""Holds what is known of one source as it is now, each thing found out when it is first asked for."""

from __future__ import annotations

from functools import cached_property

from testwright.assess.coverage_files.outline import Outline, outline
from testwright.errors import ProjectError
from testwright.python_source.coverage_shape import CoverageShape, coverage_shape

__all__ = ["SourceFile"]


class SourceFile:
    """`problem` is why it cannot be read, once something was asked and could not be answered with more than None."""

    def __init__(self, path: str, config_file: str = "") -> None:
        self.path = path
        self.problem = ""
        self._config_file = config_file

    @cached_property
    def outline(self) -> Outline | None:
        """Cheap, and right for the most part."""
        try:
            with open(self.path, "rb") as stream:
                return outline(stream.read())
        except OSError as error:
            self.problem = error.strerror or str(error)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            self.problem = str(error) or type(error).__name__
        return None

    @cached_property
    def shape(self) -> CoverageShape | None:
        """What coverage.py itself counts, at 10 times the price."""
        try:
            return coverage_shape(self.path, config_file=self._config_file)
        except ProjectError as error:
            self.problem = error.message
            return None
