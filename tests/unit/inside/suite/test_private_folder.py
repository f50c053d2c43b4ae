from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testwright.inside.suite.private_folder import HEAVY

if not sys.platform.startswith("linux"):
    pytest.skip("mounts are Linux's", allow_module_level=True)

from testwright.inside.suite import private_folder

IN_A_WORLD_OF_ITS_OWN = """
import os, sys
from pathlib import Path
from testwright.inside.isolation import namespaces, system_calls
from testwright.inside.suite.private_folder import put_in_place

root, scratch = sys.argv[1:3]
plan = namespaces.Plan(user=True, mounts=True, scratch=scratch)
if not namespaces.works(plan):
    sys.exit(77)
namespaces.enter(plan)
print(put_in_place(root, scratch, Path(scratch), layered={layered}))
Path(root, "file").write_text("new")
os.rename(Path(root, "file"), Path(root, "other"))
system_calls.drop_mount_right()
again = "from testwright.inside.isolation import system_calls as s; s.set_read_only('/', read_only=False, recursive=True)"
os.execv(sys.executable, [sys.executable, "-c", again])
"""


def put(tmp_path: Path, root: Path, layered: bool) -> subprocess.CompletedProcess[str]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    source = IN_A_WORLD_OF_ITS_OWN.format(layered=layered)
    command = [sys.executable, "-c", source, str(root), str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 77:
        pytest.skip("this system does not allow the namespaces")
    return done


@pytest.mark.parametrize("layered", [True, False], ids=["layer", "copy"])
def test_changes_are_gone_and_mounts_cannot_be_changed_back(tmp_path: Path, layered: bool) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_text("old")
    done = put(tmp_path, root, layered)
    assert done.stdout.strip() == ("layer" if (tmp_path / "scratch" / "upper").exists() else "copy")
    assert "Operation not permitted" in done.stderr
    assert os.listdir(root) == ["file"]
    assert (root / "file").read_text() == "old"


def test_a_name_that_a_layer_cannot_have_is_copied(tmp_path: Path) -> None:
    root = tmp_path / "a,b"
    root.mkdir()
    (root / "file").write_text("old")
    assert put(tmp_path, root, layered=True).stdout.strip() == "copy"


def copied(root: Path, target: Path, scratch: Path) -> tuple[list[str], list[str]]:
    """(what was copied, what is to be shown as it is), both relative."""
    shown: list[str] = []
    private_folder._copy(str(root), str(target), str(scratch), shown)
    return sorted(str(path.relative_to(target)) for path in target.rglob("*")), [
        os.path.relpath(p, root) for p in shown
    ]


def test_a_copy_has_all_but_heavy_folders_and_what_is_no_file(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("package/deep", "env", ".git", "node_modules"):
        (root / name).mkdir(parents=True)
        (root / name / "file").write_text("text")
    (root / "env" / "pyvenv.cfg").touch()
    (root / "link").symlink_to("absent")
    (root / "package" / "run").write_text("#!")
    (root / "package" / "run").chmod(0o755)
    os.mkfifo(root / "pipe")
    found, shown = copied(root, tmp_path / "target", tmp_path / "scratch")
    assert found == [
        ".git",
        "env",
        "link",
        "node_modules",
        "package",
        "package/deep",
        "package/deep/file",
        "package/run",
    ]
    assert shown == [".git", "env", "node_modules"]
    assert {".git", "node_modules"} <= HEAVY
    assert os.readlink(tmp_path / "target" / "link") == "absent"
    assert os.access(tmp_path / "target" / "package" / "run", os.X_OK)


def test_a_scratch_folder_within_is_not_copied_into_itself(tmp_path: Path) -> None:
    (tmp_path / "root" / "made" / "scratch").mkdir(parents=True)
    scratch = tmp_path / "root" / "made" / "scratch"
    found, shown = copied(tmp_path / "root", scratch / "project", scratch)
    assert found == ["made", "made/scratch"]
    assert shown == ["made/scratch"]
