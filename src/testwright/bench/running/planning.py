"""Says which samples a run is made of: definitions × prompts × models × parameters × samples, each known by its content."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from testwright.bench.running.prompts import Prompts, default_label
from testwright.llm.exchange import Message, Sampling
from testwright.nouns.definition import Definition

__all__ = ["ONE_SHOT", "Grid", "Question", "fixing_strategy", "questions", "sha256_of"]

ONE_SHOT = "1SHOT"
Parameters = Mapping[str, float | int]


def fixing_strategy(round_: int, label: str) -> str:
    """The name that the leaderboard gives to what came of a round of corrections, the first of which is 1."""
    return f"{round_}CODEFIXER__{label}"


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of parameters of sampling, each with each; a parameter without values is left as it is."""

    temperature: tuple[float, ...] = ()
    top_p: tuple[float, ...] = ()
    repeat_penalty: tuple[float, ...] = ()

    def cells(self) -> list[Parameters]:
        named = {"temperature": self.temperature, "top_p": self.top_p, "repeat_penalty": self.repeat_penalty}
        given = {name: values for name, values in named.items() if values}
        return [dict(zip(given, values, strict=True)) for values in itertools.product(*given.values())]


@dataclass(frozen=True, slots=True)
class Question:
    """One sample of one model. `sample` counts from 0; `model` is the name in records, `client` that of who is asked."""

    definition: Definition
    model: str
    client: str
    label: str
    messages: tuple[Message, ...]
    parameters: Parameters = field(default_factory=dict)
    sample: int = 0
    seed: int = 0
    reply_tokens: int = 2048
    experiment: str = ""

    @property
    def prompt_sha256(self) -> str:
        return sha256_of([[each.role, each.text] for each in self.messages])

    def sampling(self) -> Sampling:
        return Sampling(max_tokens=self.reply_tokens, seed=self.seed + self.sample, **dict(self.parameters))  # type: ignore[arg-type]

    def key(self, strategy: str) -> str:
        """By which a record is known to be this one's: what was asked of whom, how, and what its answer was judged by."""
        return sha256_of(
            [
                self.definition.sha256,
                self.prompt_sha256,
                self.model,
                sorted(self.parameters.items()),
                [self.sample, self.seed, self.reply_tokens],
                strategy,
                self.experiment,
            ]
        )

    @property
    def combination(self) -> tuple[str, str, str, str]:
        """Of what it is one of several samples: name, model, label and parameters (JSON)."""
        return self.definition.name, self.model, self.label, json.dumps(self.parameters, sort_keys=True)


def questions(
    definitions: Sequence[Definition],
    models: Mapping[str, str],
    prompts: Prompts,
    *,
    labels: Sequence[str] = (),
    cells: Sequence[Parameters] = ({},),
    samples: int = 1,
    seed: int = 0,
    reply_tokens: int = 2048,
    experiment: str = "",
) -> list[Question]:
    """`models`: the name in records → that of the client. Without labels each definition is asked by its language's plain
    one. UsageError for a label that is not known, or a placeholder that nothing fills.
    """
    return [
        Question(definition, model, client, shown, messages, cell, sample, seed, reply_tokens, experiment)
        for sample in range(samples)
        for definition in definitions
        for shown, messages in _asked(definition, prompts, labels)
        for model, client in models.items()
        for cell in cells
    ]


def _asked(
    definition: Definition, prompts: Prompts, labels: Sequence[str]
) -> Sequence[tuple[str, tuple[Message, ...]]]:
    return list(dict(prompts.asking(label, definition) for label in labels or [default_label(definition)]).items())


def sha256_of(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
