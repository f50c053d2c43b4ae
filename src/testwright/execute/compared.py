"""Says which tests of a file do the same, and which replace a name in vain, out of what they ran and what was read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from testwright.nouns import Evidence, Patch
from testwright.python_source.looked_up import ModuleSource, used_in_spite_of

__all__ = ["compared"]

_CLOCKS_OF_OTHERS = re.compile(r"st_[mca]time|get[mca]time|\butime\b|CURRENT_(?:TIME|DATE)|\bssl\b|\bsqlite")
"""Times that the system or native code tells; on another date, those of Python do not fit them."""


def compared(
    evidence: Mapping[str, Evidence], modules: Mapping[str, str], texts: Mapping[str, str], root: str
) -> dict[str, Evidence]:
    """The same evidence with `same_as` and `misplaced`, and without what another date seemed to show where the code asks
    other clocks too; by path, `modules` names the project's modules, `texts` their sources; places are shown
    as seen from `root`.
    """
    first: dict[tuple[object, ...], str] = {}
    done = {}
    for node, one in evidence.items():
        test = node.partition("[")[0]
        twin = first.setdefault(_doing(one), test) if one.written is not None else test
        done[node] = replace(
            one,
            depends=None if _asks_other_clocks(one, texts) else one.depends,
            same_as=twin if twin != test else "",
            misplaced=tuple(_misplaced(one, modules, texts, root)),
        )
    return done


def _asks_other_clocks(one: Evidence, texts: Mapping[str, str]) -> bool:
    if one.depends is None or one.depends.on != "date":
        return False
    return any(_CLOCKS_OF_OTHERS.search(texts[path]) for path in one.reached)


def _doing(one: Evidence) -> tuple[object, ...]:
    """What it says, and all that it or another row of its table executes."""
    shape = one.written.shape if one.written is not None else ""
    return shape, frozenset(one.reached.items())


def _misplaced(
    one: Evidence, modules: Mapping[str, str], texts: Mapping[str, str], root: str
) -> Iterable[tuple[Patch, str]]:
    if one.written is None or not one.written.patches:
        return
    reached = [
        ModuleSource(
            modules[path],
            os.path.relpath(path, root),
            texts[path],
            frozenset(line for arc in arcs for line in arc if line > 0),
        )
        for path, arcs in sorted(one.reached.items())
        if path in modules
    ]
    for patch in one.written.patches:
        where = used_in_spite_of(patch, one.written.patches, reached)
        if where:
            yield patch, where
