"""Whoever waits hears Ctrl-C, whichever thread the system tells of it."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from testwright.workflows.waiting import result_of


def interrupt() -> None:
    time.sleep(0.3)  # by then whoever waits does so; if not, it hears it all the same
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


def test_ctrl_c_that_another_thread_gets_is_heard() -> None:
    ended = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(ended.wait, 20)
        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            result_of(slow)
        assert not slow.done()
        ended.set()


def test_what_the_work_raises_is_raised() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        result_of(pool.submit(lambda: 1 // 0))
