"""Keeps records: adds evaluations and their conversations to a folder, never over others, and knows what is there."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from testwright.bench.records import conversation_file, evaluation_file
from testwright.bench.records.loading import load_evals
from testwright.errors import ProjectError
from testwright.nouns.evaluation import Conversation, Evaluation

__all__ = ["RecordStore", "combination_of"]

_TEMPORARY = ".new-"


class RecordStore:
    """A folder of records. Only what failed on our side is made anew: a record of it has no part in `known`.

    An evaluation is there wholly or not at all, and its conversation before it: who is killed leaves no half of one.
    """

    def __init__(self, folder: str | Path, told: Callable[[str], None]) -> None:
        self.folder = Path(folder)
        self.known: dict[str, Evaluation] = {}
        self.failures: Counter[str] = Counter()
        self.counts: Counter[tuple[str, ...]] = Counter()
        self._lock = threading.Lock()
        self._random = random.Random()
        for each in load_evals(self.folder, score=False, max_history=0, told=told) if self.folder.is_dir() else []:
            self._note(each)

    def _note(self, evaluation: Evaluation) -> None:
        key = str(evaluation.extra.get("key", ""))
        if evaluation.extra.get("outcome") == "infra_error":
            self.failures[key] += 1
            return
        self.counts[combination_of(evaluation)] += 1
        if key:
            self.known[key] = evaluation

    def add(self, evaluation: Evaluation, conversation: Conversation) -> Evaluation:
        """As it was written: with its timestamp and its path. ProjectError where it cannot be written."""
        with self._lock:
            try:
                written = self._written(evaluation, conversation)
            except OSError as error:
                raise ProjectError(
                    f"no record can be written below {str(self.folder)!r}: {error.strerror or error}",
                    slug="output-not-writable",
                    where=str(self.folder),
                    hint="name a folder that may be written to, on a disk with space; the same command goes on with --resume",
                ) from error
            self._note(written)
            return written

    def _written(self, evaluation: Evaluation, conversation: Conversation) -> Evaluation:
        place = self.folder / evaluation_file.folder_of(evaluation)
        place.mkdir(parents=True, exist_ok=True)
        while True:
            stamped = replace(evaluation, timestamp=self._timestamp())
            stem = evaluation_file.file_stem(stamped) + ".json"
            if (place / f"evaluation__{stem}").exists():
                continue
            if _added(place / f"conversation__{stem}", conversation_file.to_text(conversation)):
                _added(place / f"evaluation__{stem}", evaluation_file.to_text(stamped))
                return replace(stamped, path=str(place / f"evaluation__{stem}"))

    def _timestamp(self) -> str:
        """As upstream has it: to the second, and three digits that keep records of the same second apart."""
        return f"{time.strftime('%Y%m%d_%H%M%S')}__{self._random.randint(100, 999)}"


def combination_of(evaluation: Evaluation) -> tuple[str, ...]:
    """Of what it is one of several samples: name, model, label, parameters (JSON) and strategy."""
    parameters = json.dumps(evaluation.parameters, sort_keys=True)
    return evaluation.name, evaluation.model, evaluation.prompt_label, parameters, evaluation.prompt_strategy


def _added(path: Path, text: str) -> bool:
    """False where there is a file of that name already."""
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{threading.get_ident()}")
    temporary.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        if os.name == "nt":
            temporary.rename(path)
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True
