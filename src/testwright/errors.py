"""Holds every error that a user can meet: what, slug, where, and what to try.

TestwrightError
├── UsageError       arguments that do not fit together          exit 2
├── ConfigError      pyproject or environment; all problems      exit 2
├── ProjectError     the project cannot be found, imported, run  exit 2
├── SandboxError     the sandbox itself broke                    exit 2
├── ModelError       a model cannot be had, asked or paid        exit 2
└── InternalError    our bug                                     exit 3
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "InternalError",
    "ModelError",
    "ProjectError",
    "SandboxError",
    "TestwrightError",
    "UsageError",
]


class TestwrightError(Exception):
    """Any problem that testwright explains itself; `slug` names its docs page."""

    __test__ = False
    exit_code = 2

    def __init__(self, message: str, *, slug: str, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug
        self.where = where
        self.hint = hint


class UsageError(TestwrightError):
    """The arguments do not fit together, or name what is not there."""


class ConfigError(TestwrightError):
    """The configuration has problems; all of them are in the message, one a line."""


class ProjectError(TestwrightError):
    """The project, its interpreter or a target cannot be found, imported or run."""


class SandboxError(TestwrightError):
    """The sandbox could not be set up or broke (a failing test is not this)."""


class ModelError(TestwrightError):
    """A model cannot be loaded or reached, does not answer, or may not be asked."""


class InternalError(TestwrightError):
    """A bug of ours."""

    exit_code = 3
