"""Decides how one candidate is written as a pytest function: its table, its steps and its assertions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from testwright.errors import InternalError
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Fixture,
    Function,
    Name,
    Patch,
    Recipe,
    ScratchFile,
    Variable,
    walk,
)
from testwright.inside.scenario import Outcome, Scenario, Step
from testwright.nouns.candidate import Candidate
from testwright.python_source.render_helpers import Helpers
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import lay_out
from testwright.python_source.render_recipe import FileNames, parts_of, used_names
from testwright.python_source.render_scratch import ScratchPaths
from testwright.python_source.render_slots import substitute
from testwright.python_source.render_statement import statement_lines
from testwright.write.render_check import Assertions
from testwright.write.render_match import match_of, raises_head
from testwright.write.render_table import Table, table_of

__all__ = ["TestFile", "local_names", "recipes_of", "render_test"]

_INDENT = 4


@dataclass(slots=True)
class TestFile:
    """What the tests of one file share. `parameter_names`: qualname → its positional parameters, to name columns by;
    `setup`: what of the project's own they may rely on.
    """

    __test__ = False

    module: str
    imports: Imports
    helpers: Helpers = field(default_factory=Helpers)
    parameter_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    setup: PytestSetup = field(default_factory=PytestSetup)


def render_test(candidate: Candidate, file: TestFile) -> str:
    """The test function, without a line break at its end; a method is indented as one."""
    if not candidate.rows:
        return file.imports.adopt(candidate.source).strip("\n")
    used = used_names(recipes_of(candidate)) | local_names(candidate)
    table = table_of(
        candidate, module=file.module, parameter_names=file.parameter_names, taken=used, imports=file.imports
    )
    scenario, outcome = table.scenario, table.outcome
    scratch = ScratchPaths.of(
        _recipes(scenario, outcome), used | set(table.columns) | {"captured", "expected", "actual"}
    )
    outer = _INDENT if candidate.group else 0
    is_async = scenario.is_async and bool(file.setup.asyncio)
    body = _Body(scenario, outcome, table, FileNames(file.imports, file.helpers, scratch), used, outer + _INDENT)
    lines = body.paragraphs(outer + _INDENT) if is_async else body.render()
    parameters = [*(["self"] if candidate.group else []), *table.columns, *_fixtures(scenario, outcome)]
    define = "async def" if is_async else "def"
    head = lay_out((f"{define} {candidate.name}({', '.join(parameters)}):",), indent=outer)
    decorators = table.decorator(FileNames(file.imports, file.helpers), outer)
    if is_async and file.setup.asyncio == "strict":
        decorators.append(f"{' ' * outer}@{file.imports.expression('pytest', '')}.mark.asyncio")
    return "\n".join([*decorators, *head, *lines])


def recipes_of(candidate: Candidate) -> list[Recipe]:
    """Every recipe that the candidate holds."""
    return [recipe for row in candidate.rows for recipe in _recipes(row.scenario, row.outcome)]


def local_names(candidate: Candidate) -> frozenset[str]:
    """Names that the steps of the candidate bind."""
    steps = (step for row in candidate.rows for step in row.scenario.steps)
    return frozenset(step.variable for step in steps if step.variable)


def _recipes(scenario: Scenario, outcome: Outcome) -> list[Recipe]:
    found = [step.recipe for step in scenario.steps]
    for check in outcome.checks:
        found += [check.expected] if check.subject is None else [check.subject, check.expected]
    return found if outcome.raised is None else [*found, outcome.raised.type]


def _fixtures(scenario: Scenario, outcome: Outcome) -> list[str]:
    nodes = [node for recipe in _recipes(scenario, outcome) for node in walk(recipe)]
    own = list(dict.fromkeys(node.name for node in nodes if isinstance(node, Fixture)))
    found = ["tmp_path"] if any(isinstance(node, ScratchFile) for node in nodes) else []
    if _writes_beside(scenario, outcome):
        found = ["monkeypatch", "tmp_path"]
    elif any(isinstance(node, Patch) for node in nodes):
        found = ["monkeypatch", *found]
    kinds = {check.kind for check in outcome.checks}
    return [
        *own,
        *found,
        *(["capsys"] if kinds & {"output", "errors"} else []),
        *(["caplog"] if "log" in kinds else []),
    ]


def _writes_beside(scenario: Scenario, outcome: Outcome) -> bool:
    """A file is left that no step names: its path is relative, so that it is written to the current folder."""
    if outcome.beside:
        return True
    named = {n.name for step in scenario.steps for n in walk(step.recipe) if isinstance(n, ScratchFile)}
    files = [c.subject for c in outcome.checks if c.kind == "file" and isinstance(c.subject, ScratchFile)]
    return any(not _is_named(file.name, named) for file in files)


def _is_named(name: str, named: set[str]) -> bool:
    return any(name == other or name.startswith(other.rstrip("/") + "/") for other in named if other.strip("/"))


@dataclass(slots=True)
class _Body:
    scenario: Scenario
    outcome: Outcome
    table: Table
    names: FileNames
    used: frozenset[str]
    indent: int

    def render(self) -> list[str]:
        awaits = sum(isinstance(n, Await) for r in _recipes(self.scenario, self.outcome) for n in walk(r))
        if not self.scenario.is_async:
            return self.paragraphs(self.indent)
        asyncio = self.names.imports.expression("asyncio", "")
        last = self.scenario.steps[-1].recipe
        if awaits == 1 and len(self.scenario.steps) == 1 and isinstance(last, Await):
            run = Call(Attribute(Name("asyncio", ""), "run"), (last.target,))
            self.scenario = replace(self.scenario, steps=(replace(self.scenario.steps[0], recipe=run),))
            return self.paragraphs(self.indent)
        inner, margin = self.paragraphs(self.indent + _INDENT), " " * self.indent
        return [f"{margin}async def scenario():", *inner, "", f"{margin}{asyncio}.run(scenario())"]

    def paragraphs(self, indent: int) -> list[str]:
        """Steps, a blank line, assertions."""
        *early, last = self.scenario.steps
        beside = _writes_beside(self.scenario, self.outcome)
        lines = [f"{' ' * indent}monkeypatch.chdir(tmp_path)"] if beside else []
        lines += [line for step in early for line in self.statement(step, indent)]
        kinds = {check.kind for check in self.outcome.checks}
        assertions = Assertions(self.names, self.used, self.table.compares_by_identity, {"output", "errors"} <= kinds)
        inlined = self.inlined(last, assertions, indent)
        lines += self.setup(last.recipe, indent)
        left = self.outcome.checks[1:] if inlined else self.outcome.checks
        checks = [line for check in left if check.kind != "warns" for line in assertions.lines(check, indent)]
        if inlined:
            return _joined(lines, [inlined, *checks])
        if "warns" in kinds:
            return _joined(lines, self.warning(last, indent), checks)
        if self.outcome.raised is None:
            return _joined([*lines, *self.statement(last, indent)], checks)
        return _joined(lines, self.raising(last, indent), checks)

    def inlined(self, last: Step, assertions: Assertions, indent: int) -> str:
        """The first assertion with the step under test written inside, where that is one short line; else ""."""
        checks = self.outcome.checks
        if self.outcome.raised is not None or not last.variable or last.attribute or not checks:
            return ""
        if any(check.kind == "warns" for check in checks):
            return ""
        mentions = [_mentions(r, last.variable) for c in checks for r in (c.subject, c.expected) if r is not None]
        subject = checks[0].subject
        if subject is None or mentions[0] != 1 or sum(mentions) != 1 or not assertions.takes_subject(checks[0]):
            return ""
        first = replace(checks[0], subject=substitute(subject, last.variable, last.recipe))
        return assertions.one_line(first, indent) or ""

    def setup(self, recipe: Recipe, indent: int) -> list[str]:
        pairs = self.names.scratch.setup_of(recipe) if self.names.scratch is not None else []
        return [line for before, parts in pairs for line in lay_out(parts, indent=indent, before=before)]

    def statement(self, step: Step, indent: int) -> list[str]:
        if isinstance(step.recipe, Fixture) and step.variable == step.recipe.name:  # a parameter of the test
            return []
        before = f"{step.variable}.{step.attribute} = " if step.attribute else ""
        if not before and step.variable and self.is_used_after(step):
            before = f"{step.variable} = "
        setup = [] if step is self.scenario.steps[-1] else self.setup(step.recipe, indent)
        return [*setup, *statement_lines(step.recipe, self.names, before, indent)]

    def is_used_after(self, step: Step) -> bool:
        steps = self.scenario.steps
        later = steps[[s is step for s in steps].index(True) + 1 :]
        if any(s.attribute and s.variable == step.variable for s in later):
            return True
        checked = _recipes(replace(self.scenario, steps=()), self.outcome)
        return any(
            isinstance(node, Variable) and node.name == step.variable
            for recipe in [*(s.recipe for s in later), *checked]
            for node in walk(recipe)
        )

    def warning(self, last: Step, indent: int) -> list[str]:
        """The step under test in a `with pytest.warns(…):`"""
        given = next(check.expected for check in self.outcome.checks if check.kind == "warns")
        if not isinstance(given, Call):
            raise InternalError(f"a warning is no call: {given!r}", slug="internal-error")
        words = given.args[0].value if given.args and isinstance(given.args[0], Const) else None
        match = match_of(words, self.names.imports)
        warns = self.names.imports.expression("pytest", "") + ".warns"
        head = raises_head(warns, parts_of(given.function, self.names), match, indent)
        return [*head, *self.statement(last, indent + _INDENT)]

    def raising(self, last: Step, indent: int) -> list[str]:
        raised = self.outcome.raised
        if raised is None:
            return []
        exception = parts_of(raised.type, self.names)
        match = self.table.match or match_of(raised.message, self.names.imports)
        raises = self.names.imports.expression("pytest", "") + ".raises"
        head = raises_head(raises, exception, match, indent)
        before = f"{last.variable}.{last.attribute} = " if last.attribute else ""
        return [*head, *statement_lines(last.recipe, self.names, before, indent + _INDENT)]


def _joined(*paragraphs: list[str]) -> list[str]:
    """Paragraphs with a blank line between."""
    filled = [paragraph for paragraph in paragraphs if paragraph]
    return [line for i, paragraph in enumerate(filled) for line in ([""] if i else []) + paragraph]


def _mentions(recipe: Recipe, variable: str) -> int:
    """How often the variable is read; inside a function counts double, since nothing can be put there."""
    found = sum(isinstance(n, Variable) and n.name == variable for n in walk(recipe))
    if any(isinstance(n, Function) for n in walk(recipe)):
        found *= 2
    return found
