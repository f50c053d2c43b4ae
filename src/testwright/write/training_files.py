"""Writes pairs of questions and proven answers as files to train a model with: CSV, JSONL, and what describes them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from testwright.errors import UsageError
from testwright.nouns.training_pair import TrainingPair
from testwright.write.stored_file import not_writable, write_atomically

__all__ = ["training_files", "write_training_files"]

_MANIFEST = "dataset.json"
"""Says which files of the folder are ours, by their hashes."""

_CONFIG = """\
base:
  task: question-answering
  student_model_name: Qwen3-8B
  teacher_model_name: deepseek.v3.1
tuning:
  learning_rate: 0.00002
  learning_rate_scheduler: cosine
  weight_decay: 0.01
  warmup_ratio: 0.1
  use_lora: true
  lora_r: 64
  lora_alpha_multiplier: 2
  num_train_epochs: 4
evaluation:
  num_few_shot_examples: 3
synthgen:
  generation_target: 10000
  generation_in_single_call: 3
  teacher_temperature: 0.65
"""

_DESCRIPTION = {
    "task_description": "Write pytest tests for a Python function, given its signature, its docstring, and in a comment "
    "what it calls on the objects that it is given. Answer with Python code alone: imports first, then what the tests "
    "need, then the tests. Each test asserts exact values or an exception.",
    "input_description": "The source of one Python function from `def` to the end of its docstring, without decorators and "
    "body. A comment `# Dependencies:` may follow, which lists calls such as `store.save(key, value)`.",
    "llm_as_a_judge_instructions": "Both answers hold pytest tests of the same function. The reference has been run, and "
    "passes. The other answer is good if its tests would pass too: right imports, right arguments, only methods that are "
    "listed, and values that follow from the docstring. It need not have the same tests. More than three test functions "
    "are not needed.",
}


def training_files(train: Sequence[TrainingPair], test: Sequence[TrainingPair]) -> dict[str, str]:
    """The texts by the names of their files; the same pairs give the same bytes."""
    return {
        "train.csv": _csv(train),
        "test.csv": _csv(test),
        "train.jsonl": _jsonl(train),
        "test.jsonl": _jsonl(test),
        "config.yaml": _CONFIG,
        "job_description.json": json.dumps(_DESCRIPTION, indent=2) + "\n",
    }


def _csv(pairs: Sequence[TrainingPair]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["question", "answer", "context", "reasoning"])
    writer.writerows([pair.question, pair.answer, "", ""] for pair in pairs)
    return stream.getvalue()


def _jsonl(pairs: Sequence[TrainingPair]) -> str:
    return "".join(
        json.dumps(
            {
                "question": pair.question,
                "answer": pair.answer,
                "module": pair.module,
                "function": pair.function,
                "tests": list(pair.tests),
                "by": pair.by,
            },
            ensure_ascii=False,
        )
        + "\n"
        for pair in pairs
    )


def write_training_files(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """All of them, or none where one of these names belongs to a file that is not ours, or that somebody has changed."""
    known = _known(folder / _MANIFEST)
    for name in texts:
        before = _hash_of(folder / name)
        if before and before != known.get(name):
            raise UsageError(
                f"{str(folder / name)!r} was not written by testwright, or was changed since",
                slug="output-not-writable",
                where=str(folder / name),
                hint="name another folder with -o, or move that file away",
            )
    for name, text in texts.items():
        write_atomically(folder / name, text)
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    write_atomically(folder / _MANIFEST, json.dumps({"schema": 1, "files": hashes}, indent=2) + "\n")
    return [folder / name for name in texts]


def _known(manifest: Path) -> dict[str, str]:
    """What cannot be read says nothing: then each file counts as somebody else's."""
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        return {str(name): str(value) for name, value in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise not_writable(path, error) from error
