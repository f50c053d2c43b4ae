"""Reports what isolation this system gives, by trying each protection in a child."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from ..channel import Channel
from .audit_hook import BlockedSideEffect, blocked_events
from .children import in_child

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """One message: the level, and one true or false for each protection."""
    isolation = channel.isolation
    in_child(_report_protections, channel, wall_seconds=10.0)
    channel.send(
        {
            "level": isolation.text,
            "namespaces": isolation.namespaces,
            "read_only_mounts": isolation.read_only,
            "unprivileged": isolation.as_nobody,
            "syscall_filter": isolation.syscall_filter,
            "python": ".".join(map(str, sys.version_info[:3])),
            "platform": sys.platform,
        }
    )


def _report_protections(channel: Channel) -> None:
    import resource

    hook = _is_blocked_by_hook()
    memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    channel.send(
        {
            "uid": os.getuid(),
            "audit_hook": hook and bool(blocked_events()),
            "memory_limit": memory != resource.RLIM_INFINITY,
            "file_size_limit": resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY,
        }
    )


def _is_blocked_by_hook() -> bool:
    with socket.socket(socket.AF_UNIX) as attempt:
        try:
            attempt.connect("/nowhere/at/all")
        except BlockedSideEffect:
            return True
        except OSError:
            return False
    return False
