"""Reads what Python prints of an exception."""

import re
from dataclasses import dataclass

FRAME = re.compile(r'File "([^"]+)", line (\d+)')
HEADER = "Traceback (most recent call last):"


@dataclass
class Parsed:
    kind: str
    message: str
    frames: list[tuple[str, int]]


def parse_traceback(text: str) -> Parsed:
    """The exception that the text shows. Raises ValueError when it shows none."""
    lines = text.strip().splitlines()
    if not lines or lines[0] != HEADER:
        raise ValueError("no traceback")
    frames: list[tuple[str, int]] = []
    number = 1
    while number < len(lines) and lines[number].startswith("  "):
        found = FRAME.search(lines[number])
        if found:
            frames.append((found[1], int(found[2])))
        number += 1
    if number >= len(lines):
        return Parsed("", "", frames)
    kind, _, message = lines[number].partition(": ")
    return Parsed(kind, message, frames)
