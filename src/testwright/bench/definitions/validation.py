"""Validates definitions: what their texts say, what running them shows, and whether they are fit to be used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testwright.bench.definitions.definition_file import read_definition
from testwright.bench.definitions.finding import Finding
from testwright.bench.definitions.python_text import syntax_problem
from testwright.bench.definitions.schema import AnyDefinition, from_table
from testwright.bench.definitions.static_checks import check_code_task, check_names_between
from testwright.bench.definitions.test_task_checks import check_test_task
from testwright.bench.definitions.toml_text import to_plain
from testwright.nouns.definition import Definition

if TYPE_CHECKING:
    from testwright.bench.evaluating.answers import EvaluatorSettings

__all__ = ["MOST_BUGS", "Validation", "validate_definition", "validate_files"]

MOST_BUGS = 20
"""Bugs planted in one reference solution, unless more or fewer are asked for."""
Told = Callable[[str], None]


@dataclass(slots=True)
class Validation:
    """What is known of one definition; true where nothing makes it unfit.

    `definition` is None where the file cannot be used. `not_run`: why it was not run, "" where it was. `bugs`: (caught,
    planted) of the bugs planted in its reference solution.
    """

    path: str
    definition: AnyDefinition | None
    findings: list[Finding] = field(default_factory=list)
    not_run: str = ""
    bugs: tuple[int, int] = (0, 0)

    @property
    def ok(self) -> bool:
        return not any(each.is_error for each in self.findings)

    def __bool__(self) -> bool:
        return self.ok

    def to_plain(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "name": self.definition.name if self.definition else "",
            "language": getattr(self.definition, "language", "python") if self.definition else "",
            "ok": self.ok,
            "not_run": self.not_run,
            "planted_bugs": {"caught": self.bugs[0], "planted": self.bugs[1]},
            "findings": [each.to_plain() for each in self.findings],
        }


def validate_definition(
    definition: AnyDefinition | Mapping[str, Any] | str | Path,
    *,
    evaluate: bool = True,
    python: str = "",
    julia: str = "",
    most_bugs: int = MOST_BUGS,
    jobs: int = 1,
) -> Validation:
    """All that is wrong with one definition: a file, the tables of one, or a definition made in code.

    With `evaluate` its reference solution, its wrong ones and the reference with bugs planted are run too, in the sandbox,
    by `python` ("" = the one that runs this) or `julia`.
    """
    settings = _settings(python, julia, jobs) if evaluate else None
    (validation,) = _validated([_read(definition)], settings, most_bugs, told=lambda text: None)
    return validation


def _settings(python: str, julia: str, jobs: int) -> EvaluatorSettings:
    from testwright.bench.evaluating.answers import EvaluatorSettings

    return EvaluatorSettings(python or sys.executable, julia, jobs)


def _read(definition: AnyDefinition | Mapping[str, Any] | str | Path) -> Validation:
    if isinstance(definition, (str, Path)):
        return Validation(str(definition), *read_definition(definition))
    if isinstance(definition, Mapping):
        return Validation("", *from_table(definition))
    return Validation(definition.path, *from_table(to_plain(definition), definition.path))


def validate_files(
    paths: Iterable[Path],
    settings: EvaluatorSettings | None,
    *,
    most_bugs: int = MOST_BUGS,
    told: Told = lambda text: None,
) -> list[Validation]:
    """The same for many, in their order; without `settings` nothing is run. Their names must differ too."""
    read = [_read(path) for path in paths]
    return _validated(read, settings, most_bugs, told=told)


def _validated(
    validations: list[Validation], settings: EvaluatorSettings | None, most_bugs: int, *, told: Told
) -> list[Validation]:
    between = check_names_between([each.definition for each in validations if each.definition is not None])
    for each in validations:
        each.findings += [*_static(each.definition), *between.get(each.path, ())]
        if each.definition is None or settings is None:
            each.not_run = "it cannot be used" if settings is not None else "nothing was to be run"
    if settings is not None:
        _run([each for each in validations if each.definition is not None], settings, most_bugs, told)
    for each in validations:
        each.findings = [replace(finding, path=each.path) for finding in each.findings]
    return validations


def _static(definition: AnyDefinition | None) -> Iterable[Finding]:
    if definition is None:
        return ()
    return check_code_task(definition) if isinstance(definition, Definition) else check_test_task(definition)


def _run(validations: Sequence[Validation], settings: EvaluatorSettings, most_bugs: int, told: Told) -> None:
    from testwright.bench.definitions.running_checks import run_code_tasks

    code = [(each, each.definition) for each in validations if isinstance(each.definition, Definition)]
    fit = [(each, definition) for each, definition in code if not _is_broken(definition)]
    runs = run_code_tasks([definition for _, definition in fit], settings, most_bugs=most_bugs, told=told)
    for (each, _), run in zip(fit, runs, strict=True):
        each.findings += run.findings
        each.not_run, each.bugs = run.skipped, run.bugs
    for each, definition in code:
        if _is_broken(definition):
            each.not_run = "its reference solution does not parse"


def _is_broken(definition: Definition) -> bool:
    return definition.language == "python" and bool(syntax_problem(definition.reference_solution))
