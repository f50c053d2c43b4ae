"""Runs a benchmark from Python: definitions × prompts × models, under the names that users of the Julia leaderboard know."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from testwright.bench.definitions.definition_file import open_definitions
from testwright.bench.evaluating.submission import EvaluatorSettings
from testwright.bench.records.model_registry import Registry, shipped_registry
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.planning import questions
from testwright.bench.running.prompts import shipped_prompts
from testwright.bench.running.running_benchmark import RunSettings, run_questions
from testwright.llm.exchange import ModelClient
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Evaluation

__all__ = ["run_benchmark"]


def run_benchmark(
    definitions: Sequence[Definition | str | os.PathLike[str]],
    models: Mapping[str, ModelClient],
    *,
    save_dir: str | os.PathLike[str],
    prompt_labels: Sequence[str] = (),
    num_samples: int = 1,
    codefixing_num_rounds: int = 0,
    codefixing_prompt_label: str = "CodeFixerTiny",
    parameters: Mapping[str, float] | None = None,
    experiment: str = "",
    device: str = "-",
    evaluator: EvaluatorSettings | None = None,
    registry: Registry | None = None,
    askers: int = 4,
    told: Callable[[str], None] = lambda text: None,
) -> list[Evaluation]:
    """What this run has added to `save_dir`; samples that are recorded there already are not asked for again.

    `models`: the name in records → who answers (`testwright.llm.opening.open_model`, or anything with `complete`).
    Definitions, or files and folders with them. Raises UsageError for what cannot be read or is not known; failures of
    models are records. Source of the names: `run_benchmark` of the Julia LLM Leaderboard (MIT).
    """
    planned = questions(
        _opened(definitions),
        {name: name for name in models},
        shipped_prompts(),
        labels=prompt_labels,
        cells=[dict(parameters or {})],
        samples=num_samples,
        experiment=experiment,
    )
    settings = RunSettings(
        evaluator or EvaluatorSettings(sys.executable),
        shipped_prompts(),
        registry or shipped_registry(),
        askers=askers,
        fix_rounds=codefixing_num_rounds,
        fix_label=codefixing_prompt_label,
        device=device,
    )
    result = run_questions(planned, models, RecordStore(Path(save_dir), told), settings, told)
    if result.interrupted:
        raise KeyboardInterrupt
    return result.evaluations


def _opened(given: Sequence[Definition | str | os.PathLike[str]]) -> list[Definition]:
    found: list[Definition] = []
    for each in given:
        if isinstance(each, Definition):
            found.append(each)
        else:
            found.extend(one for one in open_definitions([os.fspath(each)]) if isinstance(one, Definition))
    return found
