"""Puts dotted keys into nested tables."""


class DecodeError(ValueError):
    pass


def nest(pairs: list[tuple[str, int]]) -> dict[str, object]:
    """One table of all pairs, dotted keys in tables of their own. Raises DecodeError when two cannot be both."""
    table: dict[str, object] = {}
    for key, value in pairs:
        *parents, last = key.split(".")
        current = table
        for parent in parents:
            inner = current.setdefault(parent, {})
            current = inner
        if last in current:
            raise DecodeError(f"duplicate key {last!r}")
        current[last] = value
    return table
