"""Declares every option once: its name, kind, default, help, flag, key in pyproject.toml and environment name."""

from __future__ import annotations

import os
import sys
from dataclasses import Field, dataclass, fields
from typing import Any

from testwright.config.declaring import Kind, declare
from testwright.config.function_orders import ORDERS
from testwright.config.mechanisms import MECHANISMS
from testwright.config.model_options import ModelOptions
from testwright.config.request_test_options import RequestTestOptions
from testwright.inside.mutants.operators import EVERY_OPERATOR

__all__ = ["OPTIONS", "OptionSpec", "Options", "options_from"]


def _one_job_per_cpu() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(RequestTestOptions, ModelOptions):
    """Every option's value for one run of a command; without arguments, the defaults."""

    output: str = declare(
        "",
        kind="path",
        flag="-o/--output",
        metavar="DIR",
        default_text="the project's tests folder",
        help="Folder that the test files are written to.",
    )
    budget: float = declare(
        5.0,
        kind="number",
        flag="--budget",
        metavar="SECONDS",
        minimum=0.0,
        help="CPU-seconds of exploring for each module.",
    )
    max_executions: int | None = declare(
        None,
        kind="integer",
        flag="--max-executions",
        metavar="N",
        minimum=1,
        default_text="no limit",
        help="Calls of exploring for each module; with it, the same seed and source give the same files.",
    )
    seed: int = declare(
        1,
        kind="integer",
        flag="--seed",
        metavar="N",
        minimum=0,
        verbs=("generate", "mutate"),
        help="Seed of every random choice.",
    )
    python: str = declare(
        factory=lambda: sys.executable,
        kind="path",
        flag="--python",
        metavar="PATH",
        default_text="the project's .venv, else $VIRTUAL_ENV, else the one that runs testwright",
        verbs=("generate", "mutate", "audit", "record"),
        help="Interpreter of the project under test; pytest must be installed there.",
    )
    mutants: bool = declare(
        True,
        kind="flag",
        flag="--mutants/--no-mutants",
        help="Plant small bugs in the module, keep the tests that catch them, and search for ones that catch more.",
    )
    mutant_budget: float | None = declare(
        None,
        kind="number",
        flag="--mutant-budget",
        metavar="SECONDS",
        minimum=0.0,
        default_text="as much as --budget",
        help="CPU-seconds of searching for calls that tell planted bugs from the original, for each module.",
    )
    most_cases: int = declare(
        25,
        kind="integer",
        flag="--most-cases",
        metavar="N",
        minimum=1,
        help="Tests and table rows for one function, unless more are needed to cover it.",
    )
    every_call: bool = declare(
        False,
        kind="flag",
        flag="--every-call",
        configurable=False,
        help="With --from: keep a test of each recorded call that goes again as it was recorded, also where others reach "
        "as much.",
    )
    private: bool = declare(
        True,
        kind="flag",
        flag="--private/--no-private",
        help="Also test functions whose name starts with an underscore.",
    )
    properties: bool = declare(
        False,
        kind="flag",
        flag="--properties/--no-properties",
        help="Also write Hypothesis tests of properties such as round trips, each kept only if it catches planted bugs; "
        "hypothesis must be installed in the interpreter under test.",
    )
    jobs: int = declare(
        factory=_one_job_per_cpu,
        kind="integer",
        flag="--jobs",
        metavar="N",
        minimum=1,
        default_text="one per CPU",
        verbs=("generate", "mutate"),
        help="Modules worked on at the same time; a single module has as many of its proof runs side by side.",
    )
    ignore_existing: bool = declare(
        False,
        kind="flag",
        flag="--ignore-existing",
        help="Do not look at the tests that are there: neither run them, nor learn from them, nor leave out what they do.",
    )
    existing_seconds: float = declare(
        60.0,
        kind="number",
        flag="--existing-seconds",
        metavar="SECONDS",
        minimum=0.0,
        help="CPU-seconds that the one run of the project's own tests may take; what passed until then counts.",
    )
    source: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="found by looking",
        help="Folders that hold the project's importable code, relative to pyproject.toml.",
    )
    exclude: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="nothing more",
        help="Patterns of paths to leave out, relative to pyproject.toml, besides tests, docs and environments.",
    )
    private_paths: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--private-path",
        metavar="PATTERN",
        default_text="none",
        verbs=("dataset",),
        help="Files and folders, relative to pyproject.toml, of which nothing goes into training data; may be repeated.",
    )
    without: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--without",
        metavar="MECHANISM",
        default_text="nothing",
        advanced=True,
        choices=tuple(MECHANISMS),
        help="Switch off one mechanism of exploring, to measure what it is worth; may be repeated.",
    )
    pin_suspicions: bool = declare(
        False,
        kind="flag",
        flag="--pin-suspicions/--no-pin-suspicions",
        help="Also write tests that hold fast what looks like a bug, each with a comment that says so.",
    )
    diff: bool = declare(
        False,
        kind="flag",
        flag="--diff/--write",
        configurable=False,
        default_text="--write",
        help="Print the change as a diff instead of writing files.",
    )
    resume: bool = declare(
        False, kind="flag", flag="--resume", configurable=False, help="Go on where an interrupted run stopped."
    )
    json: bool = declare(
        False,
        kind="flag",
        flag="--json",
        configurable=False,
        verbs=("generate", "mutate", "audit"),
        help="Print the result as one JSON document.",
    )
    tests: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--tests",
        metavar="PATH",
        default_text="the project's tests",
        verbs=("mutate", "audit"),
        help="Test file or folder to run; may be repeated.",
    )
    operators: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--operator",
        metavar="NAME",
        default_text="all but the finer ones",
        choices=EVERY_OPERATOR,
        verbs=("mutate",),
        help="Plant only mutants of this operator; may be repeated.",
    )
    no_mutants: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="nothing",
        help="Patterns of paths, relative to pyproject.toml, in which no mutants are planted; `PATTERN:NAME` leaves out "
        "one operator there.",
    )
    coverage: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--coverage",
        metavar="FILE",
        default_text="the suite is run",
        verbs=("audit",),
        help="What a run of the tests left: a coverage.py data file, coverage.json, Cobertura XML or LCOV; may be repeated.",
    )
    remap: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--remap",
        metavar="FROM=TO",
        default_text="nothing",
        verbs=("audit",),
        help="What paths in the coverage files begin with, and what stands for it here; may be repeated.",
    )
    suite_seconds: float = declare(
        1800.0,
        kind="number",
        flag="--suite-seconds",
        metavar="SECONDS",
        minimum=0.0,
        verbs=("audit",),
        help="How long the suite may take; what it covered until then counts.",
    )
    pytest_arguments: tuple[str, ...] = declare(
        (),
        kind="list",
        flag="--pytest-argument",
        metavar="WORD",
        default_text="none",
        verbs=("audit",),
        help="A further word for the suite's pytest, such as `--pytest-argument=-m --pytest-argument='not slow'`.",
    )
    audit_fail_under: float | None = declare(
        None,
        kind="number",
        flag="--fail-under",
        metavar="PCT",
        minimum=0.0,
        default_text="no gate",
        verbs=("audit",),
        help="Exit with 1 if fewer of all lines and branches are covered.",
    )
    audit_diff_fail_under: float | None = declare(
        None,
        kind="number",
        flag="--diff-fail-under",
        metavar="PCT",
        minimum=0.0,
        default_text="no gate",
        verbs=("audit",),
        help="Exit with 1 if fewer of the lines and branches that changed are covered.",
    )
    audit_max_crap: float | None = declare(
        None,
        kind="number",
        flag="--max-crap",
        metavar="N",
        minimum=0.0,
        default_text="no gate",
        verbs=("audit",),
        help="Exit with 1 if a function's CRAP (complexity² · uncovered share³ + complexity) is above.",
    )
    audit_ratchet: str = declare(
        "",
        kind="path",
        flag="--ratchet",
        metavar="FILE",
        default_text="no gate",
        verbs=("audit",),
        help="Exit with 1 if a file is covered less than this file of floors says; --update raises them.",
    )
    sort: str = declare(
        "next",
        kind="text",
        flag="--sort",
        metavar="ORDER",
        default_text="next",
        choices=tuple(ORDERS),
        verbs=("audit",),
        help=f"Order of functions that lack tests: {', '.join(ORDERS)}.",
    )
    redact_names: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="nothing more",
        help="Further names of parameters, fields and headers whose values are secrets, and not kept in recordings.",
    )
    redact_patterns: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="nothing more",
        help="Regular expressions of further texts that are secrets; of one with a group, the group.",
    )
    redact_leave: tuple[str, ...] = declare(
        (),
        kind="list",
        default_text="nothing",
        help="Names that look like those of secrets, and are none.",
    )
    trace_value_mb: float = declare(
        1.0,
        kind="number",
        minimum=0.001,
        help="Megabytes of one value in a stored trace; of a larger one only the beginning and the length are kept.",
    )
    trace_mb: float = declare(
        50.0,
        kind="number",
        minimum=0.001,
        help="Megabytes of all values of a stored trace; spans that come later are only counted.",
    )
    trace_store_mb: float = declare(
        1000.0,
        kind="number",
        minimum=0.001,
        help="Megabytes of all stored traces; the oldest that are not pinned are dropped for new ones.",
    )


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option as the table shows it; `name` is the field of Options."""

    name: str
    kind: Kind
    default: Any
    default_text: str
    help: str
    flag: str
    metavar: str
    minimum: float | None
    configurable: bool
    advanced: bool
    choices: tuple[str, ...]
    verbs: tuple[str, ...]
    table: str

    @property
    def key(self) -> str:
        """Its key in [tool.testwright]; of one in a table of its own, with that table's name."""
        return f"{self.table}.{self.own_key}" if self.table else self.own_key

    @property
    def own_key(self) -> str:
        """Without the name of the table."""
        return self.name.replace("_", "-").removeprefix(f"{self.table}-" if self.table else "")

    @property
    def environment_name(self) -> str:
        return f"TESTWRIGHT_{self.name.upper()}"


def _spec(declared: Field[Any]) -> OptionSpec:
    default = declared.default if callable(declared.default) is False else None
    if callable(declared.default_factory):
        default = declared.default_factory()
    return OptionSpec(name=declared.name, default=default, **declared.metadata)


OPTIONS: dict[str, OptionSpec] = {
    declared.name: _spec(declared)
    for declared in sorted(fields(Options), key=lambda each: bool(each.metadata["table"]))
}


def options_from(values: dict[str, Any]) -> Options:
    """Options of checked values (see sources.py); absent ones take their default."""
    return Options(**values)
