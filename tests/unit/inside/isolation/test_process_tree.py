from __future__ import annotations

import os
import subprocess
import sys

from testwright.inside.isolation.process_tree import descendants, kill_descendants

FAMILY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"],
                         start_new_session=True)
child.wait()
"""


def test_grandchildren_in_other_sessions_are_found_and_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as family:
        assert family.stdout is not None
        family.stdout.readline()
        (grandchild,) = descendants(family.pid)
        assert {family.pid, grandchild} <= set(descendants(os.getpid()))
        kill_descendants(family.pid)
        assert family.wait(timeout=30) == 0
        assert descendants(family.pid) == []
