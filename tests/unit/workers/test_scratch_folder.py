"""A run's temporary folders are gone when it ends, and when it was killed the next run takes them away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from testwright.workers import remove_abandoned, scratch_folder

SOURCE = Path(__file__).resolve().parents[3] / "src"
HOLDER = """
import sys
from testwright.workers import scratch_folder

with scratch_folder() as folder:
    (folder / "inner").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def holder(temporary: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", HOLDER], env=environment, stdin=pipe, stdout=pipe, text=True)


def test_it_is_gone_afterwards_whatever_was_made_of_it(temporary):
    with scratch_folder() as folder:
        assert folder.parent == temporary
        (folder / "closed" / "inner").mkdir(parents=True)
        (folder / "closed").chmod(0)
    assert list(temporary.iterdir()) == []


def test_a_killed_run_leaves_nothing_to_the_next_one_but_a_living_one_keeps_its_own(temporary):
    with holder(temporary) as killed, holder(temporary) as living:
        assert killed.stdout
        assert living.stdout
        abandoned, used = Path(killed.stdout.readline().strip()), Path(living.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert abandoned.exists()
        remove_abandoned()
        assert not abandoned.exists()
        assert (used / "inner").exists()


def test_folders_of_other_names_are_nobodys_business(temporary):
    for name in ("testwright-measure", "testwright-run-notes", "testwright-run-"):
        (temporary / name).mkdir()
    (temporary / "testwright-run-abcdefgh").write_text("a file")
    remove_abandoned()
    assert len(list(temporary.iterdir())) == 4
