"""Decides the id of each row of a table: words for what sets the row apart from the others."""

from __future__ import annotations

from collections.abc import Sequence

from testwright.inside.recipes import Const, Recipe
from testwright.propose.describe_value import words_for
from testwright.python_source.render_slots import key_of

__all__ = ["case_ids"]

_LONGEST = 48


def case_ids(rows: Sequence[Sequence[Recipe]], expected: Sequence[Recipe | None]) -> list[str]:
    """Unique ids; `rows` are the arguments of each row, `expected` what it gives (None = it raises)."""
    columns = [column for column in zip(*rows, strict=True) if len({key_of(value) for value in column}) > 1]
    described = [_column(column) for column in columns]
    for words in described:
        if len(set(words)) == len(words):
            return words
    joined = [_joined(words) for words in zip(*described, strict=True)] or ["case"] * len(rows)
    if len(set(joined)) == len(joined):
        return joined
    results = [words_for(e) if e is not None else "" for e in expected]
    full = [f"{w}-gives-{r}" if r and joined.count(w) > 1 else w for w, r in zip(joined, results, strict=True)]
    return _numbered(full)


def _joined(words: Sequence[str]) -> str:
    return "-and-".join(words)[:_LONGEST].strip("-")


def _column(values: Sequence[Recipe]) -> list[str]:
    """A text among numbers is said to be no number."""
    numbers = [_is_number(value) for value in values]
    texts = [isinstance(v, Const) and isinstance(v.value, str) and v.value.strip() for v in values]
    odd = sum(numbers) * 2 > len(values) and sum(bool(t) and not _digits(t) for t in texts) == 1
    only_texts = all(isinstance(v, Const) and isinstance(v.value, str) for v in values)
    words = [words_for(value, among_texts=only_texts) for value in values]
    return ["not-a-number" if odd and t and not _digits(t) else w for w, t in zip(words, texts, strict=True)]


def _digits(text: object) -> bool:
    return isinstance(text, str) and any(character.isdigit() for character in text)


def _is_number(recipe: Recipe) -> bool:
    return isinstance(recipe, Const) and isinstance(recipe.value, (int, float)) and not isinstance(recipe.value, bool)


def _numbered(words: list[str]) -> list[str]:
    """The later ones of equal ids get a number, 2 first."""
    found: list[str] = []
    for word in words:
        unique, number = word, 2
        while unique in found:
            unique, number = f"{word}-{number}", number + 1
        found.append(unique)
    return found
