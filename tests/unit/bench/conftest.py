"""Unpacks the published evaluations once for the tests that count them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def leaderboard_folder(shared_material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `code_generation` of the stored evaluations of the Julia LLM Leaderboard."""
    place = tmp_path_factory.mktemp("leaderboard")
    with tarfile.open(shared_material / "leaderboard" / "evaluations.tar.xz") as archive:
        archive.extractall(place, filter="data")
    (found,) = [each for each in place.rglob("code_generation") if each.is_dir()]
    return found


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is drawn for an interval is kept for this user: not by tests, nor for them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
