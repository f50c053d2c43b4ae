"""Large numbers in words."""

POWERS = [(10**6, "million"), (10**9, "billion"), (10**12, "trillion")]


def number_in_words(value: int) -> str:
    """The number with one digit after the point and the name of its power, smaller ones in digits.

    >>> number_in_words(1200000)
    '1.2 million'
    """
    if value < 0:
        return "-" + number_in_words(-value)
    if value < POWERS[0][0]:
        return str(value)
    for (power, name), (following, larger) in zip(POWERS, POWERS[1:]):
        if value < following:
            chopped = round(value / power, 1)
            if chopped >= following / power:
                return f"1.0 {larger}"
            return f"{chopped} {name}"
    power, name = POWERS[-1]
    return f"{value / power:.1f} {name}"
