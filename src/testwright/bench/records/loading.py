"""Loads the evaluations of a folder: files that are in its index, and unchanged, are not opened."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from testwright.bench.records.evaluation_file import evaluation_from
from testwright.bench.records.evaluation_table import TEXTS, Coded, EvaluationTable, joined
from testwright.bench.scoring import score_eval
from testwright.errors import UsageError
from testwright.nouns.evaluation import Evaluation

__all__ = ["Told", "load_evals", "load_table"]

Told = Callable[[str], None]
"""Is given a remark: a file that is no evaluation, an index that cannot be used."""
_VERSION = 3
_INDEX = "evaluations.index"
_PREFIX = "evaluation__"
_COARSEST = 2 * 10**9
"""In ns: what changes a folder within the tick of its clock does not change its time."""


def load_evals(
    *folders: str | os.PathLike[str], score: bool = True, max_history: int = 5, told: Told | None = None
) -> list[Evaluation]:
    """The evaluations below the folders, oldest first: of each (device, name, model, prompt_label, prompt_strategy) the last
    `max_history`, 0 for all. With `score`, each has its points in `extra["score"]`. Files that are none are told, or raise.

    Source: `load_evals` of the Julia LLM Leaderboard (MIT). UsageError where a folder is none, or (without `told`) a file.
    """
    found = []
    for folder in folders:
        for path in _all_files(str(folder)):
            evaluation = _read(path, told or _raise)
            if evaluation is not None:
                found.append(evaluation)
    found.sort(key=lambda each: (each.timestamp, each.path))
    kept = _last(found, max_history) if max_history else found
    if score:
        kept = [replace(each, extra={**each.extra, "score": score_eval(each)}) for each in kept]
    return kept


def _last(evaluations: list[Evaluation], most: int) -> list[Evaluation]:
    groups: dict[tuple[str, ...], list[Evaluation]] = {}
    for each in evaluations:
        key = (each.device, each.name, each.model, each.prompt_label, each.prompt_strategy)
        groups.setdefault(key, []).append(each)
    kept = {id(each) for group in groups.values() for each in group[-most:]}
    return [each for each in evaluations if id(each) in kept]


def _raise(text: str) -> None:
    raise UsageError(text, slug="evaluation-invalid", hint="delete the file, or move it away")


def load_table(folders: Sequence[str], told: Told, *, fresh: bool = False) -> EvaluationTable:
    """All evaluations below the folders; `fresh` opens every file. UsageError where one is no folder, or has none."""
    tables = [_Folder(folder, told, fresh).table() for folder in dict.fromkeys(folders)]
    found = joined(tables)
    if not len(found):
        raise UsageError(
            f"there is no evaluation in {', '.join(map(repr, folders))}",
            slug="no-evaluations",
            where=folders[0],
            hint="name a folder that `testwright bench run` has written, or one with files named evaluation__*.json",
        )
    return found


def _require_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise UsageError(
            f"{folder!r} is no folder", slug="no-evaluations", where=folder, hint="name a folder with evaluations"
        )


def _all_files(folder: str) -> Iterator[str]:
    """The path of each file of an evaluation."""
    _require_folder(folder)
    waiting = [""]
    while waiting:
        below = waiting.pop()
        found, folders = _listed(folder, below)
        waiting += folders
        yield from (entry.path for entry in found)


def _listed(folder: str, below: str) -> tuple[list[os.DirEntry[str]], list[str]]:
    """The files of evaluations in a folder, and the folders."""
    files, folders = [], []
    with os.scandir(os.path.join(folder, below) if below else folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(".json"):
                files.append(entry)
            elif not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                folders.append(os.path.join(below, entry.name))
    return files, folders


def _read(path: str, told: Told) -> Evaluation | None:
    try:
        with open(path, "rb") as file:
            plain = msgspec.json.decode(file.read())
        return evaluation_from(plain, path)
    except (OSError, ValueError) as error:
        told(f"{path} is no evaluation: {error}")
        return None


class _Files(msgspec.Struct, array_like=True):
    """By which a file of a row is found, and seen to be the same."""

    names: list[str] = msgspec.field(default_factory=list)
    sizes: list[int] = msgspec.field(default_factory=list)
    changed: list[int] = msgspec.field(default_factory=list)


class _Columns(msgspec.Struct, array_like=True):
    """What an index holds: folders, and rows of files in columns. The files are only looked at where a folder has changed."""

    version: int = _VERSION
    made: int = 0  # when, in ns
    folders: list[str] = msgspec.field(default_factory=list)
    folders_changed: list[int] = msgspec.field(default_factory=list)
    packed_files: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    places: list[int] = msgspec.field(default_factory=list)
    texts: list[tuple[list[str], list[int]]] = msgspec.field(default_factory=lambda: [([], []) for _ in TEXTS])
    timestamps: list[str] = msgspec.field(default_factory=list)
    scores: list[float] = msgspec.field(default_factory=list)
    elapsed: list[float | None] = msgspec.field(default_factory=list)
    costs: list[float | None] = msgspec.field(default_factory=list)

    def files(self) -> _Files:
        packed = bytes(self.packed_files)
        return msgspec.msgpack.decode(packed, type=_Files) if packed else _Files()


@dataclass
class _Folder:
    """One folder and its index. Files of records are added, or replaced by renaming, both of which changes the folder they
    are in; one that was written over in place is seen with `fresh` alone.
    """

    folder: str
    told: Told
    fresh: bool = False

    def table(self) -> EvaluationTable:
        _require_folder(self.folder)
        known = _Columns() if self.fresh else self._index()
        changed = [] if self.fresh else self._changed(known)
        if changed or not known.folders:
            known = _Renewal(self.folder, known, set(changed), self.told).columns()
            self._keep(known)
        return _table_of(known, self.folder)

    def _changed(self, known: _Columns) -> list[str]:
        """Folders that are not as they were, or changed so shortly before the index was made that one cannot say."""
        surely = known.made - _COARSEST
        found = []
        for below, before in zip(known.folders, known.folders_changed, strict=True):
            try:
                now = os.stat(os.path.join(self.folder, below) if below else self.folder).st_mtime_ns
            except OSError:
                now = -1
            if now != before or now > surely:
                found.append(below)
        return found

    def _index(self) -> _Columns:
        for path in self._places():
            try:
                found = msgspec.msgpack.decode(path.read_bytes(), type=_Columns)
            except FileNotFoundError:
                continue
            except (OSError, msgspec.MsgspecError) as error:
                self.told(f"the index {str(path)!r} cannot be used and is made anew: {error}")
                continue
            if found.version == _VERSION and _is_whole(found):
                return found
        return _Columns()

    def _places(self) -> list[Path]:
        """In the folder itself; where that cannot be written, among the user's caches."""
        digest = hashlib.sha256(os.path.realpath(self.folder).encode()).hexdigest()[:16]
        caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        return [
            Path(self.folder, ".testwright", _INDEX),
            Path(caches, "testwright", "evaluations", f"{digest}.index"),
        ]

    def _keep(self, columns: _Columns) -> None:
        data = msgspec.msgpack.encode(columns)
        for path in self._places():
            made = path.with_name(f"{path.name}.{os.getpid()}")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.write_bytes(data)
                made.replace(path)
            except OSError:
                with suppress(OSError):
                    made.unlink()
                continue
            return


