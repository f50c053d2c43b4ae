"""Does the "existing" job: the project's own tests, run once where they are, in a restricted child process."""

from __future__ import annotations

import io
import os
import time
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from ..mutants.suite import SuiteRun
from .noting import Noting
from .recorded_calls import Calls, CallTracer, Expressed

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]

MISUSED = 4
"""pytest's exit code for options, settings and conftests that it cannot work with."""
WALL_FACTOR = 3.0
"""So many times as long it may take by the clock: some tests wait, and machines do other things too."""


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends what `Noting` and `Calls` send, then "finished" if pytest came to its end, and "end": how the process did.

    job: "tests" (paths; none = those that pytest finds by the project's settings), "folder" (where it runs), "sources"
    (files whose execution counts), "left_out" (test files that cannot matter), "seconds" of processor time for the whole.
    """
    end = in_child(
        lambda inner: _run_once(job, inner),
        channel,
        wall_seconds=WALL_FACTOR * float(job["seconds"]),
        cpu_seconds=float(job["seconds"]),
        fold=str(job["folder"]),
    )
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "at": end.last_text})


def _run_once(job: dict[str, Any], channel: Channel) -> None:
    suite = SuiteRun.from_job({**job, "in_place": True})
    basetemp = os.path.join(os.path.realpath(job["scratch"]), "basetemp")  # as `arguments_in_place` says
    expressed = Expressed(job["folder"], basetemp)
    calls = Calls(expressed, channel.send)
    tracer = CallTracer(job["sources"], calls)
    noting = Noting(channel, tracer, calls, expressed, frozenset(job["left_out"]))
    started = time.monotonic()
    tracer.start()
    try:
        code = suite.run([noting])
    finally:
        tracer.stop()
    words = _words(suite) if code == MISUSED else ""
    channel.send({"event": "finished", "code": code, "words": words, "seconds": time.monotonic() - started})


def _words(suite: SuiteRun) -> str:
    """What pytest says of it, when it is asked again."""
    said = io.StringIO()
    with redirect_stderr(said):
        suite.run([])
    return " ".join(said.getvalue().split())[:500]
