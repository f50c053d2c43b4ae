"""Reads XML of strangers without loading anything else, and writes texts that XML cannot hold so that they are seen."""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

__all__ = ["EntityRefused", "holdable", "safe_parser", "spelled", "unspelled"]

_NOT_HELD = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
"""What no XML 1.0 document can have in it, not even as a reference."""
_CANNOT = re.compile(f"[{_NOT_HELD}]")
_TO_SPELL = re.compile(rf"[{_NOT_HELD}\\]")
_SPELLED = re.compile(r"\\u([0-9a-f]{4})")


class EntityRefused(ValueError):
    """The document declares entities: a few can stand for gigabytes, or for a file of this machine."""


def safe_parser() -> expat.XMLParserType:
    """A parser that gives each text in one piece as far as it can, and raises EntityRefused where one is declared."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(name: str, *_declared: object) -> NoReturn:
    raise EntityRefused(f"it declares the entity {name!r}, which is refused")


def holdable(text: str) -> str:
    r"""The text with what XML cannot hold written as "\u000b"; for people, it is not read back."""
    return _CANNOT.sub(_escaped, text)


def spelled(text: str) -> str:
    """The same so that `unspelled` gives the text back: backslashes are written so too."""
    return _TO_SPELL.sub(_escaped, text)


def unspelled(text: str) -> str:
    """What `spelled` was given."""
    return _SPELLED.sub(lambda match: chr(int(match[1], 16)), text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
