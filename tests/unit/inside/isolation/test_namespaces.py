from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")

OLD_KERNEL = """
import errno, os, sys
from testwright.inside.isolation import namespaces, system_calls

def refuse(path, **_):
    raise OSError(errno.ENOSYS, "no mount_setattr")

if {old}:
    system_calls.set_read_only = refuse
plan = namespaces.Plan(user=os.getuid() != 0, mounts=True, scratch={scratch!r})
if not namespaces.works(plan):
    sys.exit(77)
namespaces.enter(plan)
open("inside", "w").write("x")
try:
    open({outside!r}, "w")
except OSError as error:
    sys.exit(error.errno)
"""


@pytest.mark.parametrize("old", [False, True], ids=["mount_setattr", "each-mount"])
def test_only_scratch_is_writable(tmp_path: Path, old: bool) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    outside = tmp_path / "outside"
    source = OLD_KERNEL.format(old=old, scratch=str(scratch), outside=str(outside))
    status = subprocess.run([sys.executable, "-c", source], check=False, timeout=60).returncode
    if status == 77:
        pytest.skip("this system does not allow the namespaces")
    assert status == 30  # EROFS
    assert not outside.exists()
    assert (scratch / "inside").read_text() == "x"
    assert os.access(tmp_path, os.W_OK)


def test_a_plan_that_cannot_be_carried_out_is_found_out(tmp_path: Path) -> None:
    source = (
        "from testwright.inside.isolation.namespaces import Plan, works\n"
        f"assert not works(Plan(user=True, mounts=True, scratch={str(tmp_path / 'absent')!r}))\n"
    )
    assert subprocess.run([sys.executable, "-c", source], check=False, timeout=60).returncode == 0
