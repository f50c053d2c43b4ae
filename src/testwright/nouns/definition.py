"""Holds a definition: one task of a benchmark, as its `definition.toml` says it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

__all__ = [
    "CODE_CRITERIA",
    "LANGUAGES",
    "TEST_CRITERIA",
    "BugFix",
    "Definition",
    "Isolation",
    "TestGenerationDefinition",
]

LANGUAGES = ("julia", "python")

Isolation = Literal["fork", "shared"]
"""Each item from the same state (fork), or one after another in the same module (shared), as the Julia leaderboard does it."""
CODE_CRITERIA = ("parsed", "executed", "passed_unit_tests", "executed_examples")
TEST_CRITERIA = (
    "parsed",
    "collected",
    "passed_on_reference",
    "killed_mutants",
    "covered_lines",
    "covered_branches",
    "fail_to_pass",
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A task whose answer is code: the table `[code_generation]`.

    The first nine fields are those of the Julia LLM Leaderboard (MIT), with the same names and meaning; a file without
    `language` is one of its files. `path` is where it was read ("" = made in code), `sha256` of the fields that an
    evaluation depends on: what is asked, what is run, and how; not who made it, nor its solutions.
    """

    name: str
    contributor: str
    criteria: tuple[str, ...]
    prompt: str
    version: str
    examples: tuple[str, ...]
    unit_tests: tuple[str, ...]
    imports: tuple[str, ...]
    reference_solution: str
    examples_setup: str = ""
    examples_teardown: str = ""
    unit_tests_setup: str = ""
    unit_tests_teardown: str = ""
    language: str = "julia"
    entry_point: str = ""  # "" = the name
    requires: tuple[str, ...] = ()
    timeout_s: float = 10.0
    memory_mb: int = 512
    isolation: Isolation = "fork"  # the reader puts "shared" where the language is julia and the file says nothing
    files: Mapping[str, str] = field(default_factory=dict)
    wrong_solutions: tuple[str, ...] = ()
    created: str = ""  # ISO date
    source: str = ""  # where the task comes from
    tags: tuple[str, ...] = ()
    difficulty: str = ""
    canary: str = ""
    schema_version: int = 1
    path: str = field(default="", compare=False)
    sha256: str = field(default="", init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", _digest(self))

    @property
    def target(self) -> str:
        """The function or class that must exist after the answer ran."""
        return self.entry_point or self.name

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by in records."""
        return self.language, self.name


@dataclass(frozen=True, slots=True)
class BugFix:
    """The same module before and after a real fix: a test should fail on the one and pass on the other."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TestGenerationDefinition:
    """A task whose answer is a test file: the table `[test_generation]`. `module` is the name the source is imported by."""

    __test__ = False

    name: str
    contributor: str
    criteria: tuple[str, ...]
    prompt: str
    version: str
    source: str
    module: str = ""  # "" = the name
    mutants: tuple[str, ...] = ()  # whole sources
    mutate: bool = True
    bug_fix: BugFix | None = None
    reference_tests: str = ""
    requires: tuple[str, ...] = ()
    timeout_s: float = 10.0
    memory_mb: int = 512
    created: str = ""
    tags: tuple[str, ...] = ()
    difficulty: str = ""
    canary: str = ""
    schema_version: int = 1
    path: str = field(default="", compare=False)
    sha256: str = field(default="", init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", _digest(self))

    @property
    def module_name(self) -> str:
        return self.module or self.name


_ABOUT_IT = frozenset(
    {"contributor", "version", "reference_solution", "wrong_solutions", "reference_tests", "created", "tags"}
    | {"difficulty", "canary", "schema_version", "path", "sha256"}
)
"""Fields that no evaluation depends on; of a task whose answer is code, its `source` too, which says where it is from."""


def _digest(definition: Definition | TestGenerationDefinition) -> str:
    left_out = _ABOUT_IT | {"source"} if isinstance(definition, Definition) else _ABOUT_IT
    fields = {key: value for key, value in asdict(definition).items() if key not in left_out}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
