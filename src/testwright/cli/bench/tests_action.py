"""`testwright bench tests`: says which generators, or models, write tests that work and find bugs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.bench.asked_models import MODEL_OPTIONS, opened_models
from testwright.cli.bench.evaluator_options import evaluator_settings
from testwright.cli.command_line import with_options
from testwright.cli.output import Progress, show_document, show_remark, show_text, table
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.generators.generating import SuiteGenerator
    from testwright.bench.generators.subjects import Subject
    from testwright.llm.exchange import ModelClient
    from testwright.nouns.evaluation import Evaluation

__all__ = ["command"]

_OURS, _MODEL = "testwright", "model:"
_CRITERIA = (
    ("parsed", "parsed"),
    ("collected", "collected"),
    ("passed_on_reference", "pass"),
    ("killed_mutants", "killed"),
    ("covered_lines", "lines"),
    ("covered_branches", "branches"),
    ("fail_to_pass", "fail→pass"),
)


@click.command("tests", short_help="Say which generators write tests that find bugs.")
@click.argument("words", nargs=-1, required=True, metavar="GENERATOR... [DEFS]...")
@click.option("--modules", "modules_file", metavar="FILE", help="TOML with tables [[module]]: `package` and `module`.")
@click.option(
    "--environments", metavar="DIR", help="Install each package of --modules there. [default: --python has it]"
)
@click.option("-o", "--output", "folder", required=True, metavar="DIR", help="Folder that the records are kept in.")
@click.option(
    "--budget", type=click.FloatRange(min=0.1), default=30.0, metavar="S", help="Told to generators. [default: 30]"
)
@click.option(
    "--limit", type=click.FloatRange(min=1), default=300.0, metavar="S", help="Ends generators. [default: 300]"
)
@click.option(
    "--mutants", type=click.IntRange(1), default=100, metavar="N", help="Bugs planted at most. [default: 100]"
)
@click.option("--samples", type=click.IntRange(1), default=1, metavar="N", help="Runs of each. [default: 1]")
@click.option("--seed", type=int, default=0, metavar="N", help="Run i gets this plus i. [default: 0]")
@click.option("--experiment", default="", metavar="TEXT", help="Recorded: what the run is for.")
@click.option("--python", metavar="PATH", help="Interpreter that tests run in. [default: as for generate]")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Bugs tried at the same time. [default: one per CPU]")
@with_options(MODEL_OPTIONS)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(
    words: tuple[str, ...], modules_file: str | None, folder: str, as_json: bool, quiet: bool, **given: Any
) -> int:
    """Have tests generated, and judge them by running them: on the module, with bugs planted, and around a real fix.

    GENERATOR is `testwright`, `testwright:MODEL`, `model:MODEL` (a plain prompt), or NAME=COMMAND with the placeholders
    {module}, {project}, {source}, {output}, {seed}, {budget} and {python}. DEFS are files or folders with definitions of
    [test_generation], or `shipped`. What DIR has already is not run again.
    """
    from testwright.bench.generators.test_runs import TestRunSettings, run_generators
    from testwright.bench.records.record_store import RecordStore

    generators, definitions = _sorted(words)
    settings = evaluator_settings(given["python"], None, given["jobs"])
    progress = Progress(quiet=quiet or as_json)
    try:
        subjects = _subjects(definitions, modules_file, settings.python, given["environments"], progress)
        store = RecordStore(os.path.abspath(os.path.expanduser(folder)), show_remark)
        asked = {each: each.removeprefix(_MODEL) for each in generators if each.startswith(_MODEL)}
        with opened_models(asked, given, quiet=quiet or as_json) as clients:
            made = [_generator(each, clients) for each in generators]
            run = TestRunSettings(
                budget=given["budget"],
                limit=given["limit"],
                most_mutants=given["mutants"],
                samples=given["samples"],
                seed=given["seed"],
                jobs=settings.jobs,
                experiment=given["experiment"],
            )
            found = run_generators(made, subjects, store, run, progress)
    finally:
        progress.close()
    return _show(found, as_json=as_json)


def _sorted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Generators and definitions: what is there as a path, and `shipped`, are definitions."""
    definitions = [each for each in words if each == "shipped" or os.path.exists(each)]
    generators = [each for each in words if each not in definitions]
    unknown = [each for each in generators if not _is_generator(each)]
    if unknown or not generators:
        raise UsageError(
            f"{unknown[0]!r} is neither a generator nor a file" if unknown else "no generator is named",
            slug="bad-value",
            where=" ".join(words),
            hint="generators are testwright, testwright:MODEL, model:MODEL and NAME=COMMAND",
        )
    return list(dict.fromkeys(generators)), definitions


