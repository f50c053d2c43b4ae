"""Days of a year, counted from its first."""

ENDS = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]


def month_and_day(yearday: int) -> tuple[int, int]:
    """Month and day of a day of an ordinary year. Raises ValueError when there is none."""
    if not 1 <= yearday <= 365:
        raise ValueError(f"invalid year day ({yearday})")
    for number, end in enumerate(ENDS):
        if yearday <= end:
            if number == 0:
                return 1, yearday
            return number + 1, yearday - ENDS[number - 1]
    raise AssertionError(yearday)
