from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SUPERVISOR = """
import json, sys
from pathlib import Path
from testwright.inside.isolation import system_calls
from testwright.inside.suite.supervised import Supervised

if sys.platform.startswith("linux"):
    system_calls.become_reaper()
ticks = []
suite = Supervised([sys.executable, "-c", sys.argv[1]], {{}}, ".", Path(sys.argv[2]), alone=False)
in_time = suite.follow({seconds}, lambda: ticks.append(1))
print(json.dumps([in_time, suite.status, len(ticks) > 0]))
"""


def supervised(source: str, output: Path, seconds: float) -> list[object]:
    command = [sys.executable, "-c", SUPERVISOR.format(seconds=seconds), source, str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[object] = json.loads(done.stdout)
    return found


def test_the_status_is_that_of_the_process(tmp_path: Path) -> None:
    output = tmp_path / "output"
    assert supervised("import sys; print('last words'); sys.exit(3)", output, 60.0) == [True, 3, True]
    assert output.read_text() == "last words\n"


def test_a_process_that_takes_too_long_may_still_say_goodbye(tmp_path: Path) -> None:
    output = tmp_path / "output"
    source = "import signal, time, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit('bye'))\ntime.sleep(600)"
    assert supervised(source, output, 4.0) == [False, 1, True]
    assert output.read_text() == "bye\n"


def test_one_that_left_its_session_is_ended_too(tmp_path: Path) -> None:
    source = "import subprocess\nsubprocess.Popen(['sleep', '619'], start_new_session=True)"
    assert supervised(source, tmp_path / "output", 60.0) == [True, 0, True]
    living = subprocess.run(["ps", "-axo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 619" not in living.splitlines()
