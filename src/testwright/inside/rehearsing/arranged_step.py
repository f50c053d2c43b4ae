"""Holds a line that arranges something for a test, and finds the lines that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ArrangedStep", "links_of", "needed", "traits", "without"]


@dataclass(frozen=True, slots=True)
class ArrangedStep:
    """A line of the arrangement; `gone` are the arguments that it is written without."""

    name: str
    head: str
    own_needs: tuple[str, ...]
    arguments: tuple[tuple[str, str, tuple[str, ...], bool], ...]
    label: str = ""
    closing: str = ")"
    gone: frozenset[str] = frozenset()

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> ArrangedStep:
        arguments = tuple(
            (str(n), str(text), tuple(needs), bool(spare)) for n, text, needs, spare in plain["arguments"]
        )
        label, closing = str(plain.get("label", "")), str(plain.get("closing", ")"))
        return cls(str(plain["name"]), str(plain["head"]), tuple(plain["needs"]), arguments, label, closing)

    @property
    def text(self) -> str:
        return self.head + ", ".join(text for name, text, *_ in self.arguments if name not in self.gone) + self.closing

    @property
    def needs(self) -> set[str]:
        return {
            *self.own_needs,
            *(need for name, _, needs, _ in self.arguments if name not in self.gone for need in needs),
        }

    @property
    def spare(self) -> frozenset[str]:
        return frozenset(name for name, _, _, spare in self.arguments if spare)


def links_of(steps: list[ArrangedStep]) -> dict[str, set[str]]:
    """What each row is linked to, by the lines that link it."""
    found: dict[str, set[str]] = {}
    for step in steps:
        if not step.label:
            for name in step.own_needs:
                found.setdefault(name, set()).update(f"link {text}" for _, text, *_ in step.arguments)
    return found


def traits(step: ArrangedStep, links: Mapping[str, set[str]]) -> set[str]:
    return {text for _, text, *_ in step.arguments} | links.get(step.name, set())


def needed(step: ArrangedStep, steps: list[ArrangedStep]) -> set[str]:
    """The row and all that it refers to."""
    by_name = {each.name: each for each in steps}
    found: set[str] = set()
    waiting = [step.name]
    while waiting:
        name = waiting.pop()
        if name not in found and name in by_name:
            found.add(name)
            waiting += by_name[name].needs
    return found


def without(steps: list[ArrangedStep], gone: set[str]) -> list[ArrangedStep]:
    """Nor what needs any of them."""
    kept = []
    for step in steps:
        if step.name in gone or not gone.isdisjoint(step.needs):
            gone.add(step.name)
        else:
            kept.append(step)
    return kept
