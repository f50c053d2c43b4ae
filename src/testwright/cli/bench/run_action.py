"""`testwright bench run`: asks models for code, runs what they answer, and records what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.bench.asked_models import MODEL_OPTIONS, names_of_models, opened_models, registry_of
from testwright.cli.bench.evaluator_options import evaluator_settings, with_evaluator_options
from testwright.cli.command_line import with_options
from testwright.cli.output import Progress, show_document, show_remark, show_text, table
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.record_store import RecordStore
    from testwright.bench.running.planning import Grid, Question
    from testwright.bench.running.prompts import Prompts
    from testwright.bench.running.running_benchmark import RunResult, RunSettings
    from testwright.llm.exchange import ModelClient
    from testwright.nouns.definition import Definition

__all__ = ["command", "only_code"]


@click.command("run", short_help="Ask models for code, run it, and record what came of it.")
@click.argument("definitions", nargs=-1, required=True, metavar="DEFS...")
@click.option(
    "--model", "models", multiple=True, required=True, metavar="MODEL", help="Who is asked; may be given again."
)
@click.option("-o", "--output", "folder", required=True, metavar="DIR", help="Folder that the records are kept in.")
@click.option(
    "--prompt", "labels", multiple=True, metavar="LABEL", help="How it is asked. [default: InPython, InJulia]"
)
@click.option("--prompt-file", metavar="FILE", help="Prompts of your own, beside those that come with testwright.")
@click.option("--samples", type=click.IntRange(1), default=1, metavar="N", help="Answers of each. [default: 1]")
@click.option("--temperature", metavar="T,...", help="Values to sample with, each with each of the others.")
@click.option("--top-p", metavar="P,...", help="As --temperature.")
@click.option("--repeat-penalty", metavar="X,...", help="As --temperature.")
@click.option(
    "--reply-tokens", type=click.IntRange(1), default=2048, metavar="N", help="Longest answer. [default: 2048]"
)
@click.option("--seed", type=int, default=0, metavar="N", help="Sample i is asked for with this plus i. [default: 0]")
@click.option(
    "--fix-rounds", type=click.IntRange(0), default=0, metavar="N", help="Let it correct errors. [default: 0]"
)
@click.option("--fix-prompt", default="CodeFixerTiny", metavar="LABEL", help="How. [default: CodeFixerTiny]")
@click.option("--search", "most", type=click.IntRange(1), metavar="K", help="Find the best of the values: all on the "
              "hardest case, the best K on all cases, the winner in full.")  # fmt: skip
@click.option("--hardest", metavar="NAME", help="The case that --search begins with. [default: by difficulty]")
@click.option("--models", "models_file", metavar="FILE", help="Facts about models: address, kind, size, prices.")
@click.option("--asks", type=click.IntRange(1), default=4, metavar="N", help="Questions out at once. [default: 4]")
@click.option("--device", default="-", metavar="TEXT", help="Recorded: what the models run on.")
@click.option("--experiment", default="", metavar="TEXT", help="Recorded: what the run is for.")
@click.option("--resume", is_flag=True, help="Go on: what DIR has of this very run is not asked for again.")
@click.option("--fill", is_flag=True, help="Add what DIR lacks to N samples of each, however it was made.")
@click.option("--dry-run", is_flag=True, help="Ask nobody: print what would be asked.")
@with_options(MODEL_OPTIONS)
@with_evaluator_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing while working.")
def command(definitions: tuple[str, ...], models: tuple[str, ...], folder: str, **given: Any) -> int:
    """Ask models for code that solves tasks, run it in the sandbox, and record what came of it.

    DEFS are definition.toml files or folders with them; `shipped` means those that come with testwright. DIR gets a file
    for each answer, as the Julia LLM Leaderboard has them; `testwright bench report DIR` makes a table of them.
    """
    from testwright.bench.records.record_store import RecordStore

    run = _Run(only_code(definitions), models, given)
    planned = run.planned()
    if given["dry_run"]:
        return _show_questions(planned)
    store = RecordStore(os.path.abspath(os.path.expanduser(folder)), show_remark)
    run.require_new(store, planned, folder)
    quiet = given["quiet"] or given["as_json"]
    progress = Progress(quiet=quiet)
    try:
        with opened_models(run.addresses, given, quiet=quiet) as clients:
            result, winner = run.run(planned, clients, store, progress)
    finally:
        progress.close()
    return _show(result, winner, folder, as_json=given["as_json"])


def only_code(texts: Sequence[str]) -> list[Definition]:
    """The definitions whose answer is code. UsageError where there is none."""
    from testwright.bench.definitions.definition_file import open_definitions
    from testwright.nouns.definition import Definition

    found = [each for each in open_definitions(texts) if isinstance(each, Definition)]
    if not found:
        raise UsageError(
            f"there is no definition of a task for code in {', '.join(map(repr, texts))}",
            slug="no-definitions",
            where=texts[0],
            hint="`testwright bench tests` is for definitions of [test_generation]",
        )
    return found


class _Run:
    """What the command line asks for."""

    def __init__(self, definitions: Sequence[Definition], models: Sequence[str], given: Mapping[str, Any]) -> None:
        self.definitions, self.given = definitions, given
        self.registry = registry_of(given["models_file"])
        self.addresses = names_of_models(models, self.registry)
        self.prompts = _prompts(given["prompt_file"])
        self.grid = _grid(given)
        self.settings = self._settings()
        self._require_sense()

    def _settings(self) -> RunSettings:
        from testwright.bench.running.running_benchmark import RunSettings

        given = self.given
        if given["fix_rounds"]:
            self.prompts.fixing(given["fix_prompt"], "")  # refuses a label that is not known before anybody is asked
        return RunSettings(
            evaluator_settings(given["python"], given["julia"], given["jobs"]),
            self.prompts,
            self.registry,
            askers=given["asks"],
            fix_rounds=given["fix_rounds"],
            fix_label=given["fix_prompt"],
            device=given["device"],
        )

    def _require_sense(self) -> None:
        if self.given["most"] and len(self.grid.cells()) < 2:
            raise UsageError(
                "--search needs several values to choose from",
                slug="bad-usage",
                where="--search",
                hint="give --temperature 0.1,0.5,0.9, or --top-p, too",
            )

    def planned(
        self, definitions: Sequence[Definition] = (), cells: Sequence[Mapping[str, float]] = (), suffix: str = ""
    ) -> list[Question]:
        from testwright.bench.running.planning import questions

        given = self.given
        return questions(
            definitions or self.definitions,
            {name + suffix: name for name in self.addresses},
            self.prompts,
            labels=given["labels"],
            cells=cells or self.grid.cells(),
            samples=given["samples"],
            seed=given["seed"],
            reply_tokens=given["reply_tokens"],
            experiment=given["experiment"],
        )

    def require_new(self, store: RecordStore, planned: Sequence[Question], folder: str) -> None:
        """Whoever begins again must say whether he goes on or wants more."""
        known = sum(each.key(self.settings.strategy(0)) in store.known for each in planned)
        if known and not self.given["resume"] and not self.given["fill"]:
            raise UsageError(
                f"{folder!r} has {known} of these {len(planned)} samples already",
                slug="records-exist",
                where=folder,
                hint="go on with --resume, or take another --seed, --experiment or folder for new samples",
            )

    def run(
        self,
        planned: Sequence[Question],
        clients: Mapping[str, ModelClient],
        store: RecordStore,
        told: Callable[[str], None],
    ) -> tuple[RunResult, Mapping[str, Mapping[str, float]]]:
        """What came of it, and with --search the best values of each model."""
        from testwright.bench.running.gaps import missing_questions
        from testwright.bench.running.running_benchmark import run_questions

        if self.given["most"]:
            return self._search(clients, store, told)
        if self.given["fill"]:
            planned = missing_questions(planned, store.counts, self.settings.strategy(0))
        return run_questions(planned, clients, store, self.settings, told), {}

    def _search(
        self, clients: Mapping[str, ModelClient], store: RecordStore, told: Callable[[str], None]
    ) -> tuple[RunResult, dict[str, Mapping[str, float]]]:
        from testwright.bench.running.running_benchmark import RunResult
        from testwright.bench.running.search_stages import Stages
        from testwright.bench.running.searching import OPTIMAL, search

        total, winners = RunResult(), {}
        for name in clients:
            stages = Stages(name, clients, store, self.settings, told, self.planned, total)
            winners[name] = search(
                self.definitions, self.grid.cells(), self.given["most"], stages.run, self.given["hardest"] or ""
            )
            if stages.may_go_on:
                stages.run(self.definitions, [winners[name]], OPTIMAL)
        return total, winners


def _prompts(file: str | None) -> Prompts:
    from testwright.bench.running.prompts import read_prompts, shipped_prompts

    return shipped_prompts().and_those(read_prompts(file)) if file else shipped_prompts()


def _grid(given: Mapping[str, Any]) -> Grid:
    from testwright.bench.running.planning import Grid

    return Grid(
        _values("--temperature", given["temperature"], 0, 10),
        _values("--top-p", given["top_p"], 0, 1),
        _values("--repeat-penalty", given["repeat_penalty"], 0, 10),
    )


def _values(flag: str, text: str | None, lowest: float, highest: float) -> tuple[float, ...]:
    try:
        found = tuple(dict.fromkeys(float(each) for each in text.split(","))) if text is not None else ()
    except ValueError:
        found = (float("nan"),)
    if not all(lowest <= each <= highest for each in found):
        raise UsageError(
            f"{flag} is {text!r}, expected numbers from {lowest} to {highest} with commas between",
            slug="bad-value",
            where=flag,
            hint=f"such as {flag} 0.1,0.5,0.9",
        )
    return found


def _show_questions(planned: Sequence[Question]) -> int:
    """Each different question once."""
    shown = {each.prompt_sha256: each for each in planned}
    for each in shown.values():
        texts = "\n\n".join(f"[{message.role}]\n{message.text}" for message in each.messages)
        show_text(f"--- {each.definition.name} · {each.label}\n{texts}\n")
    show_remark(f"{len(planned)} samples would be asked for; nobody was asked")
    return exit_codes.DONE


def _show(result: RunResult, winners: Mapping[str, Mapping[str, float]], folder: str, *, as_json: bool) -> int:
    is_whole = not result.missing and not result.interrupted
    code = exit_codes.INTERRUPTED if result.interrupted else exit_codes.DONE if is_whole else exit_codes.FINDINGS
    if as_json:
        show_document({"exit_code": code, "folder": folder, **_plain(result), "best_parameters": winners})
    else:
        show_text(_report(result, folder))
        for model, cell in winners.items():
            show_text(f"best for {model}: {', '.join(f'{key} {value:g}' for key, value in cell.items())}")
    for model, why in result.given_up.items():
        show_remark(f"{model} was not asked to the end: {why}")
    if result.missing:
        show_remark(f"{result.missing} samples are missing; the same command with --resume asks for them")
    return code


def _plain(result: RunResult) -> dict[str, Any]:
    return {
        "planned": result.planned,
        "known": result.known,
        "recorded": len(result.evaluations),
        "missing": result.missing,
        "outcomes": dict(sorted(result.outcomes.items())),
        "cost": result.cost,
        "given_up": result.given_up,
        "interrupted": result.interrupted,
    }


def _report(result: RunResult, folder: str) -> str:
    from testwright.bench.scoring import is_scored, score_eval

    rows = []
    for model in sorted({each.model for each in result.evaluations}):
        scored = [each for each in result.evaluations if each.model == model and is_scored(each)]
        points = f"{sum(map(score_eval, scored)) / len(scored):.1f}" if scored else "n/a"
        passed = sum(each.extra["outcome"] == "passed" for each in scored)
        rows.append((model, str(len(scored)), points, str(passed)))
    cost = "n/a" if result.cost is None else f"${result.cost:.4f}"
    known = f", {result.known} were there" if result.known else ""
    last = f"{len(result.evaluations)} records in {folder}{known}; cost {cost}"
    return "\n".join([*([table(("model", "samples", "score", "passed"), rows, right=(1, 2, 3))] if rows else []), last])
