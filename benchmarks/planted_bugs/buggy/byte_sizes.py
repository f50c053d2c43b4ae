"""Sizes in bytes, for people to read."""

UNITS = ["B", "K", "M", "G", "T", "P"]


def bytes_to_human(count: int, digits: int = 0) -> str:
    """The size in the largest unit that it fills.

    >>> bytes_to_human(128991)
    '126K'
    """
    size = float(abs(count))
    number = 0
    while size > 1024 and number < len(UNITS) - 1:
        size /= 1024
        number += 1
    sign = "-" if count < 0 else ""
    return f"{sign}{size:.{digits}f}{UNITS[number]}"
