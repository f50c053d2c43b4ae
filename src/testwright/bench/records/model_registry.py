"""Knows facts about models that no evaluation holds: what they are, who serves them, what they cost and when."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.errors import ConfigError

__all__ = ["KINDS", "ModelFacts", "Price", "Registry", "read_registry", "shipped_registry"]

KINDS = ("paid", "local", "hosted")
"""Asked for money; run on one's own machine; open models that somebody else runs."""
_KEYS = ("name", "display", "kind", "provider", "size", "prices", "cutoff", "address")
_TEXTS = ("name", "display", "kind", "provider", "cutoff", "address")
_PRICE_KEYS = ("from", "input", "output")


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens, from a date (ISO, "" = always) on."""

    since: str
    input: float
    output: float


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """`size` in 10⁹ parameters (None = not known); `cutoff` the ISO date up to which it has seen texts ("" = not known)."""

    name: str
    display: str = ""
    kind: str = ""
    provider: str = ""
    size: float | None = None
    prices: tuple[Price, ...] = ()
    cutoff: str = ""
    address: str = ""  # as --model takes it; "" = the name

    def price(self, date: str) -> Price | None:
        """What held on the ISO date; None where none is known."""
        held = [each for each in self.prices if each.since <= date]
        return max(held, key=lambda each: each.since, default=None)


@dataclass(frozen=True, slots=True)
class Registry:
    """Models by their names."""

    models: Mapping[str, ModelFacts]

    def facts(self, model: str) -> ModelFacts:
        return self.models.get(model) or ModelFacts(model)

    def shown(self, model: str) -> str:
        return self.facts(model).display or model


def shipped_registry() -> Registry:
    """The models of the Julia LLM Leaderboard's published tables."""
    return read_registry(Path(__file__).with_name("leaderboard_models.toml"))


def read_registry(path: str | Path) -> Registry:
    """A file of tables `[[model]]`. ConfigError with all its problems."""
    try:
        plain = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _invalid(path, [str(error)]) from error
    tables = plain.get("model", [])
    problems: list[str] = [f"unknown key {key!r}" for key in plain if key != "model"]
    if not isinstance(tables, list) or not tables:
        raise _invalid(path, [*problems, "there is no table [[model]]"])
    found = [_facts(number, table, problems) for number, table in enumerate(tables, 1)]
    if problems:
        raise _invalid(path, problems)
    return Registry({each.name: each for each in found})


def _facts(number: int, table: Any, problems: list[str]) -> ModelFacts:
    where = f"model {number}"
    if not isinstance(table, dict):
        problems.append(f"{where} is {table!r}, no table")
        return ModelFacts("")
    _unknown(where, table, _KEYS, problems)
    for key in _TEXTS:
        if not isinstance(table.get(key, ""), str) or (key == "name" and not table.get(key)):
            problems.append(f"{where}: {key} is {table.get(key)!r}, no text")
    if table.get("kind", "") not in ("", *KINDS):
        problems.append(f"{where}: kind is {table['kind']!r}, expected {', '.join(KINDS)}")
    size = table.get("size")
    if size is not None and (not isinstance(size, (int, float)) or isinstance(size, bool) or size <= 0):
        problems.append(f"{where}: size is {size!r}, expected 10⁹ parameters")
    prices = tuple(_price(where, each, problems) for each in table.get("prices", []))
    texts = {key: str(table.get(key, "")) for key in _TEXTS}
    return ModelFacts(**texts, size=size if isinstance(size, (int, float)) else None, prices=prices)


def _price(where: str, table: Any, problems: list[str]) -> Price:
    if not isinstance(table, dict):
        problems.append(f"{where}: a price is {table!r}, no table")
        return Price("", 0, 0)
    _unknown(f"{where}: price", table, _PRICE_KEYS, problems)
    numbers = {key: table.get(key) for key in ("input", "output")}
    for key, value in numbers.items():
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
            problems.append(f"{where}: price: {key} is {value!r}, expected dollars for a million tokens")
            numbers[key] = 0
    return Price(str(table.get("from", "")), float(numbers["input"] or 0), float(numbers["output"] or 0))


def _unknown(where: str, table: Mapping[str, Any], known: tuple[str, ...], problems: list[str]) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            problems.append(f"{where}: unknown key {key!r}" + (f", did you mean {close[0]!r}?" if close else ""))


def _invalid(path: str | Path, problems: list[str]) -> ConfigError:
    return ConfigError(
        f"the models in {str(path)!r} cannot be read: " + "; ".join(problems),
        slug="models-invalid",
        where=str(path),
        hint="see docs/how-to/leaderboard.md for a file of models",
    )
