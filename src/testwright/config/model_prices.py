"""Checks the price list of models, as the configuration gives it."""

from __future__ import annotations

import datetime
import math
from typing import Any

__all__ = ["prices_from"]

_KEYS = {"model", "prompt", "reply", "currency", "date"}


def prices_from(raw: Any, key: str) -> tuple[dict[str, Any], ...]:
    """Each with all of its keys; `date` as text. ValueError for what is none."""
    parts = [raw] if isinstance(raw, dict) else raw
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"{key} = {raw!r} is not a list of tables")
    return tuple(_price(each, key) for each in parts)


def _price(raw: Any, key: str) -> dict[str, Any]:
    if not isinstance(raw, dict) or set(raw) - _KEYS or {"model", "prompt", "reply"} - set(raw):
        raise ValueError(f"{key} = {raw!r} is no table of model, prompt and reply, with or without currency and date")
    currency, date = raw.get("currency", "USD"), raw.get("date", "")
    if not isinstance(raw["model"], str) or not isinstance(currency, str):
        raise ValueError(f"{key} = {raw!r}: model and currency are texts")
    amounts = {name: _amount(raw[name], f"{key}: {name}") for name in ("prompt", "reply")}
    return {"model": raw["model"], **amounts, "currency": currency, "date": _day(date, f"{key}: date")}


def _amount(raw: Any, shown: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not math.isfinite(raw) or raw < 0:
        raise ValueError(f"{shown} = {raw!r} is not an amount for a million tokens")
    return float(raw)


def _day(raw: Any, shown: str) -> str:
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    try:
        return raw and datetime.date.fromisoformat(raw).isoformat()
    except (TypeError, ValueError):
        raise ValueError(f'{shown} = {raw!r} is not a day such as "2026-11-01"') from None
