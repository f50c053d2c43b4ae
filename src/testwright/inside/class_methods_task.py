"""Does the "class-methods" job: imports classes by name, in restricted child processes, and tells their public methods."""

from __future__ import annotations

import importlib
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

from .isolation.children import in_child

if TYPE_CHECKING:
    from .channel import Channel

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends "class" with "module", "name" and "methods" ([name, parameters without self] each) for what is a class with
    methods written in Python; of what cannot be imported, nothing.

    job: "wanted" ([module, name] each), "seconds" for each of them.
    """
    left = [(str(module), str(name)) for module, name in job["wanted"]]
    while left:
        work = partial(_tell_all, tuple(left))
        seconds = float(job["seconds"])
        end = in_child(work, channel, wall_seconds=seconds * len(left), silence_seconds=seconds)
        if end.kind == "ok":
            return
        del left[: max(1, end.last_number)]  # the last of these has ended the process


def _tell_all(wanted: tuple[tuple[str, str], ...], channel: Channel) -> None:
    for number, (module, name) in enumerate(wanted, start=1):
        channel.note(number, name)
        methods = _public_methods(module, name)
        if methods:
            channel.send({"event": "class", "module": module, "name": name, "methods": methods})


def _public_methods(module: str, name: str) -> list[tuple[str, list[str]]]:
    try:
        found = getattr(importlib.import_module(module), name)
        members = inspect.getmembers(found, inspect.isfunction) if inspect.isclass(found) else []
        return [(each, _parameters(function)) for each, function in members if not each.startswith("_")]
    except BaseException:  # noqa: BLE001 - strangers' code, which may exit too: then nothing is known of this one
        return []


def _parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]
