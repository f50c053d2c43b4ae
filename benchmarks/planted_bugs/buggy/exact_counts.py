"""Counts what is true."""

from itertools import islice


def exactly_n(items, n, predicate=bool):
    """Whether the predicate is true of exactly `n` items.

    >>> exactly_n([True, True, False], 2)
    True
    """
    found = list(islice(filter(predicate, items), n + 1))
    return len(found) == n
