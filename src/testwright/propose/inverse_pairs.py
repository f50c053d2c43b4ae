"""Holds the words by which two functions say that the second gives back what the first was given, whatever it was."""

from __future__ import annotations

__all__ = ["INVERSE_PAIRS"]

INVERSE_PAIRS = (
    ("encode", "decode"),
    ("dumps", "loads"),
    ("serialize", "deserialize"),
    ("serialise", "deserialise"),
    ("marshal", "unmarshal"),
    ("pack", "unpack"),
    ("escape", "unescape"),
    ("quote", "unquote"),
    ("compress", "decompress"),
    ("encrypt", "decrypt"),
)
