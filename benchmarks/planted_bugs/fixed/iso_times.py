"""Reads moments as ISO 8601 writes them."""

import re
from datetime import datetime

MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$")


def parse_moment(text: str) -> datetime:
    """The moment that the text names. Raises ValueError for any other text."""
    found = MOMENT.match(text)
    if found is None:
        raise ValueError(f"not a moment: {text!r}")
    *parts, fraction = found.groups()
    numbers = [int(part) for part in parts if part is not None]
    micros = int(fraction.ljust(6, "0")) if fraction else 0
    moment = datetime(*numbers)
    return moment.replace(microsecond=micros)
