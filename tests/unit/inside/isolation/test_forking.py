"""A fork replies, is killed when it takes too long, and its sudden end is told."""

from __future__ import annotations

import os
import signal
import time

from testwright.inside.isolation.forking import Reply, fork_for


def test_the_reply_comes_back() -> None:
    assert fork_for(lambda: b"x" * 300_000, seconds=30) == Reply("ok", b"x" * 300_000)


def test_a_fork_that_hangs_is_killed() -> None:
    assert fork_for(lambda: time.sleep(3600) or b"", seconds=0.2) == Reply("slow")


def test_a_fork_that_leaves_or_fails_has_no_reply() -> None:
    assert fork_for(lambda: os._exit(0), seconds=30) == Reply("ended")  # type: ignore[arg-type]
    assert fork_for(lambda: bytes([1 // 0]), seconds=30).kind == "ended"


def test_how_a_fork_ended_is_told() -> None:
    assert fork_for(lambda: os._exit(3), seconds=30) == Reply("ended", code=3)  # type: ignore[arg-type]
    killed = fork_for(lambda: os.kill(os.getpid(), signal.SIGTERM) or b"", seconds=30)
    assert killed == Reply("ended", code=-signal.SIGTERM)


def test_forks_do_not_share_what_they_change() -> None:
    seen: list[int] = []
    for _ in range(2):
        assert fork_for(lambda: (seen.append(1), bytes([len(seen)]))[1], seconds=30) == Reply("ok", b"\x01")


def test_a_fork_that_only_waits_is_given_up() -> None:
    assert fork_for(lambda: time.sleep(3600) or b"", seconds=600, idle=lambda: 0.3) == Reply("slow")


def test_a_fork_that_computes_is_waited_for() -> None:
    def busy() -> bytes:
        started = time.process_time()  # the fork's own clock begins at zero
        while time.process_time() < started + 0.6:
            pass
        return b"done"

    assert fork_for(busy, seconds=600, idle=lambda: 0.1) == Reply("ok", b"done")
