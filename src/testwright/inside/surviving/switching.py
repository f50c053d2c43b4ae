"""Gives the functions of a loaded module second bodies, in which one mutant at a time can take effect."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..mutants.operators import EVERY_OPERATOR, OPERATORS
from ..mutants.schemata import ACTIVE, weave
from ..mutants.sites import Site, find_sites
from .spying import TOLD, Spy, weave_spying

__all__ = ["SwitchedModule", "Watched"]

NONE = 0
FINER = frozenset(operator.slug for operator in OPERATORS if operator.finer)


@dataclass(slots=True)
class Watched:
    """The mutants that a run reached as the original, and those of them that would have changed a value there."""

    reached: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)


class SwitchedModule:
    """A loaded module all of whose functions can change their bodies for ones with all mutants woven in.

    So the same objects, with the state that they have, run as the original or as any mutant. What has no second body of
    its own (made from text, or several of one name in one line) stays as it is.
    """

    def __init__(self, module: ModuleType, path: str, source: bytes) -> None:
        tree = ast.parse(source, path)
        found = find_sites(tree, source.decode("utf-8", "replace"), operators=EVERY_OPERATOR, equivalent=())
        self.sites: dict[int, Site] = {mutant.number: site for site in found.sites for mutant in site.mutants}
        """By the number of the mutant, as `testwright mutate` counts in this file alone."""
        self._first = {n: site.mutants[0].number for n, site in self.sites.items()}
        self._beside: dict[int, list[int]] = {}
        for number, first in self._first.items():
            self._beside.setdefault(first, []).append(number)
        self._literals = _literals(tree)
        self._defaults: dict[str, list[int]] = {}
        for number, site in self.sites.items():
            if site.default is not None:
                self._defaults.setdefault(site.function, []).append(number)
        bodies = _bodies(_compiled(weave(tree, found.sites), path))
        spying = _bodies(_compiled(weave_spying(tree, found.sites), path))
        self._pairs = list(_paired(_functions_of(path), bodies))
        self._spying = [_body_for(function, spying) or body for function, _, body in self._pairs]
        self._spaces: list[dict[str, Any]] = list(
            {id(f.__globals__): f.__globals__ for f, _, _ in self._pairs}.values()
        )
        if all(space is not vars(module) for space in self._spaces):
            self._spaces.append(vars(module))
        self._caches = [c for c in map(_cache_of, list(vars(module).values())) if c is not None]
        self._use(NONE)

    def numbers_of(self, keys: Iterable[Any]) -> set[int]:
        """Of the mutants with these [operator, span, text]."""
        wanted = {(operator, tuple(span), text) for operator, span, text in keys}
        sites = {site.mutants[0].number: site for site in self.sites.values()} if wanted else {}
        told = ((m.number, (m.operator, site.span, site.shown(m))) for site in sites.values() for m in site.mutants)
        return {number for number, key in told if key in wanted}

    @contextmanager
    def engaged(self) -> Iterator[None]:
        """Meanwhile the second bodies run, as the original as long as no mutant is active."""
        for function, _, body in self._pairs:
            function.__code__ = body
        try:
            yield
        finally:
            self._use(NONE)
            for function, plain, _ in self._pairs:
                function.__code__ = plain

    @contextmanager
    def plain(self) -> Iterator[None]:
        """Within `engaged`: meanwhile the first bodies run."""
        for function, plain, _ in self._pairs:
            function.__code__ = plain
        try:
            yield
        finally:
            for function, _, body in self._pairs:
                function.__code__ = body

    def is_finer(self, number: int) -> bool:
        return any(m.number == number and m.operator in FINER for m in self.sites[number].mutants)

    def line_of(self, number: int) -> int:
        return self.sites[number].span[0]

    def function_of(self, number: int) -> str:
        """Its qualified name, as far as classes and functions go."""
        return self.sites[number].function

    def numbers_near(self, number: int) -> tuple[int | float, ...]:
        """The literals of the mutant's line."""
        return self._literals.get(self.line_of(number), ())

    def texts_of(self, number: int) -> tuple[str, str] | None:
        """The text that the mutant changes, and what it makes of it."""
        for mutant in self.sites[number].mutants:
            before, after = self.sites[number].node, mutant.replacement
            if mutant.number == number and isinstance(before, ast.Constant) and isinstance(after, ast.Constant):
                if type(before.value) is str and type(after.value) is str:
                    return before.value, after.value
        return None

    @contextmanager
    def active(self, number: int) -> Iterator[None]:
        """Meanwhile this mutant takes effect, where the second bodies run."""
        undo = self._change_default(number)
        self._use(number)
        try:
            yield
        finally:
            self._use(NONE)
            for function, defaults, named in undo:
                function.__defaults__, function.__kwdefaults__ = defaults, named

    @contextmanager
    def watched(self, wanted: Set[int]) -> Iterator[Watched]:
        """Within `engaged`: meanwhile no mutant takes effect; what is given is filled in when the block is left.

        Which ones change a value is looked into for the `wanted` mutants.
        """
        watched, spy = Watched(), Spy(self._spaces, wanted)
        for (function, _, _), body in zip(self._pairs, self._spying, strict=True):
            function.__code__ = body
        for space in self._spaces:
            space[TOLD] = spy.told
        self._use(spy)
        try:
            yield watched
        finally:
            self._use(NONE)
            for function, _, body in self._pairs:
                function.__code__ = body
            self._fill(watched, spy)

    def _fill(self, watched: Watched, spy: Spy) -> None:
        there = {n for first in spy.looked_up & self._beside.keys() for n in self._beside[first]}
        # Nobody sees that a default is looked up.
        functions = {self.sites[number].function for number in there | spy.reached}
        there.update(n for function in functions for n in self._defaults.get(function, ()))
        watched.reached |= there | spy.reached
        watched.changed |= there | spy.changed

    def _use(self, number: Any) -> None:
        for space in self._spaces:
            space[ACTIVE] = number
        for cache in self._caches:
            cache()

    def _change_default(self, number: int) -> list[tuple[FunctionType, Any, Any]]:
        """A default is made with its function: the mutant's value takes its place; gives what was there."""
        site = self.sites[number]
        if site.default is None:
            return []
        mutant = next(m for m in site.mutants if m.number == number)
        value = site.default.mutated(site, mutant)
        if value is None:
            return []
        undo: list[tuple[FunctionType, Any, Any]] = []
        for function, plain, _ in self._pairs:
            if (plain.co_name, plain.co_firstlineno) == (site.default.name, site.default.line):
                undo.append((function, function.__defaults__, function.__kwdefaults__))
                site.default.change(function, value[0])
        return undo


