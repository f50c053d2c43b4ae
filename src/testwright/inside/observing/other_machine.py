"""Makes this process take itself for one on another machine, so that what depends on the machine shows by changing."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

__all__ = ["pretend_other_machine"]

_NUMBERS = ("getuid", "geteuid", "getgid", "getegid")


def pretend_other_machine(processors: int) -> None:
    """For good: number of processors, name, user and interpreter are others for whoever asks from now on."""
    for name in ("cpu_count", "process_cpu_count"):
        if hasattr(os, name):
            _replace(os, name, processors)
    for name in _NUMBERS:
        _replace(os, name, getattr(os, name)() + 1)
    _rename()
    sys.executable = os.path.join(os.path.dirname(sys.executable), "some-python")
    os.umask(0o027)


def _rename() -> None:
    real = os.uname()
    other = "some-machine-" + real.nodename
    _replace(os, "uname", os.uname_result((real.sysname, other, *real[2:])))
    _replace(platform, "node", other)
    vars(platform)["_uname_cache"] = None  # what it found when it was asked before
    import _socket  # what `socket` takes its functions from

    for module in (_socket, sys.modules.get("socket")):
        if module is not None:
            _replace(module, "gethostname", other)


def _replace(module: Any, name: str, answer: object) -> None:
    setattr(module, name, lambda: answer)
