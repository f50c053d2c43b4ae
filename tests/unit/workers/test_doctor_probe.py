from __future__ import annotations

import sys

import pytest

from testwright.errors import SandboxError
from testwright.workers.doctor_probe import probe_isolation

LINUX = sys.platform.startswith("linux")


def test_the_level_says_what_holds() -> None:
    found = probe_isolation(sys.executable)
    parts = found["level"].split("+")
    assert parts[-2:] == ["rlimits", "audit"]
    assert found["audit_hook"] is True
    assert found["file_size_limit"] is True
    assert found["memory_limit"] is LINUX
    assert [found["namespaces"], found["read_only_mounts"], found["syscall_filter"], found["unprivileged"]] == [
        part in parts for part in ("namespaces", "read-only", "seccomp", "unprivileged")
    ]


def test_the_weakest_level() -> None:
    found = probe_isolation(sys.executable, isolation="basic")
    assert found["level"] == "rlimits+audit"
    assert found["audit_hook"] is True


def test_a_probe_that_cannot_be_made_is_an_error() -> None:
    with pytest.raises(SandboxError, match="unknown isolation 'total'"):
        probe_isolation(sys.executable, isolation="total")
