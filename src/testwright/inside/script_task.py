"""Runs given source texts, each in its own child, and reports how each child ended: the sandbox's own test bench."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any

from .channel import Channel
from .isolation.audit_hook import blocked_events
from .isolation.children import in_child

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """job: "script" or "scripts" (source texts), "wall_seconds", "silence_seconds", "cpu_seconds", "may_fork".

    Each script sees `channel` and `scratch`, and `result`, a dict that is sent when the script runs to its end.
    """
    for index, source in enumerate(job.get("scripts") or [job["script"]]):
        end = in_child(
            partial(_run_script, source, index, job["scratch"]),
            channel,
            wall_seconds=job.get("wall_seconds", 10.0),
            silence_seconds=job.get("silence_seconds") or inf,
            cpu_seconds=job.get("cpu_seconds"),
            may_fork=bool(job.get("may_fork")),
        )
        channel.send(
            {
                "index": index,
                "kind": end.kind,
                "code": end.code,
                "last_number": end.last_number,
                "last_text": end.last_text,
            }
        )


def _run_script(source: str, index: int, scratch: str, channel: Channel) -> None:
    result: dict[str, Any] = {}
    exec(compile(source, f"<script {index}>", "exec"), {"channel": channel, "scratch": scratch, "result": result})
    channel.send({"index": index, "result": result, "blocked": blocked_events()})
