"""Declares the options of models, which have a table of their own: [tool.testwright.model]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from testwright.config.declaring import declare

__all__ = ["MODEL_VERB", "REPLY_MODES", "ModelOptions"]

MODEL_VERB = "model"
"""Stands for each command that can ask a model: `with_options(verb=MODEL_VERB)` gives it these options."""
REPLY_MODES = ("auto", "refresh", "replay", "off")
_declare = partial(declare, verbs=(MODEL_VERB,), table="model")


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Which model is asked, where it is, and what it may cost. Has no slots: Options has another base beside it."""

    model_name: str = _declare(
        "",
        kind="text",
        flag="--model",
        metavar="MODEL",
        default_text="none: no model is asked",
        help="Ask this model too: a .gguf file, `repo:file` of a hub, a model's name at --base-url, or `scripted:FILE`.",
    )
    model_base_url: str = _declare(
        "",
        kind="text",
        flag="--base-url",
        metavar="URL",
        default_text="none; $OPENAI_BASE_URL if it is of this machine",
        help="OpenAI-compatible server that has the model. Naming it allows code to be sent there.",
    )
    model_offline: bool = _declare(
        False,
        kind="flag",
        flag="--offline/--online",
        help="Ask and load nothing that is not on this machine.",
    )
    model_max_calls: int | None = _declare(
        kind="integer",
        flag="--max-calls",
        metavar="N",
        minimum=0,
        default_text="no limit",
        help="Questions that the model may be asked.",
    )
    model_max_tokens: int | None = _declare(
        kind="integer",
        flag="--max-tokens",
        metavar="N",
        minimum=0,
        default_text="no limit",
        help="Tokens of all questions and replies together.",
    )
    model_max_cost: float | None = _declare(
        kind="number",
        flag="--max-cost",
        metavar="AMOUNT",
        minimum=0.0,
        default_text="no limit",
        help="What all questions and replies may cost by `prices`, in their currency.",
    )
    model_prices: tuple[Mapping[str, Any], ...] = _declare(
        (),
        kind="prices",
        default_text="none: costs are n/a",
        help="What models cost: tables with `model`, `prompt` and `reply` (each for a million tokens), `currency`, and "
        '`date`, the day they were looked up, such as "2026-11-01".',
    )
    model_replies: str = _declare(
        "auto",
        kind="text",
        flag="--replies",
        metavar="MODE",
        default_text="auto",
        choices=REPLY_MODES,
        help="Kept replies: auto takes one that is there, refresh asks anew, replay asks no model at all, off keeps none.",
    )
    model_replies_folder: str = _declare(
        "",
        kind="path",
        default_text=".testwright/replies in the project",
        help="Folder in which replies are kept.",
    )
    model_replies_mb: float = _declare(
        200.0,
        kind="number",
        minimum=0.001,
        help="Megabytes of kept replies; the oldest are dropped for new ones.",
    )
    model_stream: bool = _declare(
        True,
        kind="flag",
        flag="--stream/--no-stream",
        help="Show replies on a terminal as they come.",
    )
    model_temperature: float | None = _declare(
        kind="number",
        flag="--temperature",
        metavar="T",
        minimum=0.0,
        default_text="what suits the question",
        help="How freely the model chooses its words; 0 is the most repeatable.",
    )
    model_context_size: int | None = _declare(
        kind="integer",
        flag="--context-size",
        metavar="N",
        minimum=256,
        default_text="8192 for a .gguf file, or less if the model has less",
        help="Tokens that a question and its reply may have together.",
    )
    model_threads: int | None = _declare(
        kind="integer",
        flag="--threads",
        metavar="N",
        minimum=1,
        default_text="the CPUs that may be used, minus one",
        help="Threads of a model that runs on this machine.",
    )
    model_seconds_per_token: float = _declare(
        1.0,
        kind="number",
        minimum=0.001,
        help="A reply that takes longer than a minute and this for each token of question and reply is given up.",
    )
    model_name_tests: bool = _declare(
        False,
        kind="flag",
        flag="--name-tests",
        help="Ask the model for better names and one-line docstrings of the module's tests; what they do stays as it is.",
        verbs=("generate",),
    )
    model_dry_run: bool = _declare(
        False,
        kind="flag",
        flag="--dry-run",
        configurable=False,
        help="Ask no model: print what would be asked, without what looks like a secret.",
    )
