"""Gives each row a key that no other row of any table has, so that a key is known again wherever it turns up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Identities", "Known"]

_AUTO = ("AutoField", "BigAutoField", "SmallAutoField")
_OF_A_MODEL = 10_000
_IN_TEXT = re.compile(r"(?<![\w.])(?:\d{5,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w])")


class Identities:
    """Keys that the database would assign count from `base`, each model's from another number."""

    def __init__(self, base: int) -> None:
        self._base = base
        self._next: dict[type[Any], int] = {}

    def watch(self) -> None:
        from django.db.models.signals import pre_save

        pre_save.connect(self._assign, weak=False)

    def _assign(self, sender: type[Any], instance: Any, **_: Any) -> None:
        keys = _keys(sender)
        last = keys[-1]
        if instance._state.adding and instance.pk is None and last.get_internal_type() in _AUTO:
            number = self._next.setdefault(last.model, self._base + _OF_A_MODEL * len(self._next))
            self._next[last.model] = number + 1
            for key in keys:
                setattr(instance, key.attname, number)


def _keys(model: type[Any]) -> list[Any]:
    """Of a model and, where it is one that extends others, of those."""
    found = [model._meta.pk]
    while found[-1].remote_field is not None and getattr(found[-1].remote_field, "parent_link", False):
        found.append(found[-1].target_field)
    return found


class Known:
    """Writes trees of values with the names of rows in the place of their keys.

    A key becomes {"$": "pk", "of": name}, with the "name" of its attribute if that is not `pk`; a text that holds some
    {"$": "text", "parts": […]}.
    """

    def __init__(self, base: int) -> None:
        self._base = base
        self._numbers: dict[int, str] = {}
        self._texts: dict[str, str] = {}
        self._of_model: dict[tuple[str, Any], str] = {}
        self._attributes: dict[str, str] = {}

    def add(self, label: str, key: Any, name: str, attribute: str = "") -> None:
        self._of_model.setdefault((label, key), name)
        self._attributes.setdefault(name, attribute)
        if isinstance(key, int) and key >= self._base:
            self._numbers.setdefault(key, name)
        elif not isinstance(key, (int, tuple)) and len(str(key)) >= 8:
            self._texts.setdefault(str(key), name)

    def name_of(self, label: str, key: Any) -> str:
        """Of a row; "" for none that is known."""
        return self._of_model.get((label, key), "")

    def key_of(self, name: str) -> dict[str, Any]:
        """What stands for the key of a row."""
        attribute = self._attributes.get(name, "")
        return {"$": "pk", "of": name, "name": attribute} if attribute else {"$": "pk", "of": name}

    def written(self, tree: Any) -> Any:
        if isinstance(tree, bool) or tree is None or isinstance(tree, float):
            return tree
        if isinstance(tree, int):
            return self.key_of(self._numbers[tree]) if tree in self._numbers else tree
        if isinstance(tree, str):
            return self._text(tree)
        if isinstance(tree, Mapping) and tree.get("$") == "setting":
            return tree
        if isinstance(tree, Mapping):
            return {str(key): self.written(value) for key, value in tree.items()}
        if isinstance(tree, Iterable):
            return [self.written(each) for each in tree]
        return str(tree)

    def _text(self, text: str) -> Any:
        if text in self._texts:
            return {**self.key_of(self._texts[text]), "as": "str"}
        if text.isdigit() and int(text) in self._numbers:
            return {**self.key_of(self._numbers[int(text)]), "as": "str"}
        parts: list[Any] = []
        at = 0
        for match in _IN_TEXT.finditer(text):
            found = self._texts.get(match[0]) or (self._numbers.get(int(match[0])) if match[0].isdigit() else None)
            if found:
                parts += [text[at : match.start()], self.key_of(found)]
                at = match.end()
        return {"$": "text", "parts": [*parts, text[at:]]} if parts else text
