"""Delivery dates."""

from __future__ import annotations

from datetime import date, timedelta

HOLIDAYS = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def delivery_date(ordered: date, working_days: int = 2) -> date:
    """The day a parcel arrives that was ordered on `ordered`."""
    if working_days < 1:
        raise ValueError("nothing arrives the day it is ordered")
    day = ordered
    while working_days:
        day += timedelta(days=1)
        if is_working_day(day):
            working_days -= 1
    return day


def describe_wait(days):
    if days < 0:
        return "late"
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days < 14:
        return f"in {days} days"
    return f"in {days // 7} weeks"


def parse_range(text: str) -> tuple[date, date]:
    """First and last day of "2026-03-01..2026-03-14"; one day stands for itself."""
    first, dots, last = text.partition("..")
    start = date.fromisoformat(first)
    end = date.fromisoformat(last) if dots else start
    if end < start:
        raise ValueError("the range ends before it starts")
    return start, end