def _is_whole(columns: _Columns) -> bool:
    lists: list[Sequence[object]] = [columns.places, columns.timestamps, columns.scores, columns.elapsed, columns.costs]
    lengths = {*map(len, lists), *(len(codes) for _, codes in columns.texts)}
    return (
        len(lengths) == 1 and len(columns.texts) == len(TEXTS) and len(columns.folders) == len(columns.folders_changed)
    )


class _Renewal:
    """Makes the columns anew: rows of folders that are as they were are taken over, as are those of files that are."""

    def __init__(self, folder: str, known: _Columns, changed: set[str], told: Told) -> None:
        self.folder, self.known, self.changed, self.told = folder, known, changed, told
        self.files = known.files()
        self.new, self.new_files = _Columns(made=time.time_ns()), _Files()
        self._changed = dict(zip(known.folders, known.folders_changed, strict=True))
        self._codes: list[dict[str, int]] = [{} for _ in TEXTS]
        self._rows: dict[str, list[int]] = {}
        for row, place in enumerate(known.places):
            self._rows.setdefault(known.folders[place], []).append(row)
        self._folders_in: dict[str, list[str]] = {}
        for below in known.folders:
            if below:
                self._folders_in.setdefault(os.path.dirname(below), []).append(below)

    def columns(self) -> _Columns:
        known, waiting = set(self.known.folders), [""]
        while waiting:
            below = waiting.pop()
            unchanged = below in known and below not in self.changed
            waiting += self._take_over(below) if unchanged else self._look_into(below)
        self.new.packed_files = msgspec.Raw(msgspec.msgpack.encode(self.new_files))
        return self.new

    def _take_over(self, below: str) -> list[str]:
        place = self._place(below, self._changed[below])
        for row in self._rows.get(below, ()):
            self._copy(row, place)
        return self._folders_in.get(below, [])

    def _look_into(self, below: str) -> list[str]:
        try:
            changed = os.stat(os.path.join(self.folder, below) if below else self.folder).st_mtime_ns
            files, folders = _listed(self.folder, below)
        except OSError as error:
            self.told(f"{os.path.join(self.folder, below)} cannot be read: {error}")
            return []
        place = self._place(below, changed)
        there = {self.files.names[row]: row for row in self._rows.get(below, ())}
        for entry in files:
            row, facts = there.get(entry.name), entry.stat()
            if (
                row is not None
                and self.files.sizes[row] == facts.st_size
                and self.files.changed[row] == facts.st_mtime_ns
            ):
                self._copy(row, place)
            else:
                self._read(entry, facts, place)
        return folders

    def _place(self, below: str, changed: int) -> int:
        self.new.folders.append(below)
        self.new.folders_changed.append(changed)
        return len(self.new.folders) - 1

    def _copy(self, row: int, place: int) -> None:
        known, files = self.known, self.files
        self._add_file(place, files.names[row], files.sizes[row], files.changed[row])
        self._add_texts([texts[codes[row]] for texts, codes in known.texts])
        self._add_numbers(known.timestamps[row], known.scores[row], known.elapsed[row], known.costs[row])

    def _read(self, entry: os.DirEntry[str], facts: os.stat_result, place: int) -> None:
        found = _quickly_read(entry.path) or _read(entry.path, self.told)
        if found is None:
            return
        self._add_file(place, entry.name, facts.st_size, facts.st_mtime_ns)
        self._add_texts(_texts_of(found))
        cost = None if found.extra.get("cost_known") is False else found.cost
        self._add_numbers(found.timestamp or "", score_eval(found), found.elapsed_seconds, cost)

    def _add_file(self, place: int, name: str, size: int, changed: int) -> None:
        self.new.places.append(place)
        self.new_files.names.append(name)
        self.new_files.sizes.append(size)
        self.new_files.changed.append(changed)

    def _add_texts(self, texts: Sequence[str]) -> None:
        for (there, codes), known, text in zip(self.new.texts, self._codes, texts, strict=True):
            code = known.get(text)
            if code is None:
                code = known[text] = len(there)
                there.append(text)
            codes.append(code)

    def _add_numbers(self, timestamp: str, score: float, elapsed: float | None, cost: float | None) -> None:
        self.new.timestamps.append(timestamp)
        self.new.scores.append(score)
        self.new.elapsed.append(elapsed)
        self.new.costs.append(cost)


