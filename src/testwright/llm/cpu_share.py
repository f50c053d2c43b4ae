"""Decides how many threads a model may have: the CPUs that this process may use, minus one for everything else."""

from __future__ import annotations

import math
import os
from pathlib import Path

__all__ = ["threads_for_model"]


def threads_for_model(root: str = "/") -> int:
    """Threads that wait for each other are many times slower where they are more than CPUs. `root`: where /proc and /sys are."""
    usable = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return max(1, math.floor(min([usable, *_quotas(Path(root))])) - 1)


def _quotas(root: Path) -> list[float]:
    """Of all groups that this process is in; the closest need not be the strictest."""
    found = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            found += [_v2(folder) for folder in _upwards(root / "sys/fs/cgroup", path)]
        elif "cpu" in controllers.split(","):
            mount = next((m for m in ("cpu,cpuacct", "cpu") if (root / "sys/fs/cgroup" / m).is_dir()), "cpu")
            found += [_v1(folder) for folder in _upwards(root / "sys/fs/cgroup" / mount, path)]
    return [quota for quota in found if quota is not None]


def _upwards(mount: Path, path: str) -> list[Path]:
    folder = mount / path.strip("/")
    return [folder, *(parent for parent in folder.parents if parent.is_relative_to(mount))]


def _v2(folder: Path) -> float | None:
    quota, _, period = _text(folder / "cpu.max").strip().partition(" ")
    return _share(quota, period)


def _v1(folder: Path) -> float | None:
    return _share(_text(folder / "cpu.cfs_quota_us").strip(), _text(folder / "cpu.cfs_period_us").strip())


def _share(quota: str, period: str) -> float | None:
    """None where there is no limit ("max" or -1)."""
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
