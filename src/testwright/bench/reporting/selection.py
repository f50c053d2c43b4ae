"""Chooses which evaluations a report is made of."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Any

from testwright.bench.records.evaluation_table import TEXTS, EvaluationTable
from testwright.bench.records.model_registry import Registry
from testwright.errors import UsageError

__all__ = ["BASIC_PROMPTS", "Keys", "Selection", "as_of_bound"]

BASIC_PROMPTS = tuple(
    label.replace("Julia", language)
    for language in ("Julia", "Python")
    for label in ("InJulia", "JuliaExpertAsk", "JuliaExpertCoTTask", "JuliaRecapTask", "JuliaRecapCoTTask")
)
"""The reporting set of the Julia LLM Leaderboard, and its fellows of the other language."""
_FACTS = ("kind", "provider", "size", "display")
_COLUMNS = tuple(key for key in TEXTS if key != "parameters")
_GROUP = ("device", "name", "model", "prompt_label", "prompt_strategy")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T _]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Selection:
    """`last`: of each group (device, name, model, prompt_label, prompt_strategy) so many, the newest; 0 all. `as_of`: nothing
    newer than this date (with its whole day). `where`: by key the globs of which one has to fit; `!` before one: not that.
    `prompts`: labels; none = all.
    """

    last: int = 0
    as_of: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()

    def rows(self, table: EvaluationTable, keys: Keys) -> list[int]:
        """In the order of the table. Rows without a score are in."""
        rows = list(range(len(table)))
        bound = as_of_bound(self.as_of)
        if bound:
            rows = [row for row in rows if table.timestamps[row] < bound]
        wanted = {**self.where, **({"prompt_label": self.prompts} if self.prompts else {})}
        for key, globs in wanted.items():
            fits, codes = _fitting(keys.values(key), globs), keys.codes(key)
            rows = [row for row in rows if codes[row] in fits]
        return self._newest(table, rows) if self.last else rows

    def _newest(self, table: EvaluationTable, rows: list[int]) -> list[int]:
        """By the timestamp, of which newer ones are greater texts; of two that are equal, the later in the table."""
        columns = [table.texts[key].codes for key in _GROUP]
        groups: dict[tuple[int, ...], list[int]] = {}
        for row, key in zip(
            rows, zip(*([column[row] for row in rows] for column in columns), strict=True), strict=True
        ):
            groups.setdefault(key, []).append(row)
        kept: list[int] = []
        for group in groups.values():
            if len(group) > self.last:
                group = sorted(group, key=table.timestamps.__getitem__)[-self.last :]
            kept += group
        return sorted(kept)


def as_of_bound(text: str) -> str:
    """The first text of a timestamp that is too new. UsageError for what is no date."""
    if not text:
        return ""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is no date", slug="bad-value", where="--as-of", hint="write it as 2024-04-19 or 2024-04-19 14:05"
        )
    year, month, day, *clock = found.groups()
    if clock[0] is None:
        return f"{year}{month}{day}_~"
    return f"{year}{month}{day}_{clock[0]}{clock[1]}{clock[2] or '59'}~"


def _fitting(values: Sequence[str], globs: Sequence[str]) -> set[int]:
    wanted = [re.compile(translate(each)) for each in globs if not each.startswith("!")]
    unwanted = [re.compile(translate(each[1:])) for each in globs if each.startswith("!")]
    return {
        code
        for code, value in enumerate(values)
        if (not wanted or any(each.match(value) for each in wanted)) and not any(each.match(value) for each in unwanted)
    }


class Keys:
    """Gives what rows can be grouped and chosen by: columns, facts of the registry, parameters of the request."""

    def __init__(self, table: EvaluationTable, registry: Registry) -> None:
        self.table, self.registry = table, registry
        self._made: dict[str, tuple[list[str], list[int]]] = {}

    def values(self, key: str) -> list[str]:
        """What the codes of a key stand for. UsageError for one that there is not."""
        return self._of(key)[0]

    def codes(self, key: str) -> list[int]:
        return self._of(key)[1]

    def _of(self, key: str) -> tuple[list[str], list[int]]:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: str) -> tuple[list[str], list[int]]:
        if key in _COLUMNS:
            column = self.table.texts[key]
            return column.texts, column.codes
        if key in _FACTS:
            return self._derived("model", lambda model: _fact(self.registry, model, key))
        parameters = [_flat(each) for each in self.table.parameters]
        known = {name for each in parameters for name in each}
        if key not in known:
            raise _unknown(key, [*_COLUMNS, *_FACTS, *sorted(known)])
        texts = dict(zip(self.table.texts["parameters"].texts, parameters, strict=True))
        return self._derived("parameters", lambda text: texts[text].get(key, ""))

    def _derived(self, column: str, value: Callable[[str], str]) -> tuple[list[str], list[int]]:
        source = self.table.texts[column]
        known: dict[str, int] = {}
        places = [known.setdefault(value(text), len(known)) for text in source.texts]
        return list(known), [places[code] for code in source.codes]


def _fact(registry: Registry, model: str, key: str) -> str:
    facts = registry.facts(model)
    if key == "size":
        return "" if facts.size is None else f"{facts.size:g}"
    return registry.shown(model) if key == "display" else str(getattr(facts, key))


def _flat(parameters: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """`{"options": {"num_gpu": 99}}` has the keys options.num_gpu and, for short, num_gpu."""
    found: dict[str, str] = {}
    for key, value in parameters.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{before}{key}."))
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            found[before + key] = text
            found.setdefault(key, text)
    return found


def _unknown(key: str, known: Sequence[str]) -> UsageError:
    close = difflib.get_close_matches(key, known, n=1)
    return UsageError(
        f"evaluations have no {key!r}",
        slug="unknown-key",
        where="testwright bench report",
        hint=f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}",
    )
