"""Does the "gate" job: one pytest run in a restricted child process, or one process for each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from .preload import preload_pytest
from .pytest_run import Plan, run_pytest

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """Forwards what the runs send. After each comes "end": how its process ended, and which test it noted last.

    job: "files", "source", "order" ("given", "reversed", "shuffled:<seed>", "alone"), "trace", "deselect", "plugins",
    "seconds" for the whole, "test_seconds", "import_seconds", and for order "alone" the "nodes".
    """
    plan = Plan.from_job(job)
    scratch = Path(job["scratch"]).resolve()
    if plan.order != "alone":
        _one_process(plan, scratch, channel, "", float(job["seconds"]))
        return
    preload_pytest(plan.source, job["sys_path"])
    for number, node in enumerate(node for node in job["nodes"] if node not in plan.deselect):
        folder = scratch / f"alone-{number}"
        _one_process(plan.for_node(node), folder, channel, node, plan.import_seconds + plan.test_seconds)


def _one_process(plan: Plan, folder: Path, channel: Channel, node: str, seconds: float) -> None:
    def work(inner: Channel) -> None:
        folder.mkdir(exist_ok=True)  # here: the child may be another user
        run_pytest(plan, folder, inner)

    end = in_child(work, channel, wall_seconds=seconds, silence_seconds=plan.test_seconds)
    at = node or end.last_text
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "node": node, "at": at})