def _functions_of(path: str) -> list[FunctionType]:
    gc.unfreeze()  # what is frozen is not listed
    things = gc.get_objects()
    gc.freeze()
    return [thing for thing in things if type(thing) is FunctionType and thing.__code__.co_filename == path]


def _bodies(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """All functions' code by qualname and first line; those that share both with another one are left out."""
    found: dict[tuple[str, int], CodeType | None] = {}
    waiting = [code]
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, CodeType):
                key = constant.co_qualname, constant.co_firstlineno
                found[key] = None if key in found else constant
                waiting.append(constant)
    return {key: body for key, body in found.items() if body is not None}


def _paired(
    functions: list[FunctionType], bodies: dict[tuple[str, int], CodeType]
) -> Iterator[tuple[FunctionType, CodeType, CodeType]]:
    for function in functions:
        body = _body_for(function, bodies)
        if body is not None:
            yield function, function.__code__, body


def _body_for(function: FunctionType, bodies: dict[tuple[str, int], CodeType]) -> CodeType | None:
    plain = function.__code__
    body = bodies.get((plain.co_qualname, plain.co_firstlineno))
    if body is None or body.co_freevars != plain.co_freevars or body.co_flags != plain.co_flags:
        return None
    return body


def _compiled(tree: ast.Module, path: str) -> CodeType:
    return compile(tree, path, "exec", dont_inherit=True)


def _literals(tree: ast.Module) -> dict[int, tuple[int | float, ...]]:
    """By line the numbers written there."""
    found: dict[int, list[int | float]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            found.setdefault(node.lineno, []).append(node.value)  # type: ignore[arg-type]
    return {line: tuple(dict.fromkeys(numbers)) for line, numbers in found.items()}


def _cache_of(held: Any) -> Any:
    """What forgets the results that a `functools.cache` around a function has kept."""
    clear = getattr(held, "cache_clear", None) if type(held).__name__ == "_lru_cache_wrapper" else None
    return clear if callable(clear) else None
