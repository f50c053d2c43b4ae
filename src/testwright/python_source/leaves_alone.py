"""Decides whether a docstring promises that the function leaves what it is given as it is."""

from __future__ import annotations

import re

__all__ = ["leaves_alone"]

_PROMISE = re.compile(
    r"return(?:s|ing)? an? (?:new |shallow |deep |modified |sorted |updated |merged )*copy"
    r"|(?:does not|doesn't|do not|never|without) (?:modify|modifying|mutate|mutating|change|changing|alter|altering)\b"
    r"(?! (?:the )?(?:order|case|type|length|size))"
    r"|(?:is|are|remains?|left|stays?) (?:not modified|not changed|not mutated|unmodified|unchanged|untouched|intact)",
    re.IGNORECASE,
)


def leaves_alone(docstring: str) -> bool:
    return bool(_PROMISE.search(" ".join(docstring.split())))
