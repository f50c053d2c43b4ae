"""What every test of testwright itself stands on: a fixed terminal, no settings from outside, and shared material."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _same_terminal_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages must not depend on the width or colours of a developer's terminal, nor on exported options."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in list(os.environ):
        if name.startswith("TESTWRIGHT_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_material() -> Path:
    """The folder named by TESTWRIGHT_SHARED: published data, not part of the repository; skips aloud without it."""
    named = _SHARED
    if not named or not Path(named).is_dir():
        pytest.skip("SKIPPED FOR WANT OF DATA: set TESTWRIGHT_SHARED to the folder of shared material")
    return Path(named)


_SHARED = os.environ.get("TESTWRIGHT_SHARED", "")
"""Read on import: the fixtures above take the variable away."""
