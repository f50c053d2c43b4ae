"""Several replacements at once."""

import re


def replace_all(text: str, replacements: dict[str, str]) -> str:
    """The text with each key replaced by its value, longer keys first.

    >>> replace_all("foo bar", {"foo": "x", "bar": "y"})
    'x y'
    """
    if not replacements:
        return text
    keys = sorted(replacements, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(key) for key in keys))
    return pattern.sub(lambda found: replacements[found[0]], text)
