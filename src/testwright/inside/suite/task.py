"""Does the "suite" job: the project's own suite, run once under coverage.py as `python -m pytest` would run it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..channel import MESSAGE
from . import command
from .lent_folder import Lent
from .supervised import Supervised

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]

_TAIL_BYTES = 8192


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends "world" (what keeps the suite apart, and which coverage.py measures), what `outcome_plugin` writes down, and
    "end": how the process did, with the last of its output.

    job: "python", "root", "tests", "arguments" (of pytest), "settings" (coverage.py's, by table), "coverage" (folder and
    version of the package to lend), "environment" (the user's), "seconds", "layered" (whether an overlay may be used),
    "order" (a SuiteOrder, plain, or None: as the project has it).
    Left in scratch/suite: "data", the data files, and "settings.toml".
    """
    place = Path(job["scratch"]).resolve() / "suite"
    lent = Lent(place, job["settings"], tuple(job["coverage"]), job["environment"])
    kind, alone = _make_world(job, channel, place)
    channel.send({"event": "world", "folder": kind, "alone": alone, "lent": lent.is_lent, "coverage": lent.version})
    told = _Told(place / "told.jsonl", channel)
    suite = _start(job, place, lent, private=kind != "real", alone=alone)
    started = time.monotonic()
    in_time = suite.follow(float(job["seconds"]), told.pass_on)
    status = -9 if suite.status is None else suite.status
    tail = _tail(place / "output.txt")
    seconds = time.monotonic() - started
    channel.send({"event": "end", "in_time": in_time, "status": status, "tail": tail, "seconds": seconds})


def _start(job: dict[str, Any], place: Path, lent: Lent, *, private: bool, alone: bool) -> Supervised:
    words = command.words(job["python"], place, job["tests"], job["arguments"], ordered=job["order"] is not None)
    (place / "order.json").write_text(json.dumps(job["order"]), encoding="utf-8")
    environment = command.environment(job["environment"], job["root"], place, lent, private=private)
    return Supervised(words, environment, job["root"], place / "output.txt", alone=alone)


def _make_world(job: dict[str, Any], channel: Channel, place: Path) -> tuple[str, bool]:
    """(what the project's folder is: "layer", "copy", "read-only" or "real"; whether we are process 1)."""
    isolation = channel.isolation
    if isolation is None or not isolation.namespaces or not sys.platform.startswith("linux"):
        return "real", False
    from ..isolation import system_calls
    from . import own_network, private_folder

    own_network.bring_up_loopback()
    kind = "real"
    if isolation.read_only:
        try:
            kind = private_folder.put_in_place(job["root"], isolation.scratch, place, layered=job["layered"])
        except OSError as error:
            channel.send({"event": "no-copy", "detail": str(error)})
            kind = "read-only"
        system_calls.drop_mount_right()
    return kind, os.getpid() == 1


class _Told:
    """Passes on what the plugin has written since the last time."""

    def __init__(self, file: Path, channel: Channel) -> None:
        self._file, self._channel = file, channel
        self._read, self._rest = 0, b""

    def pass_on(self) -> None:
        if not self._file.exists():
            return
        with self._file.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._channel.send_raw(MESSAGE, line)  # whether it is what it should be, the reader says


def _tail(output: Path) -> str:
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - _TAIL_BYTES))
        return file.read().decode("utf-8", "replace")
