"""Decides which class each test is a method of, where a project writes its tests so: one for a function or class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from testwright.nouns.candidate import Candidate

__all__ = ["in_classes"]


def in_classes(candidates: Sequence[Candidate]) -> list[Candidate]:
    """`TestSlugify` for `slugify`, `TestCart` for `Cart` and all its methods; private ones have classes of their own."""
    return [replace(each, group=_class_for(each)) if each.rows else each for each in candidates]


def _class_for(candidate: Candidate) -> str:
    owner = candidate.target.partition(".")[0]
    words = [word[:1].upper() + word[1:] for word in re.split(r"_+", owner) if word]
    return f"Test{'Private' if candidate.private else ''}{''.join(words)}"
