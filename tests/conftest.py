"""What every test of testwright itself stands on: a fixed terminal, no settings from outside, and shared material."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background deaf to Ctrl-C, and all that this starts would be so too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _same_terminal_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages must not depend on the width or colours of a developer's terminal, nor on exported options."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in list(os.environ):
        if name.startswith("TESTWRIGHT_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _pytest_by_itself() -> Iterator[None]:
    """What is installed here for other tests takes nine times as long to load as pytest: `with_plugins` lets it in."""
    os.environ[_AUTOLOAD] = "1"
    yield
    del os.environ[_AUTOLOAD]


@pytest.fixture
def with_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what pytest's plugins do."""
    monkeypatch.delenv(_AUTOLOAD)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_material() -> Path:
    """The folder named by TESTWRIGHT_SHARED: published data, not part of the repository; skips aloud without it."""
    if not _SHARED.is_dir():
        pytest.skip(
            f"SKIPPED FOR WANT OF DATA: {_SHARED} is no folder; set TESTWRIGHT_SHARED to that of shared material"
        )
    return _SHARED


_SHARED = Path(os.environ.get("TESTWRIGHT_SHARED") or CHECKOUT.parent / "shared")
"""Read on import: the fixtures above take the variable away."""
