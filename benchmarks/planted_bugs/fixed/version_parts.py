"""Writes versions."""


def format_version(major: int, minor: int, patch: int, prerelease: str = "") -> str:
    """The version as a text. Raises ValueError for numbers that no version has.

    >>> format_version(3, 4, 5, "pre.2")
    '3.4.5-pre.2'
    """
    for name, number in (("major", major), ("minor", minor), ("patch", patch)):
        if number < 0:
            raise ValueError(f"{name} is negative. A version can only be positive.")
    text = f"{major}.{minor}.{patch}"
    return f"{text}-{prerelease}" if prerelease else text
