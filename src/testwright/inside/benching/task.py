"""Runs answers of models: each in a child of its own, its items in forks of that child once its code has run."""

from __future__ import annotations

import builtins
import json
import linecache
import os
import sys
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from ..channel import Channel
from ..isolation.children import ChildEnd, in_child, restrict_fork
from ..isolation.forking import fork_for
from ..isolation.level import Isolation
from .items import in_item, words_of

__all__ = ["run"]

_MODULE = "answer"
_FILE = "<answer>"
_STARTING_SECONDS = 5.0
MAIN = "main"
_NONCE_LENGTH = 16
_random = os.urandom
_to_json, _from_json = json.JSONEncoder().encode, json.JSONDecoder().decode
_restrict, _forked, _in_item = restrict_fork, fork_for, in_item


def run(job: dict[str, Any], channel: Channel) -> None:
    """job: "samples", each with "number", "code", "imports" (statements), "files" (name to text), "items" (each with
    "kind", "number", "code", "setup", "teardown"), "seconds" (of each item), "memory_mb", "requires", "shared".

    Sends {"event": "missing", "sample", "requires"}, or {"event": "main", "sample", "outcome", "message"} and then for
    each item {"event": "item", "sample", "item" (its index), "outcome", "message", ...}; what the answer's process could
    not say any more is said here.
    """
    for sample in job["samples"]:
        missing = [each for each in sample.get("requires", ()) if not _is_there(each)]
        if missing:
            channel.send({"event": "missing", "sample": sample["number"], "requires": missing})
            continue
        _Sample(sample, channel).run()


def _is_there(distribution: str) -> bool:
    name = distribution
    for end in "<>=!~[; ":
        name = name.partition(end)[0]
    try:
        metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return True


