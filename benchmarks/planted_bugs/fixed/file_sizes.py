"""Sizes of files."""

SUFFIXES = (" kB", " MB", " GB", " TB")


def natural_size(value: float, gnu: bool = False) -> str:
    """The size as `ls` (with `gnu`) or a file manager shows it."""
    size = float(value)
    if size == 1 and not gnu:
        return "1 Byte"
    if abs(size) < 1000:
        return f"{int(size)}B" if gnu else f"{int(size)} Bytes"
    for suffix in SUFFIXES:
        size /= 1000
        if abs(size) < 1000:
            break
    return f"{size:.1f}{suffix.strip()[0] if gnu else suffix}"
