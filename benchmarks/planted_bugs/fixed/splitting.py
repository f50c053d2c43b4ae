"""Splits lists as texts are split."""


def split(items, separator=None, maxsplit=None):
    """The parts of `items` between separators, at most `maxsplit` times split.

    >>> split(["a", "b", None, "c"])
    [['a', 'b'], ['c']]
    """
    if maxsplit == 0:
        return [list(items)]
    parts = [[]]
    count = 0
    for item in items:
        if item == separator and (maxsplit is None or count < maxsplit):
            parts.append([])
            count += 1
        else:
            parts[-1].append(item)
    return parts
