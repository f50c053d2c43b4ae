"""Ranges of floats."""

from collections.abc import Iterator


def float_range(start: float, stop: float, step: float = 1.0) -> Iterator[float]:
    """Like `range`, with floats.

    >>> list(float_range(1.0, 3.0, 0.5))
    [1.0, 1.5, 2.0, 2.5]
    """
    if not step:
        raise ValueError("step must not be 0")
    current = start
    while current < stop:
        yield current
        current += step
