"""Turns evaluations into the files that the Julia LLM Leaderboard has, and back; what it does not know is beside its fields.

Layout: `<folder>/<name>/<model>/evaluation__<PROMPT>__<STRATEGY>__<TIMESTAMP>.json`, and a conversation of the same name.
Format: Julia LLM Leaderboard (MIT), 0.2 to 0.4: files of 15, 18 and 20 fields are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testwright.nouns.evaluation import UPSTREAM_FIELDS, Evaluation

__all__ = ["evaluation_from", "file_stem", "folder_of", "to_plain", "to_text"]

_NUMBER = (int, float)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "parsed": (bool,),
    "executed": (bool,),
    "unit_tests_count": (int,),
    "examples_count": (int,),
    "unit_tests_passed": (int,),
    "examples_executed": (int,),
    "elapsed_seconds": _NUMBER,
    "cost": _NUMBER,
    "parameters": (dict,),
    "tokens": (list,),
}


def evaluation_from(plain: Mapping[str, Any], path: str = "") -> Evaluation:
    """The evaluation of a file's JSON. ValueError, with the field, where it is none."""
    if not isinstance(plain, Mapping):
        raise ValueError("it is no JSON object")
    known: dict[str, Any] = {key: plain.get(key) for key in UPSTREAM_FIELDS}
    for key in ("name", "model"):
        if not isinstance(known[key], str) or not known[key]:
            raise ValueError(f"the field {key!r} is {known[key]!r}, not a text")
    for key, value in known.items():
        expected = _TYPES.get(key, (str,))
        if value is not None and (
            not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)
        ):
            raise ValueError(f"the field {key!r} is {value!r}")
    tokens = known.pop("tokens")
    known["parameters"] = known["parameters"] or {}
    for key, empty in (("timestamp", ""), ("prompt_strategy", "1SHOT"), ("prompt_label", ""), ("device", "-")):
        known[key] = empty if known[key] is None else known[key]
    extra = {key: value for key, value in plain.items() if key not in UPSTREAM_FIELDS}
    return Evaluation(**known, tokens=_tokens(tokens), extra=extra, path=path)


def _tokens(given: Any) -> tuple[int, int] | None:
    if given is None:
        return None
    if len(given) != 2 or not all(isinstance(each, _NUMBER) for each in given):
        raise ValueError(f"the field 'tokens' is {given!r}")
    return int(given[0]), int(given[1])


def to_plain(evaluation: Evaluation) -> dict[str, Any]:
    """The twenty fields in upstream's order, then ours. A cost that is not known is 0.0 there, and `cost_known` says so."""
    known: dict[str, Any] = {key: getattr(evaluation, key) for key in UPSTREAM_FIELDS}
    known["tokens"] = list(evaluation.tokens or (0, 0))
    known["parameters"] = dict(evaluation.parameters)
    known["cost"] = 0.0 if evaluation.cost is None else evaluation.cost
    known["elapsed_seconds"] = evaluation.elapsed_seconds or 0.0
    extra = dict(evaluation.extra)
    if evaluation.cost is None:
        extra["cost_known"] = False
    return {**known, **{key: value for key, value in extra.items() if key not in known}}


def to_text(evaluation: Evaluation) -> str:
    return json.dumps(to_plain(evaluation), ensure_ascii=False, separators=(",", ":")) + "\n"


def folder_of(evaluation: Evaluation) -> Path:
    """Where its files lie below the folder of records; a model's name with slashes makes folders, but never leaves it."""
    parts = [each for each in evaluation.model.split("/") if each not in ("", ".", "..")]
    return Path(_as_name(evaluation.name), *map(_as_name, parts or ["-"]))


def file_stem(evaluation: Evaluation) -> str:
    """What follows `evaluation__` and `conversation__`."""
    parts = (evaluation.prompt_label, evaluation.prompt_strategy, evaluation.timestamp)
    return "__".join(map(_as_name, parts))


def _as_name(text: str) -> str:
    return text.replace("/", "-").replace("\\", "-").replace("\0", "") or "-"
