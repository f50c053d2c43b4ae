"""Writes versions."""


def format_version(major: int, minor: int, patch: int, prerelease: str = "") -> str:
    """The version as a text. Raises ValueError for numbers that no version has.

    >>> format_version(3, 4, 5, "pre.2")
    '3.4.5-pre.2'
    """
    text = f"{major}.{minor}.{patch}"
    return f"{text}-{prerelease}" if prerelease else text
