"""What a process says of its machine after the pretence; each case in a fork, as it is for good."""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import socket
import sys

from testwright.inside.isolation.forking import fork_for
from testwright.inside.observing.other_machine import pretend_other_machine


def told() -> list[object]:
    machine = [os.cpu_count(), multiprocessing.cpu_count(), platform.node(), os.uname().nodename, socket.gethostname()]
    return [*machine, platform.uname().node, os.getuid(), os.getegid(), sys.executable]


def told_elsewhere() -> bytes:
    pretend_other_machine((os.cpu_count() or 1) + 1)
    return json.dumps(told()).encode()


def test_everything_that_tells_of_the_machine_is_another() -> None:
    here = told()
    elsewhere = json.loads(fork_for(told_elsewhere, seconds=30).data)
    assert [a for a, b in zip(here, elsewhere, strict=True) if a == b] == []
    assert told() == here
