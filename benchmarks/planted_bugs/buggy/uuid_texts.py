"""Tells texts that are UUIDs."""

import uuid


def is_uuid(text: str, version: int = 4) -> bool:
    """Whether the text is a UUID of that version; 0 = of any.

    >>> is_uuid("e682ccca-5a4c-4ef2-9711-73f9ad1e15ea")
    True
    """
    found = uuid.UUID(text)
    return not version or found.version == version
