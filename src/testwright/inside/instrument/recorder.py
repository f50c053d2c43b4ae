"""Keeps what one execution of instrumented code hit and compared; bounded, and cheap to empty."""

from __future__ import annotations

from typing import Any

from .arcs import HITS, HOOKS, Arc, Instrumented, Site
from .hooks import Hook, plain_hook, recording_hook
from .snapshots import OPAQUE

__all__ = ["Comparison", "Recorder", "bind"]

Comparison = tuple[int, str, Any, Any]
"""(site number, op, left, right)"""

_MOST_COMPARISONS = 400
_MOST_PER_SITE = 8


class Recorder:
    """One for one instrumented module. `hits[arc.number]` is 1 once the arc was taken since `reset()`."""

    def __init__(self) -> None:
        self.hits = bytearray()
        self.comparisons: list[Comparison] = []
        self.arcs: list[Arc] = []
        self.sites: list[Site] = []
        self.first_line_hits = b""
        """What importing the module itself hit, from its first line on; set when the import is over."""
        self._zeros = b""
        self._hooks: list[Hook] = []
        self._plain: list[Hook] = []
        self._recording_hooks: list[Hook] = []
        self._per_site: list[int] = []
        self._worn: list[int] = []
        self._recording = True

    def attach(self, instrumented: Instrumented) -> None:
        """Raises ValueError when it serves a module already: the numbers would clash."""
        if self._zeros or self.sites:
            raise ValueError("a recorder serves one module, and this one has its module already")
        self.arcs, self.sites = instrumented.arcs, instrumented.sites
        self._zeros = bytes(len(self.arcs))
        self.hits.extend(self._zeros)
        self._plain = [plain_hook(site) for site in self.sites]
        self._recording_hooks = [recording_hook(site, self._note) for site in self.sites]
        self._per_site = [0] * len(self.sites)
        self._install()

    @property
    def recording(self) -> bool:
        """Whether comparisons are kept. Off, the hooks are the plain operators; probes work all the same."""
        return self._recording

    @recording.setter
    def recording(self, wanted: bool) -> None:
        if wanted is not self._recording:
            self._recording = wanted
            self._install()

    def _install(self) -> None:
        self._hooks[:] = self._recording_hooks if self._recording else self._plain

    def reset(self) -> None:
        """Before each execution. A list of comparisons taken before stays as it is."""
        self.hits[:] = self._zeros
        if self.comparisons:
            self.comparisons = []
            self._per_site = [0] * len(self.sites)
        if self._worn:
            self._worn = []
            self._install()

    def hit_numbers(self) -> tuple[int, ...]:
        return tuple([number for number, hit in enumerate(self.hits) if hit])

    def _note(self, site: int, op: str, left: Any, right: Any) -> None:
        if left is OPAQUE and right is OPAQUE:
            return
        if len(self.comparisons) >= _MOST_COMPARISONS:
            self._worn.append(site)
            self._hooks[:] = self._plain
            return
        self.comparisons.append((site, op, left, right))
        self._per_site[site] += 1
        if self._per_site[site] >= _MOST_PER_SITE:
            self._worn.append(site)
            self._hooks[site] = self._plain[site]


def bind(namespace: dict[str, Any], recorder: Recorder) -> None:
    """Gives a module's namespace the two names that its probes and hooks use; before it is executed."""
    namespace[HITS] = recorder.hits
    namespace[HOOKS] = recorder._hooks
