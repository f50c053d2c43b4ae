"""Sets the resource limits of a child: memory, file size, descriptors, processes, processor time; no core dumps."""

from __future__ import annotations

import math
import os
import resource
import sys

__all__ = ["limit_growth", "limit_resources"]

_FILE_BYTES = 64 * 2**20
_DESCRIPTORS = 512
_PROCESSES = 256


def limit_resources(memory_mb: int, *, cpu_seconds: float | None = None, limit_processes: bool = False) -> None:
    """Lower limits of this process for good (soft and hard); a limit that is already lower stays."""
    if sys.platform != "darwin":  # macOS accepts RLIMIT_AS and does not honour it, or refuses it
        _lower(resource.RLIMIT_AS, memory_mb * 2**20)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    if limit_processes:
        _lower(resource.RLIMIT_NPROC, _PROCESSES)
    if cpu_seconds is not None:
        seconds = max(1, math.ceil(cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    os.nice(5)


def limit_growth(megabytes: int) -> None:
    """From now on this process may hold so much more than it does; what asks for more gets a MemoryError at once.

    Filling a gigabyte takes a second of C code that nothing interrupts. Where the system does not tell what is held,
    nothing changes. What threads and the allocator only reserve does not count (RLIMIT_DATA since Linux 4.7).
    """
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            held = int(file.read().split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + megabytes * 2**20, hard))


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
