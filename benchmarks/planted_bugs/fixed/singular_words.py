"""Singular forms of English words."""

IRREGULAR = {"men": "man", "feet": "foot", "mice": "mouse", "children": "child"}


def singularize(word):
    """The singular of a plural noun; other words stay as they are.

    >>> singularize("boxes")
    'box'
    >>> singularize("kisses")
    'kiss'
    """
    lower = word.lower()
    if lower in IRREGULAR:
        return IRREGULAR[lower]
    if not lower.endswith("s") or lower.endswith("ss"):
        return word
    if lower.endswith("ies"):
        return word[:-3] + "y"
    if lower.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1]
