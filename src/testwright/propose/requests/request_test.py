"""Holds a test of a recorded request in the parts that it is made of, before it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from testwright.nouns.source_text import Source, joined

__all__ = ["Act", "RequestTest", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """What makes something, mostly one line; `name` is the variable or, of what has none, another name. `label` is its model.

    The text is `head`, the arguments and `closing`; each argument has a name, and may be left out if it is among `spare`.
    """

    name: str
    head: Source
    arguments: tuple[tuple[str, Source], ...] = ()
    spare: frozenset[str] = frozenset()
    label: str = ""
    closing: str = ")"

    @property
    def source(self) -> Source:
        whole = joined([argument for _, argument in self.arguments], before=self.head.text, after=self.closing)
        text = whole.text if self.arguments else f"{self.head.text.removesuffix(', ')}{self.closing}"
        return Source(text, whole.imports | self.head.imports, whole.needs | self.head.needs)

    @property
    def lines(self) -> list[Source]:
        return _lines_of(self.source)

    def without(self, gone: Collection[str]) -> Step:
        return replace(self, arguments=tuple(each for each in self.arguments if each[0] not in gone))


def _lines_of(source: Source) -> list[Source]:
    return [Source(line, source.imports, source.needs) for line in source.text.split("\n")]


@dataclass(frozen=True, slots=True)
class Act:
    """The request: `before` are lines to stand before it, `call` is the call of the client; its answer is `response`."""

    call: Source
    before: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestTest:
    """`around` are managers for the request (with their names), `inside` lines before and `after_call` lines after it
    within them; `asserts` come last.
    """

    trace: str
    name: str
    fixtures: tuple[str, ...]
    arrange: tuple[Step, ...]
    act: Act
    decorators: tuple[Source, ...] = ()
    around: tuple[Source, ...] = ()
    inside: tuple[Source, ...] = ()
    after_call: tuple[Source, ...] = ()
    asserts: tuple[Source, ...] = ()
    first: tuple[Source, ...] = ()
    """Lines to stand before the arrangement."""
    raises: Source | None = None
    databases: tuple[str, ...] = ()
    """That it asks, where these are not just the default one."""
    notes: tuple[str, ...] = field(default_factory=tuple)
    cassettes: Mapping[str, str] = field(default_factory=dict)
    """Files that vcr plays, by their names."""

    @property
    def rest(self) -> list[Source]:
        """The lines after the arrangement."""
        call = self.act.call if self.raises is not None else self.act.call.around("response = ")
        inner = [*self.inside, call, *self.after_call]
        if self.raises is not None:
            inner = [*self.inside, self.raises.around("with ", ":"), call.around("    "), *self.after_call]
        for manager in reversed(self.around):
            inner = [manager.around("with ", ":"), *(line.around("    ") for line in inner)]
        return [line for source in (*self.act.before, *inner, *self.asserts) for line in _lines_of(source)]

    @property
    def imports(self) -> frozenset[tuple[str, str]]:
        parts: Iterable[Source] = (*self.decorators, *self.first, *(step.source for step in self.arrange), *self.rest)
        return frozenset().union(*(part.imports for part in parts))
