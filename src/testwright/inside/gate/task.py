"""Does the "gate" job: one pytest run in a restricted child process, which may fork for each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from .pytest_run import Plan, run_pytest

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]

_GRACE_SECONDS = 5.0


def run(job: dict[str, Any], channel: Channel) -> None:
    """Forwards what the run sends. After it comes "end": how its process ended, and which test it noted last.

    job: "files", "source", "order" ("given", "reversed", "shuffled:<seed>", "alone"), "trace", "deselect", "plugins",
    "seconds" for the whole, "test_seconds", "import_seconds"; for files that are run where they are "place" (the
    working folder), "sources", "sequence" and "clock".
    """
    plan = Plan.from_job(job)
    scratch = Path(job["scratch"]).resolve()

    def work(inner: Channel) -> None:
        scratch.mkdir(exist_ok=True)  # here: the child may be another user
        run_pytest(plan, scratch, inner)

    alone = plan.order == "alone"
    end = in_child(
        work,
        channel,
        wall_seconds=float(job["seconds"]),
        # A test alone that is silent for too long is ended by the process that forked it, which is to tell of it.
        silence_seconds=plan.test_seconds + (_GRACE_SECONDS if alone else 0.0),
        may_fork=alone,
    )
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "node": "", "at": end.last_text})