class _Sample:
    """The supervisor's side of one answer."""

    def __init__(self, sample: dict[str, Any], channel: Channel) -> None:
        self.sample, self.channel = sample, channel
        self.seconds = float(sample["seconds"])
        isolation = channel.isolation or Isolation(os.getcwd(), 2048)
        self.folder = Path(isolation.scratch) / f"sample-{sample['number']}"
        self.isolation = replace(isolation, memory_mb=int(sample["memory_mb"]), scratch=str(self.folder))
        self.told = _Told()

    def run(self) -> None:
        self._make_folder()
        hung: set[int] = set()
        while True:
            end = self._child(hung)
            index = end.last_number - 1
            if end.kind in ("silent", "timeout") and self.sample.get("shared") and index >= 0 and index not in hung:
                hung.add(index)  # what came after it runs without it, from the beginning
                self._tell(index, "timeout", f"no end within {self.seconds:g} s")
                continue
            break
        self._rest(end)

    def _child(self, hung: set[int]) -> ChildEnd:
        listening = _Listening(self.channel, self.told, int(self.sample["number"]), self.isolation)
        return in_child(
            partial(_be_answer, self.sample, frozenset(hung)),
            listening,
            wall_seconds=(self.seconds + 1) * (len(self.sample["items"]) + 1) + _STARTING_SECONDS,
            silence_seconds=self.seconds + 1,
            fold=str(self.folder),
            may_fork=True,
        )

    def _make_folder(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name, text in self.sample.get("files", {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if self.isolation.as_nobody:
            from ..isolation.privileges import give_to_nobody

            give_to_nobody(str(self.folder))

    def _rest(self, end: ChildEnd) -> None:
        """What it did not say itself."""
        outcome, message = _of_end(end, self.seconds)
        if not self.told.main:
            self.channel.send(
                {"event": "main", "sample": self.sample["number"], "outcome": outcome, "message": message}
            )
            return
        if self.told.main != "passed":
            return
        for index in range(len(self.sample["items"])):
            if index not in self.told.items:
                self._tell(index, outcome, message)

    def _tell(self, index: int, outcome: str, message: str) -> None:
        self.told.items.add(index)
        self.channel.send(
            {"event": "item", "sample": self.sample["number"], "item": index, "outcome": outcome, "message": message}
        )


def _of_end(end: ChildEnd, seconds: float) -> tuple[str, str]:
    if end.kind in ("silent", "timeout"):
        return "timeout", f"no end within {seconds:g} s"
    if end.kind == "memory":
        return "out_of_memory", "MemoryError"
    if end.kind == "signal":
        return "crashed", f"the process ended by signal {end.code}"
    return "crashed", f"the process ended with status {end.code}: silence is no success"


class _Told:
    def __init__(self) -> None:
        self.main = ""
        self.items: set[int] = set()


class _Listening(Channel):
    """Passes on what a child says of its sample, once; the rest is forged."""

    def __init__(self, channel: Channel, told: _Told, number: int, isolation: Isolation) -> None:
        super().__init__(channel.descriptor, isolation=isolation)
        self._told, self._number = told, number

    def send_raw(self, kind: bytes, payload: bytes) -> None:
        message = _from_json(payload.decode())
        if message.get("event") == "main":
            if self._told.main:
                return  # of a second run
            self._told.main = message["outcome"]
        elif message["item"] in self._told.items:
            return
        else:
            self._told.items.add(message["item"])
        super().send_raw(kind, _to_json({**message, "sample": self._number}).encode())


# -- in the child ------------------------------------------------------------------------------------------------------


def _be_answer(sample: dict[str, Any], hung: frozenset[int], channel: Channel) -> None:
    channel.note(0, MAIN)
    namespace = _namespace(sample)
    sys.path.insert(0, os.getcwd())
    outcome, message = _run_main(sample, namespace)
    channel.send({"event": "main", "outcome": outcome, "message": message})
    if outcome != "passed":
        return
    filtered = channel.isolation is not None and channel.isolation.syscall_filter
    for index, item in enumerate(sample["items"]):
        channel.note(index + 1, item["kind"])
        if index in hung:
            continue
        told = (
            _in_item(item, namespace)
            if sample.get("shared")
            else _in_fork(item, namespace, float(sample["seconds"]), filtered)
        )
        channel.send({"event": "item", "item": index, **told})


def _namespace(sample: dict[str, Any]) -> dict[str, Any]:
    module = ModuleType(_MODULE)
    module.__dict__.update(__file__=_FILE, __builtins__=builtins)
    sys.modules[_MODULE] = module
    linecache.cache[_FILE] = (len(sample["code"]), None, sample["code"].splitlines(True), _FILE)
    return module.__dict__


def _run_main(sample: dict[str, Any], namespace: dict[str, Any]) -> tuple[str, str]:
    """The definition's imports and the answer's code."""
    try:
        for statement in sample["imports"]:
            exec(compile(statement, "<imports>", "exec", dont_inherit=True), namespace)
        exec(compile(sample["code"], _FILE, "exec", dont_inherit=True), namespace)
    except MemoryError:
        return "out_of_memory", "MemoryError"
    except (SyntaxError, ValueError) as error:
        return ("parse_error" if getattr(error, "filename", None) == _FILE else "exec_error"), words_of(error)
    except BaseException as error:  # noqa: BLE001 - an answer may raise anything
        return "exec_error", words_of(error)
    return "passed", ""


def _in_fork(item: dict[str, Any], namespace: dict[str, Any], seconds: float, filtered: bool) -> dict[str, Any]:
    """The reply begins with what only this fork was told: whoever writes another one into its pipe is found out."""
    nonce = _random(_NONCE_LENGTH)

    def work() -> bytes:
        _restrict(filtered)
        return nonce + _to_json(_in_item(item, namespace)).encode()

    reply = _forked(work, seconds=seconds)
    if reply.kind == "slow":
        return {"outcome": "timeout", "message": f"no end within {seconds:g} s"}
    if reply.data[:_NONCE_LENGTH] != nonce and reply.data:
        return {"outcome": "forged", "message": "a result was written that is none"}
    if reply.kind != "ok":
        how = f"status {reply.code}: silence is no success" if reply.code >= 0 else f"signal {-reply.code}"
        return {"outcome": "crashed", "message": f"the process ended with {how}"}
    told: dict[str, Any] = _from_json(reply.data[_NONCE_LENGTH:].decode())
    return told
