"""Holds the pytest plugin object that runs each test in a fork of the process that has collected them all."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, Any

from ..isolation.children import restrict_fork
from ..isolation.forking import Reply, fork_for
from .reporter import node_name

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["EachAlone"]


class EachAlone:
    """The file is imported once; no test meets what another one did, and one that ends its process ends no other.

    Sends "end" for each test, after what it sent itself. The forks are asked for by us alone: the audit hook refuses
    them to the code under test, and the system call filter too as soon as one is there.
    """

    def __init__(self, channel: Channel, test_seconds: float) -> None:
        self._channel = channel
        self._seconds = test_seconds
        self._filtered = channel.isolation is not None and channel.isolation.syscall_filter

    def pytest_runtestloop(self, session: Any) -> bool | None:
        """In place of pytest's own loop; where that would not run anything it is left to say so."""
        if session.testsfailed:
            return None
        gc.freeze()  # the forks need not look at, and so copy, what is there now
        for number, item in enumerate(session.items, start=1):
            name = node_name(item.nodeid)
            self._channel.note(number, name)
            reply = fork_for(partial(self._run, item), seconds=self._seconds)
            kind, code = _how_it_ended(reply)
            self._channel.send({"event": "end", "kind": kind, "code": code, "node": name, "at": name})
        return True

    def _run(self, item: Any) -> bytes:
        restrict_fork(self._filtered)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return b""


def _how_it_ended(reply: Reply) -> tuple[str, int]:
    """In the words that are used of a child."""
    if reply.kind == "ended":
        return ("exit", reply.code) if reply.code >= 0 else ("signal", -reply.code)
    return ("timeout" if reply.kind == "slow" else "ok"), 0
