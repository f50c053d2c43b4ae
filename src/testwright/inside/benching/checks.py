"""What an example or unit test is given to check with: `raises`, `isclose`, and the count of its assertions."""

from __future__ import annotations

import math
import re
from types import TracebackType

__all__ = ["Assertions"]

_LONGEST = 200
_isclose = math.isclose
_search = re.search


class Assertions:
    """Of one item: how many were made."""

    def __init__(self) -> None:
        self.count = 0

    def counted(self) -> None:
        self.count += 1

    def shown(self, left: object, sign: str, right: object) -> str:
        return f"{_short(left)} {sign} {_short(right)}"

    def raises(self, *expected: type[BaseException], match: str = "") -> _Raises:
        """A block that has to raise one of `expected`, with a message in which the expression `match` is found."""
        self.count += 1
        return _Raises(expected or (Exception,), match)

    def isclose(self, left: float, right: float, *, rel_tol: float = 1e-9, abs_tol: float = 0.0) -> bool:
        return _isclose(left, right, rel_tol=rel_tol, abs_tol=abs_tol)


class _Raises:
    def __init__(self, expected: tuple[type[BaseException], ...], match: str) -> None:
        self._expected, self._match = expected, match
        self.value: BaseException | None = None

    def __enter__(self) -> _Raises:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        names = " or ".join(each.__name__ for each in self._expected)
        if error is None:
            raise AssertionError(f"{names} was not raised")
        if not isinstance(error, self._expected):
            return False
        if self._match and _search(self._match, str(error)) is None:
            raise AssertionError(f"{names} was raised with {str(error)[:_LONGEST]!r}, not with {self._match!r}")
        self.value = error
        return True


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
