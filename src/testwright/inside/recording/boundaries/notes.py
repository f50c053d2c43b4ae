"""Notes what goes over one kind of boundary: up to a number in each trace, and never to the program's harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from ..real_clock import now_ns
from ..session import Scope, Session

__all__ = ["MOST", "MOST_ALIKE", "Begun", "Notes"]

MOST, MOST_ALIKE = 1000, 100
"""Of a kind in one trace, and of those at one place; the others are counted."""
_MOST_PROBLEMS = 5


class Begun:
    """Something that goes over the boundary now."""

    __slots__ = ("at", "number", "parent", "scope")

    def __init__(self, scope: Scope, number: int, parent: int) -> None:
        self.scope, self.number, self.parent = scope, number, parent
        self.at = now_ns()


class Notes:
    """All of one kind. Where a trace has enough of them, a further one costs a look and a count."""

    def __init__(self, session: Session, kind: str, most: int = MOST, *, sampled: bool = False) -> None:
        """`sampled`: of those at one place as few as the trace wants of what is alike."""
        self.session, self.kind, self._most, self._sampled = session, kind, most, sampled
        self._key = f"notes of {kind}"

    def begin(self, frame: FrameType | None, place: Any = None) -> Begun | None:
        """None outside of traces, and in one that has enough. `frame` is the caller's: it says whose span is the parent.
        With a `place`, there is also a bound for those at the same one, so that a loop leaves room for others.
        """
        scope = self.session.scope
        if scope is None:
            return None
        counts = scope.kept.get(self._key)
        if counts is None:
            counts = scope.kept[self._key] = {}
        count, alike = counts.get(None, 0), counts.get(place, 0)
        most_alike = scope.most_alike if self._sampled else MOST_ALIKE
        if count >= self._most or (alike >= most_alike and place is not None):
            scope.dropped[self.kind] += 1
            return None
        counts[None] = count + 1
        if place is not None:
            counts[place] = alike + 1
        number = self.session.number(scope, self.kind)
        return Begun(scope, number, self.session.parent_of(frame, scope)) if number else None

    def is_full(self, scope: Scope, place: Any = None) -> bool:
        counts = scope.kept.get(self._key)
        if counts is None:
            return False
        return counts.get(None, 0) >= self._most or (place is not None and counts.get(place, 0) >= MOST_ALIKE)

    def end(
        self, begun: Begun | None, name: str, told: Callable[..., Mapping[str, Any]], *given: Any, **place: Any
    ) -> None:
        """`told` gives the data, of what is given; `place` is the `file` and the `line`. What fails is left out."""
        if begun is None or begun.scope.ended:
            return
        try:
            data = told(*given)
            self.session.write(begun.scope, begun.number, begun.parent, self.kind, name, begun.at, data, **place)
        except Exception as error:  # noqa: BLE001 - another version of a library than we know, or no memory left
            self.failed(begun.scope, error)

    def tried(self, scope: Scope, action: Callable[..., Any], *given: Any) -> Any:
        """What it gives; None if it fails."""
        try:
            return action(*given)
        except Exception as error:  # noqa: BLE001 - as above
            self.failed(scope, error)
            return None

    def failed(self, scope: Scope, error: Exception) -> None:
        """Told with the trace, at its end."""
        scope.dropped[self.kind] += 1
        problems = scope.about.setdefault("problems", [])
        if len(problems) < _MOST_PROBLEMS:
            problems.append(f"{self.kind}: {type(error).__name__}")
