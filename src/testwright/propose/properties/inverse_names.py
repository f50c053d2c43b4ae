"""Decides by their names which two functions undo each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from testwright.propose.inverse_pairs import INVERSE_PAIRS

__all__ = ["inverse_names"]

_PAIRS = (
    *INVERSE_PAIRS,
    ("pickle", "unpickle"),
    ("encipher", "decipher"),
    ("hexlify", "unhexlify"),
    ("unparse", "parse"),
    ("format", "parse"),
    ("render", "parse"),
    ("to_string", "parse"),
    ("freeze", "thaw"),
    ("flatten", "unflatten"),
    ("shift", "unshift"),
    ("rotate", "unrotate"),
    ("intern", "unintern"),
)
_NOT_QUITE = {"flatten", "shift", "rotate", "freeze", "render"}
"""What these do may well lose something."""
_TO = re.compile(r"(?P<what>.*?)_?(?P<sep>to_|2)(?P<other>.+)")


def inverse_names(name: str) -> Iterator[tuple[str, bool]]:
    """Names of functions that would undo the one called `name`, and whether they would have to."""
    for forward, backward in _PAIRS:
        if forward in name and backward not in name and f"un{forward}" not in name:
            yield name.replace(forward, backward, 1), forward not in _NOT_QUITE
    for forward, backward in (("to_", "from_"), ("as_", "from_"), ("into_", "from_"), ("to", "from")):
        if name.startswith(forward) and name != forward:
            yield backward + name.removeprefix(forward), True
    yield from _swapped(name)


def _swapped(name: str) -> Iterator[tuple[str, bool]]:
    """`int_to_roman` and `roman_to_int`, `bytes2human` and `human2bytes`, `toRoman` and `fromRoman`."""
    match = _TO.fullmatch(name)
    if match and match["what"]:
        link = "_to_" if match["sep"] == "to_" else "2"
        yield f"{match['other']}{link}{match['what']}", False
    if "_as_" in name:
        what, _, other = name.partition("_as_")
        yield f"{what}_from_{other}", False
    if re.match(r"to[A-Z]", name):
        yield "from" + name.removeprefix("to"), True