def _is_generator(word: str) -> bool:
    name, sign, template = word.partition("=")
    return word == _OURS or word.startswith((f"{_OURS}:", _MODEL)) or bool(sign and name.strip() and template.strip())


def _subjects(
    definitions: Sequence[str], modules_file: str | None, python: str, environments: str | None, progress: Progress
) -> list[Subject]:
    from testwright.bench.definitions.definition_file import open_definitions
    from testwright.bench.generators.subjects import installed_modules, of_definition
    from testwright.nouns.definition import TestGenerationDefinition

    opened = open_definitions(definitions) if definitions else []
    found = [of_definition(each, python) for each in opened if isinstance(each, TestGenerationDefinition)]
    if modules_file:
        found += installed_modules(modules_file, python, environments, progress)
    if not found:
        raise UsageError(
            "there is nothing to write tests for",
            slug="no-definitions",
            where=", ".join(definitions) or "testwright bench tests",
            hint="name definitions of [test_generation], `shipped`, or a file of --modules",
        )
    return found


def _generator(word: str, clients: dict[str, ModelClient]) -> SuiteGenerator:
    from testwright.bench.generators.generating import CommandGenerator, PromptGenerator, own_command

    if word.startswith(_MODEL):
        return PromptGenerator(word, clients[word])
    if word == _OURS or word.startswith(f"{_OURS}:"):
        return CommandGenerator(word, own_command(word.removeprefix(_OURS).removeprefix(":")))
    name, _, template = word.partition("=")
    return CommandGenerator(name.strip(), template)


def _show(found: Sequence[Evaluation], *, as_json: bool) -> int:
    failed = [each for each in found if each.extra["outcome"] in ("infra_error", "skipped")]
    code = exit_codes.FINDINGS if failed else exit_codes.DONE
    names = list(dict.fromkeys(each.model for each in found))
    rows = [_row(name, [each for each in found if each.model == name and each not in failed]) for name in names]
    if as_json:
        show_document({"exit_code": code, "generators": rows, "evaluations": [_plain(each) for each in found]})
    else:
        headings = [
            "generator",
            "subjects",
            "score",
            *(short for _, short in _CRITERIA),
            "flaky",
            "seconds",
            "coverage@pass",
            "mutation@pass",
        ]
        cells = [[_cell(row[key]) for key in row] for row in rows]
        show_text(table(headings, cells, right=range(1, len(headings))))
    for each in failed:
        show_remark(f"NOT COUNTED: {each.model} on {each.name}: {each.extra['message']}")
    return code


def _row(name: str, found: Sequence[Evaluation]) -> dict[str, Any]:
    """Means over subjects, in per cent; "@pass" over those alone whose tests all pass. Source of that: TestGenEval (2024)."""
    from testwright.bench.scoring import score_eval

    def mean(values: Sequence[float]) -> float | None:
        return round(sum(values) / len(values), 1) if values else None

    def share(criterion: str, among: Sequence[Evaluation]) -> float | None:
        return mean([100 * each.extra["criteria"][criterion] for each in among if criterion in each.extra["criteria"]])

    sound = [each for each in found if each.extra["tests"]["all_pass"]]
    return {
        "generator": name,
        "subjects": len(found),
        "score": mean([score_eval(each) for each in found]),
        **{criterion: share(criterion, found) for criterion, _ in _CRITERIA},
        "flaky": sum(each.extra["tests"]["flaky"] for each in found),
        "seconds": mean([each.elapsed_seconds or 0.0 for each in found]),
        "coverage_at_pass": share("covered_lines", sound),
        "mutation_at_pass": share("killed_mutants", sound),
    }


def _cell(value: object) -> str:
    return "n/a" if value is None else str(value)


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    from testwright.bench.scoring import is_scored, score_eval

    return {
        "generator": evaluation.model,
        "subject": evaluation.name,
        "score": round(score_eval(evaluation), 2) if is_scored(evaluation) else None,
        "outcome": evaluation.extra["outcome"],
        "message": evaluation.extra["message"],
        "criteria": evaluation.extra["criteria"],
        "tests": evaluation.examples_count,
        "mutants": evaluation.unit_tests_count,
        "flaky": evaluation.extra["tests"]["flaky"],
        "seconds": evaluation.elapsed_seconds,
        "path": evaluation.path,
    }