class _Quick(msgspec.Struct):
    """What a table has of a file. Whatever does not fit is read again by `evaluation_from`, which says what is wrong."""

    name: str
    model: str
    parsed: bool | None = None
    executed: bool | None = None
    unit_tests_count: int | None = None
    examples_count: int | None = None
    unit_tests_passed: int | None = None
    examples_executed: int | None = None
    tokens: tuple[float, float] | None = None
    elapsed_seconds: float | None = None
    cost: float | None = None
    timestamp: str | None = None
    prompt_strategy: str | None = "1SHOT"
    prompt_label: str | None = ""
    device: str | None = "-"
    version_prompt: str | None = None
    schema: str | None = None
    version_pt: str | None = None
    parameters: dict[str, Any] | None = None
    experiment: str | None = ""
    outcome: str | None = None
    language: str | None = None
    cost_known: bool | None = None
    criteria: dict[str, float] | None = None

    @property
    def extra(self) -> dict[str, Any]:
        facts = {
            "outcome": self.outcome,
            "language": self.language,
            "cost_known": self.cost_known,
            "criteria": self.criteria,
        }
        return {key: value for key, value in facts.items() if value is not None}


_QUICK = msgspec.json.Decoder(_Quick)


def _quickly_read(path: str) -> _Quick | None:
    """None where that cannot be done."""
    try:
        with open(path, "rb") as file:
            found = _QUICK.decode(file.read())
    except (OSError, ValueError):
        return None  # the careful reading tells why
    return found if found.name and found.model else None


def _texts_of(found: Evaluation | _Quick) -> tuple[str, ...]:
    parameters = json.dumps(found.parameters, sort_keys=True, ensure_ascii=False) if found.parameters else ""
    extra = found.extra
    return (
        found.name,
        found.model,
        found.prompt_label or "",
        "1SHOT" if found.prompt_strategy is None else found.prompt_strategy,
        "-" if found.device is None else found.device,
        found.experiment or "",
        found.schema or "",
        found.version_prompt or "",
        found.version_pt or "",
        parameters,
        str(extra.get("outcome", "")),
        str(extra.get("language", "julia")),
    )


def _table_of(columns: _Columns, folder: str) -> EvaluationTable:
    @cache
    def names() -> list[str]:
        return columns.files().names

    def path(row: int) -> str:
        return os.path.join(folder, columns.folders[columns.places[row]], names()[row])

    texts = {
        key: Coded([sys.intern(text) for text in texts], codes)
        for key, (texts, codes) in zip(TEXTS, columns.texts, strict=True)
    }
    return EvaluationTable(texts, columns.timestamps, columns.scores, columns.elapsed, columns.costs, path)
