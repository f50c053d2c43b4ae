from __future__ import annotations

import os
from pathlib import Path

import pytest

from testwright.config.real_paths import RealPaths


def test_paths_are_those_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real"
    (real / "in").mkdir(parents=True)
    (real / "in" / "a.py").write_text("")
    (tmp_path / "folder").symlink_to(real)
    (real / "link.py").symlink_to(real / "in" / "a.py")
    monkeypatch.chdir(real)
    paths = (
        "in/a.py",
        "folder/in/a.py",
        "folder/link.py",
        "folder/in/..",
        "folder/in/",
        "folder/gone/b.py",
        "folder",
        "",
        ".",
    )
    known = RealPaths()
    for path in (*paths, *(str(tmp_path / path) for path in paths)):
        assert known.of(path) == os.path.realpath(path), path
