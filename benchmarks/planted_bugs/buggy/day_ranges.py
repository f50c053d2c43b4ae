"""Days, one after another."""

from datetime import date, timedelta


def days_between(start: date, stop: date, step: int = 1) -> list[date]:
    """Every `step`th day from `start` on, forwards or backwards, up to `stop`, which is not one of them."""
    if step < 1:
        raise ValueError("step must be at least 1")
    days: list[date] = []
    day = start
    if start < stop:
        while day < stop:
            days.append(day)
            day += timedelta(days=step)
    else:
        while len(days) == 0 or day != stop:
            days.append(day)
            day -= timedelta(days=step)
    return days
